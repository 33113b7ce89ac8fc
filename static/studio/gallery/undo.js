// What has just been done, and the way back: a line at the foot of the page, and Ctrl+Z as long as it is there.

import { h } from "../ui/dom.js";
import { announce, notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";

const SHOWN_MS = 20_000;

const line = h("div.done", { hidden: true });
let timer = 0;
let undo = null;

/** `way()` undoes it. */
export function offerUndo(words, way) {
  undo = way;
  const button = h("button.quiet", { type: "button", onclick: back }, t("Undo"));
  line.replaceChildren(h("p", {}, words), button);
  if (!line.isConnected) document.querySelector("main").append(line);
  line.hidden = false;
  announce(words);
  rest();
}

export function forgetUndo() {
  undo = null;
  clearTimeout(timer);
  line.hidden = true;
}

async function back() {
  const way = undo;
  if (!way) return;
  forgetUndo();
  try {
    await way();
    announce(t("Undone"));
  } catch (problem) {
    notice(problem.message);
  }
}

/** It stays as long as somebody is about to press it. */
function rest() {
  clearTimeout(timer);
  timer = setTimeout(() => (line.matches(":hover, :focus-within") ? rest() : forgetUndo()), SHOWN_MS);
}

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, shiftKey, target } = event;
  if (key.toLowerCase() !== "z" || !(ctrlKey || metaKey) || shiftKey || !undo) return;
  if (target.closest("input, textarea") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  back();
});
