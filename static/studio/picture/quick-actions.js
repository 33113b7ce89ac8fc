// Quick actions on a picture: as many labelled buttons as fit into the row, and a menu of the others.

import { config } from "../ui/config.js";
import { ask, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { menuButton } from "../ui/menu.js";
import { styleItems, tools } from "./actions.js";
import { t } from "../ui/translate.js";

const BY_HAND = { label: t("Adjust"), icon: "adjust" };
const AGAIN = { label: t("Variations"), icon: "variations" };
const STYLE = { label: t("Style"), icon: "style" };

/** Asks "tool" {image, tool, style?}, "adjust" {image}, or "variations" {image}. With the class "bare" all of them are icons. */
class QuickActions extends HTMLElement {
  also = () => []; // buttons and links elsewhere that do not fit: the menu has them, too
  #image = null;
  #varies = null;

  /** `image`: the picture; `varies`: whether variations of it can be made. */
  show(image, varies) {
    this.#image = image;
    if (this.#varies === varies) return;
    this.#varies = varies;
    this.replaceChildren(
      h("span.row", { role: "group", "aria-label": t("Quick actions") }, ...this.#row(), h("span.rest", {}, this.#menu(t("More"), "more"))),
      h("span.folded", {}, this.#menu(t("Tools"), "tools")),
    );
  }

  #menu(label, picture) {
    return menuButton({ label, picture, items: () => this.#unseen(), choose: (value) => this.#choose(value) });
  }

  #row() {
    const possible = tools().map(([tool, { label, icon }]) => this.#button(tool, label, icon));
    const styles = menuButton({
      ...STYLE, picture: STYLE.icon, items: () => styleItems(config.can.styles), choose: (style) => this.#style(style),
    });
    styles.dataset.tool = "style";
    const again = this.#varies && this.#button("variations", AGAIN.label, AGAIN.icon);
    const byHand = this.#button("adjust", BY_HAND.label, BY_HAND.icon);
    return [byHand, ...possible, config.can.styles.length > 0 && styles, again].filter(Boolean);
  }

  #button(what, label, picture) {
    const attributes = { type: "button", title: label, "data-tool": what, onclick: () => this.#choose(what) };
    return h("button.quiet", attributes, icon(picture), h("span.label", {}, label));
  }

  /** The menu's items: what does not fit into the row. A style's value is an object, because its name may equal a tool's. */
  #unseen() {
    const seen = (tool) => this.querySelector(`.row > [data-tool="${tool}"]`)?.checkVisibility() ?? false;
    const possible = tools().map(([value, { label, icon }]) => ({ value, label, icon }));
    const again = this.#varies ? [{ value: "variations", ...AGAIN }] : [];
    const others = [{ value: "adjust", ...BY_HAND }, ...possible, ...again].filter(({ value }) => !seen(value));
    const elsewhere = this.also().map((element) => ({ value: { press: element }, label: element.title, icon: element.dataset.icon }));
    const styles = seen("style") ? [] : styleItems(config.can.styles).map((item) => ({ ...item, value: { style: item.value } }));
    return [...others, ...elsewhere, ...(styles.length ? [{ heading: true, label: STYLE.label }, ...styles] : [])];
  }

  #choose(what) {
    if (what.press) what.press.click();
    else if (what.style) this.#style(what.style);
    else if (what === "variations" || what === "adjust") ask(this, what, { image: this.#image });
    else ask(this, "tool", { image: this.#image, tool: what });
  }

  #style(style) {
    ask(this, "tool", { image: this.#image, tool: "style_transfer", style });
  }
}

customElements.define("quick-actions", QuickActions);
