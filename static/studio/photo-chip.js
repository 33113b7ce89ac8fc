// The picture that the next message is about: a photo on its way up, or one that is already here.

import { h, picture, pictureUrl, setText } from "./dom.js";
import { icon } from "./icons.js";
import { upload } from "./rest.js";

const TYPES = ["image/jpeg", "image/png", "image/webp"];

/** Events (bubbling): "photo" whenever `imageId`, `busy` or being empty changes. */
class PhotoChip extends HTMLElement {
  image = null; // the public form, once the server has it
  busy = false;
  #upload = null;
  #localUrl = null;

  connectedCallback() {
    this.hidden = true;
  }

  get empty() {
    return this.hidden;
  }

  /** A photo from this device. `limit` in bytes. */
  async take(file, limit) {
    this.clear();
    if (!TYPES.includes(file.type)) return this.#show(null, "Please choose a JPEG, PNG or WebP picture.", true);
    if (file.size > limit) {
      return this.#show(null, `This photo is larger than ${Math.floor(limit / 2 ** 20)} MB.`, true);
    }
    this.#localUrl = URL.createObjectURL(file);
    this.busy = true;
    this.#show(this.#localUrl, "Uploading…");
    const words = this.querySelector("span");
    const progress = (gone) => setText(words, gone < 1 ? `Uploading ${Math.floor(gone * 100)}%` : "Checking…");
    const mine = (this.#upload = upload(file, progress));
    try {
      const image = await mine.done;
      if (this.#upload === mine) this.#settle(image, "Your photo");
    } catch (problem) {
      if (this.#upload === mine) this.#fail(problem.message);
    }
  }

  /** A picture that the server has. */
  use(image, words) {
    this.clear();
    this.image = image;
    this.#show(pictureUrl(image.thumbnail_url ?? image.url), words);
  }

  clear() {
    this.#upload?.abort();
    if (this.#localUrl) URL.revokeObjectURL(this.#localUrl);
    this.image = this.#upload = this.#localUrl = null;
    this.busy = false;
    this.hidden = true;
    this.replaceChildren();
    this.#tell();
  }

  #settle(image, words) {
    this.image = image;
    this.busy = false;
    this.#upload = null;
    setText(this.querySelector("span"), words);
    this.#tell();
  }

  #fail(message) {
    this.busy = false;
    this.#upload = null;
    this.#show(this.#localUrl, message, true);
  }

  #show(url, words, failed = false) {
    this.hidden = false;
    this.toggleAttribute("data-failed", failed);
    const drop = () => {
      this.clear();
      document.querySelector("#say").focus();
    };
    this.replaceChildren(
      url ? picture("img", { src: url, alt: "", width: 48, height: 48 }) : icon("photo"),
      h("span", { role: "status" }, words),
      h("button.quiet", { type: "button", title: "Remove the photo", "aria-label": "Remove the photo", onclick: drop },
        icon("close")),
    );
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("photo", { bubbles: true }));
  }
}

customElements.define("photo-chip", PhotoChip);
