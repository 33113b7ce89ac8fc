// A picture's line as thumbnails: what it was made from, itself, and what was made from it.

import { h, picture, pictureUrl } from "../ui/dom.js";
import * as rest from "../client/rest.js";
import { t } from "../ui/translate.js";

/** Event: "choose" {image}: another picture of the line was selected. */
class LineageStrip extends HTMLElement {
  #shownFor = null;

  /**
   * `nameOf(image)` → a few words. Resolves with {ancestors, children}, or with null if another one is shown meanwhile. For
   * a single picture the strip stays empty.
   */
  async show(image, nameOf) {
    this.#shownFor = image.id;
    let line;
    try {
      line = await rest.gallery.lineage(image.id);
    } catch {
      line = { ancestors: [], children: [] }; // optional: no error is shown
    }
    if (this.#shownFor !== image.id) return null;
    const { ancestors, children, parents = [] } = line;
    const further = parents.filter(({ id }) => !ancestors.some((before) => before.id === id));
    const above = [...ancestors, ...further];
    const alone = above.length + children.length === 0;
    const hadFocus = this.contains(document.activeElement);
    const all = [...above, image, ...children];
    const links = all.map((each, i) => this.#link(each, t("{name}, version {number} of {count}", { name: nameOf(each), number: i + 1, count: all.length })));
    links[above.length].firstElementChild.setAttribute("aria-current", "true");
    this.replaceChildren(...(alone ? [] : [h("ol", { "aria-label": t("Where this picture comes from") }, ...links)]));
    const here = this.querySelector("[aria-current]");
    here?.scrollIntoView({ block: "nearest", inline: "center" });
    if (hadFocus) here?.focus();
    return line;
  }

  #link(image, name) {
    const url = pictureUrl(image.thumbnail_url);
    if (!url) {
      const why = image.state === "hidden" ? t("A hidden picture") : t("A deleted picture");
      return h("li", {}, h("span.gap", { role: "img", "aria-label": why, title: why }));
    }
    const look = () => this.dispatchEvent(new CustomEvent("choose", { detail: { image } }));
    const attributes = { type: "button", title: name, "aria-label": t("Look at: {name}", { name }), onclick: look };
    return h("li", {}, h("button.thumb", attributes, picture("img", { src: url, alt: "" })));
  }
}

customElements.define("lineage-strip", LineageStrip);
