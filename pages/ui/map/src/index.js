/**
 * What Streamlit calls: once at mount, and again at each change of data or theme.
 *
 * One board lives per parent element; later calls only update it. Every call returns the
 * clean-up, because Streamlit keeps the one of the last call.
 */
import { createBoard } from "./board.js";

const boards = new WeakMap();

export default function mount(component) {
  const { parentElement } = component;
  let board = boards.get(parentElement);
  if (!board) {
    board = createBoard(parentElement);
    boards.set(parentElement, board);
  }
  board.update(component);
  return () => {
    board.destroy();
    if (boards.get(parentElement) === board) boards.delete(parentElement);
  };
}
