/** What stands over the map when there is no picture yet, or no answer. */

import { el, setAttribute, setText } from "./element.js";

/** Before the first body is here there are no translated texts: these few speak for it. */
const FIRST_WORDS = {
  zh: {
    loading: "正在载入地图…",
    failed: "地图数据没有取到，请检查网络后重试。",
    retry: "重试",
    signed_out: "登录已过期，请重新登录。",
    sign_in: "重新登录",
  },
  en: {
    loading: "Loading the map…",
    failed: "The map data could not be fetched. Check the connection and try again.",
    retry: "Try again",
    signed_out: "You have been signed out. Please sign in again.",
    sign_in: "Sign in again",
  },
};

export function firstWords(placesUrl) {
  return /\/en\//.test(placesUrl ?? "") ? FIRST_WORDS.en : FIRST_WORDS.zh;
}

export function createNotices({ onRetry }) {
  const progress = el("div", { class: "guatu-progress", hidden: true, "aria-hidden": "true" });
  const text = el("p");
  const retry = el("button", { type: "button", "data-testid": "retry", onclick: onRetry });
  const signIn = el("a", { href: "", target: "_self", "data-testid": "sign-in" });
  const sheet = el(
    "div",
    { class: "guatu-notice", "data-testid": "notice", role: "status", hidden: true },
    text,
    retry,
    signIn,
  );
  let state = "";

  function show(next, words) {
    state = next;
    setAttribute(sheet, "hidden", next ? null : "");
    setAttribute(sheet, "data-state", next || null);
    setAttribute(sheet, "role", next === "failed" ? "alert" : "status");
    if (!next) return;
    setText(text, words[next === "empty" ? "no_rows" : next]);
    setAttribute(retry, "hidden", next === "failed" ? null : "");
    setText(retry, words.retry);
    setAttribute(signIn, "hidden", next === "signed_out" ? null : "");
    setText(signIn, words.sign_in);
    signIn.href = window.location.href;
  }

  return {
    elements: [progress, sheet],
    busy: (isBusy) => setAttribute(progress, "hidden", isBusy ? null : ""),
    show,
    state: () => state,
  };
}
