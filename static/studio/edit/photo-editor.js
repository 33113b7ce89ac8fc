// The full-window editor for changes by hand. The preview is computed here exactly as the server will; the result is a request
// like any other, with the change in `options.adjust`.

import "./adjust-tools.js";
import "./crop-frame.js";
import { AdjustedPixels } from "./adjusted-pixels.js";
import { exportFrom, exportPicture } from "./export-dialog.js";
import { History } from "./history.js";
import { fits, frameOf, isNothing, NOTHING, sameFrame, sizeAfter, toOptions, turned, wholeOf } from "./adjustment.js";
import { wordsOf } from "./words.js";
import { confirmed } from "../ui/dialogs.js";
import { h, setAttribute, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { overlay } from "../ui/overlay.js";
import { t } from "../ui/translate.js";

const DRAFT = 0.5; // of the resolution, while a straightened picture moves
const MOST_PIXELS = 1_500_000; // of the preview
const HELP = t("Arrow keys move the frame, with Shift they change its size, with Control by single pixels. Control Z takes the last change back.");
const LEAVING = { title: t("Leave without the changes?"), text: t("What you have changed is not kept."), confirm: t("Leave") };

/** Resolves with {content, options} of a request about `image`, or with null if cancelled. */
export function adjustByHand(image) {
  const editor = h("photo-editor");
  document.body.append(editor);
  return new Promise((resolve) => editor.open(image, resolve));
}

const tool = (picture, label, onclick) =>
  h("button.quiet", { type: "button", title: label, onclick }, icon(picture), h("span.label", {}, label));

class PhotoEditor extends HTMLElement {
  #pixels = new AdjustedPixels();
  #history = new History({ adjust: NOTHING, shape: null });
  #shown = this.#history.state; // what is shown, also during a drag
  #moving = false;
  #leave = null;
  #result = null;
  #drawing = 0;
  #canvas = h("canvas", { role: "img", "aria-label": t("The picture as it will be") });
  #frame = h("crop-frame", { tabindex: 0, role: "application", "aria-label": t("Crop"), "aria-describedby": "editor-help" });
  #board = h("div.board", {}, this.#canvas, this.#frame);
  #tools = h("adjust-tools");
  #size = h("span.size-after");
  #words = h("span.in-words");
  #spoken = h("p.unseen", { role: "status" });
  #undo = tool("undo", t("Undo"), () => this.#step("undo"));
  #redo = tool("redo", t("Redo"), () => this.#step("redo"));
  #reset = tool("restore", t("Start again"), () => this.#change({ adjust: NOTHING, shape: null }));
  #export = tool("save", t("Export…"), () => this.#exported());
  #cancel = h("button", { type: "button", onclick: () => this.#cancelOrAsk() }, t("Cancel"));
  #done = h("button.primary", { type: "submit" }, t("Apply"));
  #dialog = h("dialog.editor", { "aria-labelledby": "editor-title" });

  async open(image, resolve) {
    Object.assign(this, { image, resolve });
    this.#dialog.append(
      h("div.head", {}, h("h2", { id: "editor-title" }, t("Adjust by hand")), this.#undo, this.#redo, this.#reset),
      h("div.stage", {}, this.#board),
      h("p.said", {}, this.#size, " ", this.#words),
      h("form", { onsubmit: (event) => this.#submit(event) }, this.#tools,
        h("div.row", {}, this.#export, h("div.buttons", {}, this.#cancel, this.#done))),
      this.#spoken, h("p.unseen", { id: "editor-help" }, HELP),
    );
    this.#listen();
    this.append(this.#dialog);
    this.#dialog.showModal();
    this.#leave = overlay(() => this.#cancelOrAsk());
    this.#lock(true);
    setText(this.#size, t("Opening…"));
    try {
      await this.#pixels.load(image);
    } catch {
      return setText(this.#size, t("The picture could not be loaded."));
    }
    this.#lock(false);
    new ResizeObserver(() => this.#refresh()).observe(this.#dialog.querySelector(".stage"));
    this.#tools.focus();
    return this.#refresh();
  }

  #lock(locked) {
    this.#tools.inert = this.#frame.inert = locked;
    for (const button of [this.#export, this.#done, this.#undo, this.#redo, this.#reset]) button.disabled = locked;
  }

  #listen() {
    const frame = this.#frame;
    this.#tools.addEventListener("panel", () => this.#refresh());
    this.#tools.addEventListener("moving", ({ detail }) => this.#move(detail(this.#history.state, this.#pixels.size)));
    this.#tools.addEventListener("changed", ({ detail }) => this.#change(detail(this.#history.state, this.#pixels.size)));
    frame.addEventListener("framing", () => this.#move(this.#framed()));
    frame.addEventListener("framed", () => this.#change(this.#framed()));
    const dialog = this.#dialog;
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#cancelOrAsk();
    });
    dialog.addEventListener("close", async () => {
      this.remove();
      await this.#leave();
      this.resolve(this.#result);
    });
  }

  /** The frame as a crop; null if it is the whole picture. */
  #framed() {
    const { adjust, shape } = this.#history.state;
    const { frame } = this.#frame;
    const crop = sameFrame(frame, wholeOf(adjust, this.#pixels.size)) ? null : frame;
    return { adjust: { ...adjust, crop }, shape };
  }

  #key(event) {
    const key = event.key.toLowerCase();
    if (key === "escape") this.#cancelOrAsk();
    else if (event.target.matches("select, input[type=number]") || !(event.ctrlKey || event.metaKey)) return;
    else if (key === "z") this.#step(event.shiftKey ? "redo" : "undo");
    else if (key === "y") this.#step("redo");
    else return;
    event.preventDefault(); // of Esc too: the browser would close the window without a question
  }

  // One history

  #move(state) {
    this.#shown = state;
    this.#moving = true;
    this.#refresh();
  }

  #change(state) {
    this.#history.add(state);
    this.#settle();
  }

  #step(which) {
    this.#history[which]();
    this.#settle();
  }

  #settle() {
    this.#shown = this.#history.state;
    this.#moving = false;
    this.#refresh();
    setText(this.#spoken, `${this.#size.textContent} ${this.#words.textContent}`);
  }

  // What is seen

  #refresh() {
    const { adjust, shape } = this.#shown;
    const { size } = this.#pixels;
    if (!size) return;
    const whole = turned(adjust, size);
    const cropping = this.#tools.panel === "crop";
    const frame = frameOf(adjust, size);
    const shown = cropping ? { x: 0, y: 0, ...whole } : frame;
    this.#board.style.setProperty("--w", shown.width);
    this.#board.style.setProperty("--h", shown.height);
    this.#frame.hidden = !cropping;
    this.#frame.show(frame, { whole, shape, fits: (other) => fits(this.#shown.adjust, size, other) });
    this.#tools.show(this.#shown, size);
    this.#tell(frame);
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#draw(adjust, shown));
  }

  #draw(adjust, shown) {
    const { clientWidth, clientHeight } = this.#board;
    const sharp = this.#moving && adjust.straighten ? DRAFT : 1;
    const scale = Math.min(1, Math.max((clientWidth * devicePixelRatio) / shown.width, (clientHeight * devicePixelRatio) / shown.height),
      Math.sqrt(MOST_PIXELS / (shown.width * shown.height))) * sharp;
    const side = (pixels) => Math.max(1, Math.round(pixels * scale));
    const out = { width: side(shown.width), height: side(shown.height) };
    const pixels = this.#pixels.render(adjust, shown, out);
    Object.assign(this.#canvas, out);
    this.#canvas.getContext("2d", { willReadFrequently: true }).putImageData(pixels, 0, 0);
    this.#canvas.dataset.drawn = JSON.stringify(toOptions(adjust));
  }

  #tell({ width, height }) {
    const { adjust } = this.#shown;
    const nothing = isNothing(adjust);
    const { words, exact, spoken } = wordsOf(adjust, this.#pixels.size);
    setText(this.#size, t("{width} × {height} pixels.", { width, height }));
    const how = exact ? t("In words") : spoken ? t("In words, about") : t("In words, but for the frame");
    setText(this.#words, nothing ? t("Nothing is changed yet.") : `${how}: “${words}”`);
    setAttribute(this.#canvas, "aria-label", nothing ? t("The picture") : t("The picture, {words}", { words }));
    this.#disable(this.#undo, !this.#history.canUndo);
    this.#disable(this.#redo, !this.#history.canRedo);
    this.#disable(this.#reset, nothing);
    this.#disable(this.#done, nothing);
  }

  /** A button that cannot be used any more does not keep the focus. */
  #disable(button, value) {
    if (value && document.activeElement === button) this.#tools.focus();
    button.disabled = value;
  }

  // The end

  #exported() {
    const { adjust } = this.#history.state;
    const { size } = this.#pixels;
    const after = sizeAfter(adjust, size);
    const name = wordsOf(adjust, size).words || t("picture");
    if (isNothing(adjust)) exportPicture(this.image, name);
    else exportFrom({ size: after, name, source: async () => this.#full(adjust, after), image: this.image });
  }

  #full(adjust, size) {
    const canvas = Object.assign(document.createElement("canvas"), size);
    canvas.getContext("2d").putImageData(this.#pixels.render(adjust, frameOf(adjust, this.#pixels.size), size), 0, 0);
    return canvas;
  }

  #submit(event) {
    event.preventDefault();
    const { adjust } = this.#history.state;
    if (isNothing(adjust) || this.#done.disabled) return;
    const { words } = wordsOf(adjust, this.#pixels.size);
    const content = words.charAt(0).toUpperCase() + words.slice(1);
    this.#close({ content, options: { intent: "edit", adjust: toOptions(adjust) } });
  }

  /** Returns false where the editor stays open, at least until the question is answered. */
  #cancelOrAsk() {
    if (isNothing(this.#history.state.adjust)) return this.#close(null);
    confirmed(LEAVING).then((leaves) => leaves && this.#close(null));
    return false;
  }

  #close(result) {
    this.#result = result;
    this.#dialog.close();
  }
}

customElements.define("photo-editor", PhotoEditor);
