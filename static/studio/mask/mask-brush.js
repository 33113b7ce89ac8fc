// The full-window brush, to paint over a part of a picture. Its result is an uploaded mask.

import "./brush-canvas.js";
import "./brush-tools.js";
import { confirmed } from "../ui/dialogs.js";
import { h, setAttribute, setText } from "../ui/dom.js";
import { sendMask } from "./mask-upload.js";
import { t } from "../ui/translate.js";

const SPEAK_MS = 300; // after the last key, before the position is announced
const HELP = t("Arrow keys move the brush, with Shift finely. Space paints, also while it moves. With the lasso, hold Space and go around; with the rectangle, hold it from one corner to the other. B, L and R take brush, lasso and rectangle. [ and ], or minus and plus, change the size of the brush, E turns erasing on and off, Control Z takes the last stroke back. Page up and Page down make the picture larger and smaller, Home shows the whole of it.");
const HOW = {
  brush: t("Paint over it, with the pointer or with arrow keys and Space."),
  lasso: t("Draw a line around it, with the pointer or with arrow keys and Space."),
  rectangle: t("Draw from one corner to the other, with the pointer or with arrow keys and Space."),
};
const LEAVING = {
  title: t("Leave without the strokes?"), text: t("What you have painted is not kept."), confirm: t("Leave"),
};

/**
 * `title`, `done` (the button's label) and `goal` name the purpose; `hint`: the placeholder of an optional text field. Resolves
 * with {mask, words}, the mask's public form (null if nothing was painted), or with null if cancelled.
 */
export function paintMask(image, { title, done, hint = null, goal = t("What is coloured will change.") }) {
  const brush = h("mask-brush");
  document.body.append(brush);
  return new Promise((resolve) => brush.open(image, { title, done, hint, goal, resolve }));
}

export const paintObject = (image) =>
  paintMask(image, { title: t("Paint over what should go"), done: t("Remove"), hint: t("What should go (optional)") });

export const paintPart = (image) => paintMask(image, {
  title: t("Paint over what should change"), done: t("Done"),
  goal: t("Only what is coloured changes, the rest stays as it is. Next, say what to change."),
});

class MaskBrush extends HTMLElement {
  #canvas = h("brush-canvas", {
    tabindex: 0, role: "application", "aria-label": t("Picture to paint over"), "aria-describedby": "brush-help",
  });
  #dialog = h("dialog.brush", { "aria-labelledby": "brush-title" });
  #words = h("input", { name: "line", maxlength: 200, autocomplete: "off", dir: "auto" });
  #status = h("p.said", { role: "status" });
  #done = h("button.primary", { type: "submit" });
  #cancel = h("button", { type: "button", onclick: () => this.#leave() }, t("Cancel"));
  #tools = h("brush-tools.tools");
  #sending = null; // the upload of the mask: painting is locked until it ends
  #result = null;
  #timer = 0;

  open(image, { title, done, hint, goal, resolve }) {
    Object.assign(this, { image, goal, resolve });
    this.#done.append(done);
    const words = hint && h("label.words", {}, h("span.unseen", {}, hint), this.#words);
    setAttribute(this.#words, "placeholder", hint);
    const row = h("div.row", {}, words, h("div.buttons", {}, this.#cancel, this.#done));
    const form = h("form", { onsubmit: (event) => this.#submit(event) }, this.#tools, row);
    const head = h("h2", { id: "brush-title" }, title);
    const help = h("p.unseen", { id: "brush-help" }, HELP);
    this.#dialog.append(head, h("div.stage", {}, this.#canvas), this.#status, form, help);
    this.append(this.#dialog);
    this.#listen();
    this.#dialog.showModal();
    this.#canvas.show(image);
    this.#canvas.focus();
    this.#tools.connect(this.#canvas);
    this.#refresh();
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("change", () => this.#refresh());
    canvas.addEventListener("moved", () => this.#speak());
    this.#tools.addEventListener("turned", () => setText(this.#status, canvas.erases ? t("Erasing.") : t("Painting.")));
    this.#tools.addEventListener("taken", () => setText(this.#status, HOW[canvas.tool]));
    this.#words.addEventListener("input", () => this.#refresh());
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave();
    });
    this.#dialog.addEventListener("close", () => {
      this.#sending?.abort();
      this.remove();
      this.resolve(this.#result);
    });
  }

  #key(event) {
    const key = event.key.toLowerCase();
    const writes = event.target === this.#words;
    if (key === "escape") this.#leave();
    else if (writes || this.#sending) return;
    else if ((event.ctrlKey || event.metaKey) && key === "z") event.shiftKey ? this.#canvas.redo() : this.#canvas.undo();
    else if ((event.ctrlKey || event.metaKey) && key === "y") this.#canvas.redo();
    else if (key === "e" && !event.ctrlKey && !event.metaKey) this.#tools.turn();
    else if (event.ctrlKey || event.metaKey || event.altKey || !this.#tools.takeBy(key)) return;
    event.preventDefault(); // of Esc too: the browser would close the window without a question
  }

  #speak() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const [across, down] = this.#canvas.position;
      setText(this.#status, t("The brush is {across}% from the left, {down}% from the top.", { across, down }));
    }, SPEAK_MS);
  }

  #refresh() {
    const { isPainted } = this.#canvas;
    this.#tools.refresh(isPainted);
    this.#done.disabled = Boolean(this.#sending) || !(isPainted || this.#words.value.trim());
    clearTimeout(this.#timer);
    setText(this.#status, isPainted ? this.goal : HOW[this.#canvas.tool]);
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#done.disabled) return;
    const words = this.#words.value.trim();
    if (!this.#canvas.isPainted) return this.#close({ mask: null, words });
    const mask = await this.#send();
    if (mask) this.#close({ mask, words });
  }

  /** Resolves with the mask, or with null if the upload failed or was stopped. */
  async #send() {
    const mine = sendMask(this.#canvas.strokes, this.image, (gone) => {
      if (gone === 1 && this.#sending === mine) setText(this.#status, t("Checking…"));
    });
    this.#lock(mine);
    setText(this.#status, t("Sending what you painted…"));
    try {
      const mask = await mine.done;
      return this.#sending === mine ? mask : null;
    } catch (problem) {
      if (this.#sending !== mine) return null;
      this.#lock(null);
      setText(this.#status, t("{message} Please try again.", { message: problem.message }));
      return null;
    }
  }

  /** Locks the canvas, the tools and the text during the upload: changes would be lost. */
  #lock(sending) {
    const writes = document.activeElement === this.#words;
    this.#sending = sending;
    this.#refresh();
    this.#canvas.lock(Boolean(sending));
    this.#tools.inert = this.#words.readOnly = Boolean(sending);
    if (!writes) (sending ? this.#cancel : this.#done).focus();
  }

  async #leave() {
    this.#sending?.abort(); // before the question, so that nothing is sent meanwhile
    if (this.#sending) this.#lock(null);
    if (this.#canvas.strokes.canUndo && !(await confirmed(LEAVING))) return;
    this.#close(null);
  }

  #close(result) {
    this.#result = result;
    this.#dialog.close();
  }
}

customElements.define("mask-brush", MaskBrush);
