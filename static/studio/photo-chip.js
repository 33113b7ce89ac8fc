// The picture that the next message is about: a photo on its way up, or one that is already here; and which part of it.

import { ask, h, picture, pictureUrl, setText } from "./dom.js";
import { icon } from "./icons.js";
import "./photo-upload.js";

/** Events (bubbling): "photo" whenever `image`, `busy` or being empty changes. */
class PhotoChip extends HTMLElement {
  image = null; // the public form, once the server has it
  mask = null; // the public form, where only a part is meant
  #upload = null;
  #words = h("span.words", { role: "status" });

  connectedCallback() {
    this.hidden = true;
  }

  get busy() {
    return Boolean(this.#upload?.busy);
  }

  /** A photo from this device. `limit` in bytes. */
  take(file, limit) {
    this.clear();
    const uploading = (this.#upload = h("photo-upload"));
    uploading.addEventListener("leave", () => this.#leave());
    uploading.addEventListener("change", () => this.#follow(uploading));
    this.hidden = false;
    this.replaceChildren(uploading);
    uploading.show(file, limit);
    uploading.send();
  }

  /** A picture that the server has. */
  use(image, words) {
    this.clear();
    this.#show(image, words, pictureUrl(image.thumbnail_url ?? image.url));
    this.#tell();
  }

  /** Only what is white in this mask of `image` is meant. Another picture has nothing to do with it. */
  limitTo(image, mask) {
    if (this.image?.id !== image.id) return;
    this.mask = mask;
    setText(this.#words, "Only what you painted over changes");
  }

  clear() {
    this.image = this.mask = this.#upload = null;
    this.hidden = true;
    this.replaceChildren();
    this.removeAttribute("data-failed");
    this.#tell();
  }

  #follow(uploading) {
    if (this.#upload !== uploading) return;
    this.toggleAttribute("data-failed", uploading.failed);
    if (uploading.image) {
      this.#upload = null;
      this.#show(uploading.image, "Your photo", pictureUrl(uploading.image.thumbnail_url));
    }
    this.#tell();
  }

  #show(image, words, url) {
    this.image = image;
    this.hidden = false;
    setText(this.#words, words);
    const part = { type: "button", title: "Change only a part of it", onclick: () => ask(this, "part", { image }) };
    const drop = {
      type: "button", title: "Remove the photo", "aria-label": "Remove the photo", onclick: () => this.#leave(),
    };
    this.replaceChildren(
      url ? picture("img", { src: url, alt: "", width: 48, height: 48 }) : icon("photo"),
      this.#words,
      h("button.quiet", part, icon("brush"), h("span.label", {}, "Only a part")),
      h("button.quiet", drop, icon("close")),
    );
  }

  #leave() {
    this.clear();
    document.querySelector("#say").focus();
  }

  #tell() {
    this.dispatchEvent(new Event("photo", { bubbles: true }));
  }
}

customElements.define("photo-chip", PhotoChip);
