// Undo: a line at the foot of the page that names the last action, with a button, and Ctrl+Z while it is shown.

import { h } from "../ui/dom.js";
import { announce, notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";

const SHOWN_MS = 20_000;

const line = h("div.done", { hidden: true });
let timer = 0;
let undo = null;

/** `revert()` undoes it. */
export function offerUndo(words, revert) {
  undo = revert;
  const button = h("button.quiet", { type: "button", onclick: back }, t("Undo"));
  line.replaceChildren(h("p", {}, words), button);
  if (!line.isConnected) document.querySelector("main").append(line);
  line.hidden = false;
  announce(words);
  hideLater();
}

export function forgetUndo() {
  undo = null;
  clearTimeout(timer);
  line.hidden = true;
}

async function back() {
  const revert = undo;
  if (!revert) return;
  forgetUndo();
  try {
    await revert();
    announce(t("Undone"));
  } catch (problem) {
    notice(problem.message);
  }
}

/** Hides it after a while, but not under the pointer or with the focus. */
function hideLater() {
  clearTimeout(timer);
  timer = setTimeout(() => (line.matches(":hover, :focus-within") ? hideLater() : forgetUndo()), SHOWN_MS);
}

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, shiftKey, target } = event;
  if (key.toLowerCase() !== "z" || !(ctrlKey || metaKey) || shiftKey || !undo) return;
  if (target.closest("input, textarea") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  back();
});
