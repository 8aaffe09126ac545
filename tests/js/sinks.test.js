import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../pages/ui/map/src/", import.meta.url);
const SINKS =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|bindPopup|bindTooltip|DOMParser|srcdoc)\b|document\.write|\beval\(|new Function/;

test("no module of the map turns text into markup or code", () => {
  const modules = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
  assert.ok(modules.length > 20);
  const guilty = modules.filter((name) => SINKS.test(readFileSync(new URL(name, FOLDER), "utf8")));
  assert.deepEqual(guilty, []);
});

test("no module or style sheet names another host", () => {
  const files = readdirSync(FOLDER, { recursive: true }).filter((name) => /\.(js|css)$/.test(name));
  const guilty = files.filter((name) => {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    return /https?:\/\//.test(text.replaceAll("http://www.w3.org/2000/svg", ""));
  });
  assert.deepEqual(guilty, []);
});
