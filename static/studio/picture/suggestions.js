// Suggestions as buttons, which send a text, or ask the page for an action.

import { ask, h } from "../ui/dom.js";
import { languageOf } from "../ui/translate.js";

const ACTIONS = new Set(["look", "download", "delete", "brush", "photo"]); // for an action of a later release the text is sent

/** Asks "send" {content}, or "carry-out" {action, imageId, message}. */
export function suggestionButtons(message) {
  return (message.suggestions ?? []).map(({ label, content, action, image_id: imageId }) => {
    const button = h("button.quiet.suggestion", { type: "button", title: label, dir: "auto", lang: languageOf(label) }, label);
    button.addEventListener("click", () =>
      ACTIONS.has(action) ? ask(button, "carry-out", { action, imageId, message }) : ask(button, "send", { content }));
    return button;
  });
}
