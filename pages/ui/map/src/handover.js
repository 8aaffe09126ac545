/**
 * What was chosen and not yet answered.
 *
 * Streamlit may take the board away and put a new one in its place while an answer is under way;
 * the new one starts from the last answer and would lose the choice. So the choice outlives the
 * board for a moment, and the next board takes it over and tells it again.
 */
import { isSameFilter } from "./filter.js";

const PATIENCE_MS = 10_000;

export function createHandover(now = () => Date.now()) {
  let unread = null;

  return {
    /** Keep a choice made under the command `seq` until it is answered. */
    keep(filter, seq) {
      unread = { filter, seq, at: now() };
    },
    /** Forget the choice once it is answered, or overruled by a newer command. */
    settle(answered, seq) {
      if (unread && (unread.seq !== seq || isSameFilter(unread.filter, answered))) unread = null;
    },
    /** The choice that a new board must take over, or null. */
    take(seq) {
      const isFresh = unread && unread.seq === seq && now() - unread.at < PATIENCE_MS;
      return isFresh ? unread.filter : null;
    },
  };
}
