// A picture box's button "Compare": shows and removes the slider over the picture.

import "../ui/compare-slider.js";
import { h, setAttribute } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { sourceOf } from "./lineage.js";
import { notice } from "../ui/notice.js";
import { t } from "../ui/translate.js";

export class Comparison {
  #slider = null;
  #button = null;
  #wanted = null; // the picture whose source is being loaded

  constructor(frame) {
    this.frame = frame;
  }

  button(image) {
    const attributes = { type: "button", title: t("Compare"), "data-icon": "compare", "aria-pressed": "false", onclick: () => this.#turn(image) };
    this.#button = h("button.quiet", attributes, icon("compare"), h("span.label", {}, t("Compare")));
    return this.#button;
  }

  end() {
    this.#wanted = null;
    this.#slider?.remove();
    this.#slider = null;
    if (this.#button) setAttribute(this.#button, "aria-pressed", "false");
  }

  #key(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // no other listener may act on it
    this.end();
    this.#button.focus({ preventScroll: true });
  }

  async #turn(image) {
    if (this.#slider || this.#wanted) return this.end();
    this.#wanted = image;
    setAttribute(this.#button, "aria-pressed", "true");
    try {
      const source = await sourceOf(image);
      if (this.#wanted === image) this.#begin(source, image);
    } catch (problem) {
      this.end();
      notice(problem.message);
    }
  }

  #begin(source, image) {
    this.#wanted = null;
    this.#slider = h("compare-slider", { ongone: () => this.end(), onkeydown: (event) => this.#key(event) });
    this.frame.append(this.#slider);
    this.#slider.show(source, image);
    if (document.activeElement === this.#button) this.#slider.focus({ preventScroll: true });
  }
}
