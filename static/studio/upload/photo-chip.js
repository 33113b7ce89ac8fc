// A picture that the next message is about: a photo on its way up, or one that is already here; and which part of it.

import { ask, h, picture, pictureUrl, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import "./photo-upload.js";
import { Transfer } from "./transfer.js";

/** Events (bubbling): "photo" whenever `image`, `busy` or `failed` changes; "leave" when the person takes it away. */
class PhotoChip extends HTMLElement {
  image = null; // the public form, once the server has it
  mask = null; // the public form, where only a part is meant
  #transfer = null;
  #words = h("span.words", { role: "status" });

  get busy() {
    return Boolean(this.#transfer?.busy);
  }

  get failed() {
    return Boolean(this.#transfer?.failed);
  }

  /** A photo from this device. `limit` in bytes. Resolves when it is here, or will not be. */
  async take(file, limit) {
    const transfer = (this.#transfer = new Transfer(file, limit));
    const uploading = h("photo-upload");
    uploading.addEventListener("leave", () => this.#tell("leave"));
    transfer.addEventListener("change", () => this.#follow());
    this.replaceChildren(uploading);
    uploading.show(transfer);
    await transfer.send();
  }

  /** A picture that the server has. */
  use(image, words) {
    this.#show(image, words, pictureUrl(image.thumbnail_url ?? image.url));
    this.#tell("photo");
  }

  /** Only what is white in this mask is meant. */
  limitTo(mask) {
    this.mask = mask;
    setText(this.#words, "Only what you painted over changes");
  }

  #follow() {
    const { failed, image } = this.#transfer;
    this.toggleAttribute("data-failed", failed);
    if (image) {
      this.#transfer = null;
      this.#show(image, "Your photo", pictureUrl(image.thumbnail_url));
    }
    this.#tell("photo");
  }

  #show(image, words, url) {
    this.image = image;
    setText(this.#words, words);
    const part = { type: "button", title: "Change only a part: paint over it, and the rest stays as it is", onclick: () => ask(this, "part", { image }) };
    const drop = {
      type: "button", title: "Remove the photo", "aria-label": "Remove the photo", onclick: () => this.#tell("leave"),
    };
    this.replaceChildren(
      url ? picture("img", { src: url, alt: "", width: 48, height: 48 }) : icon("photo"),
      this.#words,
      h("button.quiet", part, icon("brush"), h("span.label", {}, "Change only a part…")),
      h("button.quiet.drop", drop, icon("close")),
    );
  }

  #tell(what) {
    this.dispatchEvent(new Event(what, { bubbles: true }));
  }
}

customElements.define("photo-chip", PhotoChip);
