// One picture of the gallery, or of the trash.

import { ask, h, picture, pictureUrl, placeholderUrl, setAttribute, setText } from "./dom.js";
import { downloadLink } from "./download.js";
import { icon } from "./icons.js";
import "./quick-actions.js";
import { nameOf } from "./words.js";

class GalleryCard extends HTMLElement {
  #title = h("p.title", { dir: "auto" });
  #frame = h("div.frame");
  #star = null;

  /** `tools` come after the picture and its title. */
  build(image, tools, star) {
    this.#star = star;
    this.append(this.#frame, h("div.line", {}, this.#title, h("span.tools", {}, ...tools)));
    this.update(image);
    return this;
  }

  /** `image`: a gallery image's public form. */
  update(image) {
    const first = !this.image;
    this.image = image;
    const words = nameOf(image);
    setText(this.#title, words);
    setAttribute(this.#title, "title", words);
    this.#star?.setAttribute("aria-pressed", String(image.favorite));
    if (first) this.#show(image, words);
  }

  #show(image, words) {
    const url = pictureUrl(image.thumbnail_url);
    const placeholder = placeholderUrl(image.placeholder);
    if (placeholder) this.#frame.style.backgroundImage = `url("${placeholder}")`;
    if (!url) {
      const since = `In the trash since ${day(image.deleted_at)}`;
      this.#frame.append(h("p.say", {}, image.state === "hidden" ? "A moderator hid this picture." : since));
      return;
    }
    const img = picture("img", { alt: words, loading: "lazy", src: url });
    const open = pictureUrl(image.url);
    this.#frame.append(
      open ? h("button.open", { type: "button", title: "Look closer", onclick: () => ask(this, "look") }, img) : img,
    );
  }
}

customElements.define("gallery-card", GalleryCard);

const day = (time) => new Date(time).toLocaleDateString(undefined, { day: "numeric", month: "long" });

function tool(what, label, picture, attributes = {}) {
  const onclick = ({ currentTarget }) => ask(currentTarget, what);
  const words = h("span.label", {}, label);
  return h("button.quiet", { type: "button", title: label, onclick, ...attributes }, icon(picture), words);
}

export function galleryCard(image) {
  const star = tool("favorite", "Favourite", "star", { "aria-pressed": "false" });
  const url = pictureUrl(image.url);
  const tools = [star, tool("rename", "Rename", "edit"), tool("delete", "Move to the trash", "trash")];
  if (url) {
    tools.splice(1, 0, tool("edit", "Edit in a chat", "chat"), downloadLink(url));
  }
  const card = h("gallery-card").build(image, tools, star);
  if (url) {
    const actions = h("quick-actions");
    actions.show(image, false);
    card.append(actions);
  }
  return card;
}

export function trashCard(image) {
  const tools = [tool("restore", "Restore", "restore"), tool("purge", "Delete for good", "trash")];
  return h("gallery-card", { "data-trash": true }).build(image, tools, null);
}
