// What is done with a brush besides painting: erasing, its size, taking strokes back.

import { h, setAttribute } from "./dom.js";
import { icon } from "./icons.js";

const tool = (picture, label, onclick, attributes = {}) =>
  h("button.quiet", { type: "button", title: label, onclick, ...attributes }, icon(picture), h("span.label", {}, label));

/** A button that cannot be used any more does not keep the focus. */
function disable(button, value, instead) {
  if (value && document.activeElement === button) instead.focus();
  button.disabled = value;
}

/** Event: "turned", from painting to erasing or back. */
class BrushTools extends HTMLElement {
  #canvas = null;
  #erase = tool("eraser", "Erase", () => this.turn(), { "aria-pressed": "false" });
  #size = h("input", { type: "range", "aria-label": "Brush size", title: "Brush size" });
  #undo = tool("undo", "Undo", () => this.#canvas.undo());
  #redo = tool("redo", "Redo", () => this.#canvas.redo());
  #clear = tool("trash", "Clear", () => this.#canvas.clear());

  /** `canvas`: a brush-canvas that shows its picture. */
  connect(canvas) {
    this.#canvas = canvas;
    const { least, most, step } = canvas.constructor.sizes;
    Object.assign(this.#size, { min: least, max: most, step, value: canvas.size });
    this.#size.addEventListener("input", () => canvas.resize(Number(this.#size.value)));
    canvas.addEventListener("size", () => (this.#size.value = canvas.size));
    const size = h("label.size", {}, icon("brush"), this.#size);
    this.append(this.#erase, size, this.#undo, this.#redo, this.#clear);
  }

  turn() {
    const canvas = this.#canvas;
    canvas.erases = !canvas.erases;
    setAttribute(this.#erase, "aria-pressed", String(canvas.erases));
    canvas.toggleAttribute("data-erases", canvas.erases);
    this.dispatchEvent(new Event("turned"));
  }

  /** `isPainted`: is there something to clear? */
  refresh(isPainted) {
    const { strokes } = this.#canvas;
    disable(this.#undo, !strokes.canUndo, this.#canvas);
    disable(this.#redo, !strokes.canRedo, this.#canvas);
    disable(this.#clear, !isPainted, this.#canvas);
  }
}

customElements.define("brush-tools", BrushTools);
