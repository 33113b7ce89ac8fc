// A photo on its way up: how far it is, and a way to stop it or to try again.

import { h, picture, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";
import { refusal } from "./photo-file.js";
import { upload } from "./rest.js";

const HOPELESS = new Set(["bad_input", "too_large"]); // the same file would be refused the same way

/** Events: "change" when `image`, `busy` or `failed` change; "leave" when the person takes it away. */
class PhotoUpload extends HTMLElement {
  image = null; // the public form, once the server has it
  busy = false;
  failed = false;
  #file = null;
  #limit = 0;
  #url = null;
  #upload = null;
  #words = h("span.words", { role: "status" });
  #bar = h("progress", { max: 1, "aria-label": "Upload" });
  #again = this.#button("again", "Try again", () => this.send());
  #leave = this.#button("close", "Remove the photo", () => this.dispatchEvent(new Event("leave")));

  /** `limit` in bytes. It goes nowhere yet. */
  show(file, limit) {
    this.#file = file;
    this.#limit = limit;
    this.#url = URL.createObjectURL(file);
    const preview = picture("img", { src: this.#url, alt: "", width: 48, height: 48 });
    preview.addEventListener("error", () => preview.replaceWith(icon("photo")));
    this.replaceChildren(preview, h("span.text", {}, this.#words, this.#bar), this.#again, this.#leave);
    this.#show("Waiting…", { busy: true });
  }

  disconnectedCallback() {
    this.#upload?.abort();
    this.#upload = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  /** Resolves when it has arrived, or will not. */
  async send() {
    this.#show("Uploading…", { busy: true });
    const refused = await refusal(this.#file, this.#limit);
    if (refused) return this.#show(refused, { failed: true });
    if (!this.isConnected) return null;
    const mine = (this.#upload = upload(this.#file, (gone) => this.#progress(gone)));
    try {
      this.image = await mine.done;
      return this.#show("Your photo", {});
    } catch (problem) {
      const again = !HOPELESS.has(problem.code);
      return this.#upload === mine ? this.#show(problem.message, { failed: true, again }) : null;
    }
  }

  #progress(gone) {
    setAttribute(this.#bar, "value", gone < 1 ? gone : null);
    if (gone === 1) setText(this.#words, "Checking…");
  }

  #show(words, { busy = false, failed = false, again = false }) {
    const hadFocus = document.activeElement === this.#again;
    Object.assign(this, { busy, failed });
    this.toggleAttribute("data-failed", failed);
    setText(this.#words, words);
    this.#bar.hidden = !busy;
    setAttribute(this.#bar, "value", busy ? 0 : null);
    this.#again.hidden = !again;
    const leave = busy ? "Stop the upload" : "Remove the photo";
    setAttribute(this.#leave, "aria-label", leave);
    setAttribute(this.#leave, "title", leave);
    if (hadFocus && this.#again.hidden) this.#leave.focus();
    this.dispatchEvent(new Event("change"));
  }

  #button(picture, label, onclick) {
    return h("button.quiet", { type: "button", title: label, "aria-label": label, onclick }, icon(picture));
  }
}

customElements.define("photo-upload", PhotoUpload);
