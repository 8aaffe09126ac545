/** The sentence of the filter, its notes, and what can be taken away: a saved map, a link. */

import { el, localHref, setAttribute, setText } from "./element.js";
import { sign } from "./icons.js";

const THANKS_MS = 2000;

async function copyText(text, home) {
  // The clipboard exists only on secure origins; an intranet by plain HTTP needs the old way.
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  const area = el("textarea", { class: "guatu-offstage", "aria-hidden": "true" });
  area.value = text;
  home.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}

export function createCaption() {
  const sentence = el("p", {
    class: "guatu-sentence",
    role: "status",
    "aria-live": "polite",
    "data-testid": "sentence",
  });
  const notes = el("ul", { class: "guatu-notes", "data-testid": "notes", hidden: true });
  const saveText = el("span");
  const shareText = el("span");
  const save = el(
    "a",
    { class: "guatu-action", "data-testid": "save-map", download: "", target: "_self" },
    sign("save"),
    saveText,
  );
  const share = el(
    "button",
    { type: "button", class: "guatu-action", "data-testid": "share" },
    sign("share"),
    shareText,
  );
  const heard = el("span", { class: "guatu-offstage", role: "status" });
  const element = el(
    "div",
    { class: "guatu-caption" },
    el("div", { class: "guatu-words" }, sentence, notes),
    el("div", { class: "guatu-actions" }, save, share, heard),
  );
  let texts = {};
  let timer = 0;
  let stale = false;

  // While Python has not answered for the picture, what it would save or share is another one.
  save.addEventListener("click", (event) => {
    if (stale) event.preventDefault();
  });
  share.addEventListener("click", async () => {
    if (stale) return;
    try {
      await copyText(window.location.href, element);
    } catch {
      return; // refused by the browser: the address bar still has the link
    }
    setText(shareText, texts.copied ?? "");
    setText(heard, texts.copied ?? "");
    clearTimeout(timer);
    timer = setTimeout(() => {
      setText(shareText, texts.share ?? "");
      setText(heard, "");
    }, THANKS_MS);
  });

  /** On a phone the notes are one line until they are pressed. */
  function unfold(isWhole) {
    setAttribute(notes, "data-open", isWhole ? "" : null);
  }
  notes.addEventListener("click", () => unfold(!notes.hasAttribute("data-open")));

  function update(data) {
    setText(sentence, data.sentence ?? "");
    const list = data.notes ?? [];
    setAttribute(notes, "hidden", list.length ? null : "");
    if ([...notes.children].map((item) => item.textContent).join("\n") !== list.join("\n")) {
      notes.replaceChildren(...list.map((text) => el("li", { text, title: text })));
      unfold(false);
    }
    const href = localHref(data.save_url);
    setAttribute(save, "hidden", href ? null : "");
    setAttribute(save, "href", href);
  }

  /** Python has not yet answered for what is drawn: its words are about another picture. */
  function setStale(isStale) {
    stale = isStale;
    for (const node of [sentence, notes]) node.classList.toggle("is-stale", isStale);
    for (const node of [save, share]) setAttribute(node, "aria-disabled", isStale ? "true" : null);
  }

  function translate(next) {
    texts = next;
    setText(saveText, texts.save_map ?? "");
    setText(shareText, texts.share ?? "");
    for (const [node, key] of [
      [save, "save_map"],
      [share, "share"],
    ]) {
      setAttribute(node, "title", texts[key] ?? "");
      setAttribute(node, "aria-label", texts[key] ?? "");
    }
  }

  return {
    element,
    update,
    translate,
    setStale,
    notesHeight: () => notes.offsetHeight,
    destroy: () => clearTimeout(timer),
  };
}
