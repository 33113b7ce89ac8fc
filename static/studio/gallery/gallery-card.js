// One picture of the gallery, or of the trash: with few elements, because there are many cards. Its buttons are added on hover and
// focus: card-tools.js.

import { ask, h, pictureUrl, placeholderUrl, setAttribute, setWords } from "../ui/dom.js";
import { languageOf, plural, t } from "../ui/translate.js";
import { appealButton, mayAppeal } from "../moderation/appeal.js";
import { hiddenSentence, nameOf } from "../picture/labels.js";
import { thumbnail } from "./thumbnail.js";

const DAY_MS = 24 * 3600_000;
const TOUCH = matchMedia("(hover: none)"); // no hovering

class GalleryCard extends HTMLElement {
  image = null;
  inTrash = false;
  #title = h("span.title", { dir: "auto" });
  #check = h("button.check", {
    type: "button", tabindex: -1, title: t("Select"), "aria-label": t("Select"), "aria-pressed": "false",
    onclick: ({ shiftKey }) => ask(this, "select", { shiftKey }),
  });
  #open = h("button.open", { type: "button", tabindex: -1, onclick: (event) => ask(this, "press", { event }) });

  build(image, { inTrash }) {
    this.inTrash = inTrash;
    setAttribute(this, "role", "gridcell");
    this.toggleAttribute("data-trash", inTrash);
    const touched = TOUCH.matches && h("button.touched.quiet", { type: "button", tabindex: -1, title: t("More"), "aria-label": t("More"), onclick: () => ask(this, "touched") }, "⋯");
    this.append(this.#open, this.#check, this.#title, ...(touched ? [touched] : []));
    this.#show(image);
    this.update(image);
    return this;
  }

  /** `image`: a gallery image's public form. */
  update(image) {
    this.image = image;
    const words = nameOf(image);
    setWords(this.#title, this.inTrash ? daysLeft(image) : words);
    setAttribute(this.#title, "title", words);
    setAttribute(this.#open, "title", this.inTrash ? words : t("Look closer"));
    setAttribute(this, "aria-label", this.inTrash ? `${words}, ${daysLeft(image)}` : words);
    this.toggleAttribute("data-favorite", image.favorite);
    const [url, img] = [pictureUrl(image.thumbnail_url), this.querySelector(".open img")];
    if (img && url && img.getAttribute("src") !== url) img.src = url; // the picture has a new address
    this.#sayWhy(image);
  }

  /** Shows the owner why a moderator hid the picture, and offers an appeal. */
  #sayWhy(image) {
    const before = this.querySelector(":scope > .appeal");
    const hadFocus = before?.contains(document.activeElement);
    before?.remove();
    this.#open.querySelector(".say")?.remove();
    if (!image.hidden_reason) return;
    const why = hiddenSentence(image);
    this.#open.append(h("span.say", {}, why));
    setAttribute(this.#open, "title", why);
    setAttribute(this.#open, "aria-label", `${nameOf(image)}: ${why}`);
    if (mayAppeal(image)) this.append(h("div.appeal", {}, appealButton(image, (changed) => ask(this, "appealed", { image: changed }))));
    else if (hadFocus) this.#open.focus();
  }

  set selected(is) {
    setAttribute(this, "aria-selected", String(is));
    setAttribute(this.#check, "aria-pressed", String(is));
  }

  #show(image) {
    const url = pictureUrl(this.inTrash ? image.trash_thumbnail_url : image.thumbnail_url);
    const placeholder = placeholderUrl(image.placeholder);
    if (placeholder) this.#open.style.backgroundImage = `url("${placeholder}")`;
    if (url) this.#open.append(thumbnail({ alt: nameOf(image), lang: languageOf(nameOf(image)) || null, src: url }));
    else setAttribute(this.#open, "aria-label", nameOf(image));
  }
}

customElements.define("gallery-card", GalleryCard);

/** `before`: the same picture's card, which stays, so that nothing flickers where it is looked at again. */
export function galleryCard(image, inTrash, before = null) {
  const isSame = before?.inTrash === inTrash && before.image.thumbnail_url === image.thumbnail_url;
  if (!isSame) return h("gallery-card").build(image, { inTrash });
  before.update(image);
  return before;
}

/** Until it is deleted for good. */
function daysLeft({ purge_at: purged }) {
  const days = Math.max(0, Math.ceil((new Date(purged) - Date.now()) / DAY_MS));
  return plural(days, "{count} day left", "{count} days left");
}
