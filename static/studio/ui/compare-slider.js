// Before and after, one over the other, and a line between them that is a slider: for mouse, finger, keys and ears.

import { h, picture, pictureUrl } from "./dom.js";
import { t } from "./translate.js";

const MIDDLE = 50;

class CompareSlider extends HTMLElement {
  #range = h("input", {
    type: "range", min: 0, max: 100, step: 1, value: MIDDLE, "aria-label": t("Before and after"), title: t("Before and after"),
  });

  /** Event: "gone", when the picture before may not be seen any more. Public forms of pictures; their sizes may differ: both are fitted into the same box, in their own shapes. */
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

/** This picture was hidden or deleted: nobody goes on comparing with it. */
export function stopComparing(imageId) {
  for (const slider of document.querySelectorAll("compare-slider")) {
    if (slider.before.id === imageId) slider.dispatchEvent(new Event("gone"));
  }
}

/** The ground behind a clear picture belongs to its half: clipped with it, or the other half would shine through. */
function side(name, { url, width, height }) {
  const img = picture("img", { src: pictureUrl(url), alt: name === "before" ? t("Before") : t("After") });
  const half = h(`span.half.${name}`, {}, img);
  half.style.setProperty("--w", width);
  half.style.setProperty("--h", height);
  return half;
}

customElements.define("compare-slider", CompareSlider);
