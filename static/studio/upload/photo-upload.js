// Shows one upload: its progress, and buttons to stop it, to try again, or to send it smaller.

import { h, picture, setAttribute, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { t } from "../ui/translate.js";

/** Event: "leave" when the person removes it. */
class PhotoUpload extends HTMLElement {
  transfer = null;
  #url = null;
  #readable = false; // whether this browser can decode it, and so make it smaller
  #words = h("span.words", { role: "status" });
  #bar = h("progress", { max: 1, "aria-label": t("Upload") });
  #smaller = h("button.quiet", { type: "button", onclick: () => this.transfer.shrink() }, h("span", {}, t("Send it smaller")));
  #again = this.#button("again", t("Try again"), () => this.transfer.send());
  #leave = this.#button("close", t("Remove the photo"), () => this.dispatchEvent(new Event("leave")));

  show(transfer) {
    this.transfer = transfer;
    this.#url = URL.createObjectURL(transfer.file);
    const preview = picture("img", { src: this.#url, alt: "", width: 48, height: 48 });
    preview.addEventListener("load", () => {
      this.#readable = true;
      this.#refresh();
    });
    preview.addEventListener("error", () => preview.replaceWith(icon("photo")));
    const text = h("span.text", {}, this.#words, this.#bar);
    this.replaceChildren(preview, text, this.#smaller, this.#again, this.#leave);
    transfer.addEventListener("change", () => this.#refresh());
    transfer.addEventListener("progress", () => this.#progress());
    this.#refresh();
  }

  disconnectedCallback() {
    this.transfer?.stop();
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  #progress() {
    const { busy, fraction } = this.transfer;
    setAttribute(this.#bar, "value", busy && fraction < 1 ? fraction : null);
  }

  #refresh() {
    const { busy, failed, words, again, tooLarge } = this.transfer;
    const active = document.activeElement;
    const hadFocus = active === this.#again || active === this.#smaller;
    this.toggleAttribute("data-failed", failed);
    setText(this.#words, words);
    this.#bar.hidden = !busy;
    this.#progress();
    this.#again.hidden = !again;
    this.#smaller.hidden = !(tooLarge && this.#readable);
    const leave = busy ? t("Stop the upload") : t("Remove the photo");
    setAttribute(this.#leave, "aria-label", leave);
    setAttribute(this.#leave, "title", leave);
    if (hadFocus && active.hidden) this.#leave.focus();
  }

  #button(picture, label, onclick) {
    return h("button.quiet", { type: "button", title: label, "aria-label": label, onclick }, icon(picture));
  }
}

customElements.define("photo-upload", PhotoUpload);
