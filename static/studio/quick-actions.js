// What one press does to a picture: a row of buttons, or one menu where there is no room for a row.

import { config } from "./config.js";
import { ask, h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { styleItems, TOOLS } from "./tools.js";

const AGAIN = { label: "Variations", icon: "variations" };
const STYLE = { label: "Style", icon: "style" };

/** Asks "tool" {image, tool, style?}, or "variations" {image}. */
class QuickActions extends HTMLElement {
  #image = null;
  #varies = null;

  /** `image`: the picture they are about; `varies`: whether it can be made again, as another one. */
  show(image, varies) {
    this.#image = image;
    if (this.#varies === varies) return;
    this.#varies = varies;
    this.replaceChildren(
      h("span.row", { role: "group", "aria-label": "Quick actions" }, ...this.#row()),
      h("span.folded", {}, menuButton({
        label: "Tools", picture: "tools", items: () => this.#all(), choose: (value) => this.#choose(value),
      })),
    );
  }

  #row() {
    const tools = Object.entries(TOOLS).map(([tool, { label, icon }]) => this.#button(tool, label, icon));
    const styles = menuButton({
      ...STYLE, picture: STYLE.icon, items: () => styleItems(config.styles), choose: (style) => this.#style(style),
    });
    const again = this.#varies && this.#button("variations", AGAIN.label, AGAIN.icon);
    return [...tools, config.styles.length > 0 && styles, again].filter(Boolean);
  }

  #button(what, label, picture) {
    const attributes = { type: "button", title: label, onclick: () => this.#choose(what) };
    return h("button.quiet", attributes, icon(picture), h("span.label", {}, label));
  }

  /** The row as a menu. A style's value is an object, so that no style's name is taken for a tool's. */
  #all() {
    const tools = Object.entries(TOOLS).map(([value, { label, icon }]) => ({ value, label, icon }));
    const styles = styleItems(config.styles).map(({ value, label }) => ({ value: { style: value }, label }));
    const again = this.#varies ? [{ value: "variations", ...AGAIN }] : [];
    return [...tools, ...again, ...(styles.length ? [{ heading: true, label: STYLE.label }, ...styles] : [])];
  }

  #choose(what) {
    if (what.style) this.#style(what.style);
    else if (what === "variations") ask(this, "variations", { image: this.#image });
    else ask(this, "tool", { image: this.#image, tool: what });
  }

  #style(style) {
    ask(this, "tool", { image: this.#image, tool: "style_transfer", style });
  }
}

customElements.define("quick-actions", QuickActions);
