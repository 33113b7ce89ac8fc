// One picture of the gallery, or of the trash. It is one tab stop; arrows lead to what can be done with it.

import { ask, h, picture, pictureUrl, placeholderUrl, setAttribute, setText } from "../ui/dom.js";
import { config } from "../ui/config.js";
import { icon } from "../ui/icons.js";
import { menuButton } from "../ui/menu.js";
import { rove } from "../ui/roving.js";
import { locale, t } from "../ui/translate.js";
import "../picture/quick-actions.js";
import { hiddenSentence, nameOf } from "../picture/labels.js";
import { styleItems, tools } from "../picture/actions.js";

const TOUCH = matchMedia("(hover: none)"); // nothing can be shown by hovering: the menu has it all

class GalleryCard extends HTMLElement {
  #title = h("p.title", { dir: "auto" });
  #frame = h("div.frame");
  #star = null;

  /** `tools` come after the picture and its title; `over` lies over the picture, while it is wanted. */
  build(image, { tools, star = null, over = null }) {
    this.#star = star;
    this.append(this.#frame, h("div.line", {}, this.#title, h("span.tools", {}, ...tools)));
    this.update(image);
    if (over) this.#frame.append(over);
    setAttribute(this, "role", "toolbar");
    rove(this);
    return this;
  }

  /** `image`: a gallery image's public form. */
  update(image) {
    const first = !this.image;
    this.image = image;
    const words = nameOf(image);
    setText(this.#title, words);
    setAttribute(this.#title, "title", words);
    setAttribute(this, "aria-label", words);
    this.#star?.setAttribute("aria-pressed", String(image.favorite));
    if (first) this.#show(image, words);
  }

  #show(image, words) {
    const url = pictureUrl(image.thumbnail_url);
    const placeholder = placeholderUrl(image.placeholder);
    if (placeholder) this.#frame.style.backgroundImage = `url("${placeholder}")`;
    if (!url) {
      const trashed = t("In the trash since {since}, deleted for good on {until}", { since: day(image.deleted_at), until: day(image.purge_at) });
      this.#frame.append(h("p.say", {}, image.state === "hidden" ? hiddenSentence(image) : trashed));
      return;
    }
    const img = picture("img", { alt: words, loading: "lazy", src: url });
    const open = pictureUrl(image.url);
    this.#frame.append(
      open ? h("button.open", { type: "button", title: t("Look closer"), onclick: () => ask(this, "look") }, img) : img,
    );
  }
}

customElements.define("gallery-card", GalleryCard);

/** "4 July", where the person is. */
const day = (time) => new Date(time).toLocaleDateString(locale, { day: "numeric", month: "long" });

function tool(what, label, picture, attributes = {}) {
  const onclick = ({ currentTarget }) => ask(currentTarget, what);
  const words = h("span.label", {}, label);
  return h("button.quiet", { type: "button", title: label, onclick, ...attributes }, icon(picture), words);
}

export function galleryCard(image) {
  const card = h("gallery-card");
  const star = tool("favorite", t("Favourite"), "star", { "aria-pressed": "false" });
  const seen = Boolean(pictureUrl(image.url));
  const items = () => [...(seen && TOUCH.matches ? made() : []), ...(seen ? kept() : []), ...sorted()];
  const choose = ({ what, ...rest }) => ask(card, what, { image: card.image, ...rest });
  const more = menuButton({ label: t("More"), picture: "more", items, choose });
  const over = seen ? h("quick-actions.bare") : null;
  over?.show(image, false);
  return card.build(image, { tools: [star, more], star, over });
}

/** What can be made of a picture. */
const made = () => [
  { value: { what: "adjust" }, label: t("Adjust"), icon: "adjust" },
  ...tools().map(([name, { label, icon }]) => ({ value: { what: "tool", tool: name }, label, icon })),
  ...(config.can.styles.length ? [{ heading: true, label: t("Style") }] : []),
  ...styleItems(config.can.styles).map(({ value: style, label }) => ({ value: { what: "tool", tool: "style_transfer", style }, label })),
  { heading: true, label: t("Picture") },
];
const kept = () => [
  { value: { what: "edit" }, label: t("Edit in a chat"), icon: "chat" },
  { value: { what: "download" }, label: t("Download"), icon: "download" },
  { value: { what: "export" }, label: t("Export…"), icon: "save" },
  { value: { what: "origin" }, label: t("Where does this come from?"), icon: "branch" },
  { value: { what: "share" }, label: t("Share…"), icon: "share" },
];
const sorted = () => [
  { value: { what: "rename" }, label: t("Rename"), icon: "edit" },
  { value: { what: "delete" }, label: t("Move to the trash"), icon: "trash" },
];

export function trashCard(image) {
  const tools = [tool("restore", t("Restore"), "restore"), tool("purge", t("Delete for good"), "trash")];
  return h("gallery-card", { "data-trash": true }).build(image, { tools });
}
