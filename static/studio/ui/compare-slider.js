// Before and after, one over the other, with a slider between them.

import { h, picture, pictureUrl } from "./dom.js";
import { t } from "./translate.js";

const MIDDLE = 50;

class CompareSlider extends HTMLElement {
  #range = h("input", {
    type: "range", min: 0, max: 100, step: 1, value: MIDDLE, "aria-label": t("Before and after"), title: t("Before and after"),
  });

  /** Public forms of pictures; each is fitted into the box in its own shape. Event: "gone", when the picture before was hidden or
   * deleted. */
  show(before, after) {
    this.before = before;
    this.append(
      side("after", after),
      side("before", before),
      h("i.line", { "aria-hidden": "true" }),
      h("span.tag.left", { "aria-hidden": "true" }, t("Before")),
      h("span.tag.right", { "aria-hidden": "true" }, t("After")),
      this.#range,
    );
    this.#range.addEventListener("input", () => this.#refresh());
    this.#refresh();
    return this;
  }

  focus(options) {
    this.#range.focus(options);
  }

  #refresh() {
    const { value } = this.#range;
    this.style.setProperty("--at", `${value}%`);
    this.#range.setAttribute("aria-valuetext", t("{before}% before, {after}% after", { before: value, after: 100 - value }));
  }
}

/** This picture was hidden or deleted. */
export function stopComparing(imageId) {
  for (const slider of document.querySelectorAll("compare-slider")) {
    if (slider.before.id === imageId) slider.dispatchEvent(new Event("gone"));
  }
}

/** Each half has its own background, clipped with it: behind a transparent picture the other half must not show. */
function side(name, { url, width, height }) {
  const img = picture("img", { src: pictureUrl(url), alt: name === "before" ? t("Before") : t("After") });
  const half = h(`span.half.${name}`, {}, img);
  half.style.setProperty("--w", width);
  half.style.setProperty("--h", height);
  return half;
}

customElements.define("compare-slider", CompareSlider);
