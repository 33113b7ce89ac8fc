// The brush's tools: shapes, erasing, size, undo.

import { h, setAttribute } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { t } from "../ui/translate.js";

const tool = (picture, label, onclick, attributes = {}) =>
  h("button.quiet", { type: "button", title: label, onclick, ...attributes }, icon(picture), h("span.label", {}, label));

/** A disabled button must not keep the focus. */
function disable(button, value, instead) {
  if (value && document.activeElement === button) instead.focus();
  button.disabled = value;
}

const SHAPES = {
  brush: { label: t("Brush"), icon: "brush", key: "b" },
  lasso: { label: t("Lasso"), icon: "lasso", key: "l" },
  rectangle: { label: t("Rectangle"), icon: "rectangle", key: "r" },
};

/** Events: "turned", from painting to erasing or back; "taken", another tool. */
class BrushTools extends HTMLElement {
  #canvas = null;
  #shapes = Object.entries(SHAPES).map(([name, { label, icon: picture }]) =>
    tool(picture, label, () => this.take(name), { "aria-pressed": String(name === "brush"), "data-tool": name }));
  #erase = tool("eraser", t("Erase"), () => this.turn(), { "aria-pressed": "false" });
  #size = h("input", { type: "range", "aria-label": t("Brush size"), title: t("Brush size") });
  #undo = tool("undo", t("Undo"), () => this.#canvas.undo());
  #redo = tool("redo", t("Redo"), () => this.#canvas.redo());
  #clear = tool("trash", t("Clear"), () => this.#canvas.clear());

  /** `canvas`: a brush-canvas that shows its picture. */
  connect(canvas) {
    this.#canvas = canvas;
    const { least, most, step } = canvas.constructor.sizes;
    Object.assign(this.#size, { min: least, max: most, step, value: canvas.size });
    this.#size.addEventListener("input", () => canvas.resize(Number(this.#size.value)));
    canvas.addEventListener("size", () => (this.#size.value = canvas.size));
    const size = h("label.size", {}, icon("brush"), this.#size);
    const shapes = h("span.shapes", { role: "group", "aria-label": t("Tool") }, ...this.#shapes, this.#erase);
    this.append(shapes, size, this.#undo, this.#redo, this.#clear);
  }

  take(name) {
    this.#canvas.take(name);
    this.#shapes.forEach((button) => setAttribute(button, "aria-pressed", String(button.dataset.tool === name)));
    this.#size.disabled = name !== "brush";
    this.dispatchEvent(new Event("taken"));
  }

  /** Selects the tool of this key; returns whether there is one. */
  takeBy(key) {
    const [name] = Object.entries(SHAPES).find(([, shape]) => shape.key === key) ?? [];
    if (name) this.take(name);
    return Boolean(name);
  }

  turn() {
    const canvas = this.#canvas;
    canvas.erases = !canvas.erases;
    setAttribute(this.#erase, "aria-pressed", String(canvas.erases));
    canvas.toggleAttribute("data-erases", canvas.erases);
    this.dispatchEvent(new Event("turned"));
  }

  /** `isPainted`: whether there is something to clear. */
  refresh(isPainted) {
    const { strokes } = this.#canvas;
    disable(this.#undo, !strokes.canUndo, this.#canvas);
    disable(this.#redo, !strokes.canRedo, this.#canvas);
    disable(this.#clear, !isPainted, this.#canvas);
  }
}

customElements.define("brush-tools", BrushTools);
