// The controls for changes by hand: framing, light and colours.

import { h, setAttribute } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { cropTo, flip, sameFrame, straighten, TILT_LIMIT, turned, turnLeft, turnRight, wholeOf } from "./adjustment.js";
import { t } from "../ui/translate.js";

const AMOUNTS = [["exposure", t("Exposure")], ["contrast", t("Contrast")], ["warmth", t("Warmth")], ["saturation", t("Saturation")]];
const SHAPES = { square: [1, 1], "4:3": [4, 3], "3:4": [3, 4], "3:2": [3, 2], "2:3": [2, 3], "16:9": [16, 9], "9:16": [9, 16] };
const PANELS = [["crop", t("Crop and turn")], ["light", t("Light and colour")]];

/**
 * A state: {adjust, shape}, see adjustment.js; `shape`: the frame's fixed proportions, [across, down], or null. Events: "panel";
 * "moving" and "changed", whose detail is a function (state, size of the picture) → next state.
 */
class AdjustTools extends HTMLElement {
  panel = "crop";
  #tabs = PANELS.map(([name, label]) =>
    h("label.tab", {}, h("input", { type: "radio", name: "panel", value: name, checked: name === "crop" }), h("span", {}, label)));
  #shape = h("select", { "aria-label": t("Shape of the crop") });
  #tilt = this.#slider("straighten", t("Straighten"), TILT_LIMIT, 0.5);
  #amounts = AMOUNTS.map(([name, label]) => this.#slider(name, label, 100, 1));
  #panels = {
    crop: h("div.panel", {},
      h("div.tools", {}, this.#shape,
        this.#button("left", t("Turn left"), turnLeft, ([across, down]) => [down, across]),
        this.#button("right", t("Turn right"), turnRight, ([across, down]) => [down, across]),
        this.#button("flip-horizontal", t("Flip sideways"), (adjust, size) => flip(adjust, size, "horizontal")),
        this.#button("flip-vertical", t("Flip upside down"), (adjust, size) => flip(adjust, size, "vertical"))),
      this.#tilt.row),
    light: h("div.panel.light", { hidden: true }, ...this.#amounts.map(({ row }) => row)),
  };

  connectedCallback() {
    if (this.firstChild) return;
    const tabs = h("fieldset.tabs", {}, h("legend.unseen", {}, t("What to change")), ...this.#tabs);
    tabs.addEventListener("change", ({ target }) => this.#switchPanel(target.value));
    this.#shape.addEventListener("change", () => this.#reshape(this.#shape.value));
    this.append(tabs, ...Object.values(this.#panels));
  }

  focus() {
    this.querySelector("input[name=panel]:checked").focus();
  }

  show({ adjust, shape }, size) {
    this.#showShapes(adjust, shape, size);
    for (const { name, input, output } of [this.#tilt, ...this.#amounts]) {
      const value = adjust[name];
      if (Number(input.value) !== value) input.value = value;
      const words = `${value > 0 ? "+" : ""}${value}${name === "straighten" ? "°" : ""}`.replace("-", "−");
      output.textContent = words;
      setAttribute(input, "aria-valuetext", words);
    }
  }

  #switchPanel(panel) {
    this.panel = panel;
    for (const [name, element] of Object.entries(this.#panels)) element.hidden = name !== panel;
    this.dispatchEvent(new Event("panel"));
  }

  #button(picture, label, change, reshape = (shape) => shape) {
    const next = ({ adjust, shape }, size) => ({ adjust: change(adjust, size), shape: shape && reshape(shape) });
    const onclick = () => this.#tell("changed", next);
    return h("button.quiet", { type: "button", title: label, "aria-label": label, onclick }, icon(picture));
  }

  #slider(name, label, limit, step) {
    const input = h("input", { type: "range", min: -limit, max: limit, step, value: 0, "aria-label": label });
    const output = h("output", { "aria-hidden": "true" }, "0");
    const next = ({ adjust, shape }, size) => {
      const value = Number(input.value);
      return { adjust: name === "straighten" ? straighten(adjust, size, value) : { ...adjust, [name]: value }, shape };
    };
    input.addEventListener("input", () => this.#tell("moving", next));
    input.addEventListener("change", () => this.#tell("changed", next));
    return { name, input, output, row: h("label.amount", {}, h("span.what", { "aria-hidden": "true" }, label), input, output) };
  }

  #showShapes(adjust, shape, size) {
    const original = turned(adjust, size);
    const options = { free: null, original: [original.width, original.height], ...SHAPES };
    const current = Object.keys(options).findLast((name) => JSON.stringify(options[name]) === JSON.stringify(shape)) ?? "free";
    const names = { free: t("Free shape"), original: t("Its own shape"), square: t("Square") };
    if (!this.#shape.options.length) {
      this.#shape.append(...Object.keys(options).map((name) => h("option", { value: name }, names[name] ?? name)));
    }
    this.#shape.value = current;
  }

  /** With "free" the frame stays as it is. */
  #reshape(name) {
    this.#tell("changed", ({ adjust }, size) => {
      if (name === "free") return { adjust, shape: null };
      const { width, height } = turned(adjust, size);
      const shape = SHAPES[name] ?? [width, height];
      const crop = cropTo(adjust, size, shape);
      return { adjust: { ...adjust, crop: sameFrame(crop, wholeOf(adjust, size)) ? null : crop }, shape };
    });
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

customElements.define("adjust-tools", AdjustTools);
