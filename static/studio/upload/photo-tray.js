// Uploads photos into the gallery, one after the other, with one progress bar for all. Those that were refused stay, each with
// its reason.

import { h, setAttribute, setText } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import "./photo-upload.js";
import { Transfer, WAITING } from "./transfer.js";
import { t } from "../ui/translate.js";

/** Event: "photo" {image} for each that was uploaded. */
class PhotoTray extends HTMLElement {
  #waiting = []; // the first one is being uploaded
  #total = 0;
  #settled = 0;
  #words = h("span.words", { role: "status" });
  #bar = h("progress", { max: 1, "aria-label": t("Adding photos") });
  #stop = h("button.quiet", { type: "button", onclick: () => this.#stopAll() }, icon("close"), h("span.label", {}, t("Stop")));
  #all = h("div.all", { hidden: true }, h("span.text", {}, this.#words, this.#bar), this.#stop);
  #refused = h("div.refused");

  connectedCallback() {
    if (!this.firstChild) this.append(this.#all, this.#refused);
  }

  /** `limit` in bytes, of each. */
  take(files, limit) {
    const idle = !this.#waiting.length;
    if (idle) this.#total = this.#settled = 0;
    for (const file of files) {
      const transfer = new Transfer(file, limit);
      for (const type of ["change", "progress"]) transfer.addEventListener(type, () => this.#refresh());
      this.#waiting.push(transfer);
    }
    this.#total += files.length;
    this.#refresh();
    if (idle) this.#run();
  }

  async #run() {
    while (this.#waiting.length) {
      const [transfer] = this.#waiting;
      await transfer.send();
      if (this.#waiting[0] !== transfer) return; // stopped
      this.#waiting.shift();
      this.#settled += 1;
      if (transfer.image) this.#arrived(transfer);
      else this.#keep(transfer);
    }
    this.#refresh();
  }

  #refresh() {
    const [now] = this.#waiting;
    this.#all.hidden = !now;
    if (!now) return;
    const many = this.#total > 1 ? t("Adding {number} of {total}", { number: this.#settled + 1, total: this.#total }) : t("Adding a photo");
    setText(this.#words, now.words === WAITING ? `${many}. ${now.words}` : many);
    setAttribute(this.#bar, "value", (this.#settled + now.fraction) / this.#total);
  }

  #stopAll() {
    const [now] = this.#waiting;
    this.#waiting = [];
    now?.stop();
    this.#refresh();
    document.querySelector("#bring button")?.focus();
  }

  #arrived({ image }) {
    this.dispatchEvent(new CustomEvent("photo", { detail: { image } }));
  }

  #keep(transfer) {
    const row = h("photo-upload");
    row.addEventListener("leave", () => this.#drop(row));
    transfer.addEventListener("change", () => {
      if (!transfer.image) return;
      this.#drop(row);
      this.#arrived(transfer);
    });
    this.#refused.append(row);
    row.show(transfer);
  }

  #drop(row) {
    const next = row.contains(document.activeElement) ? (row.nextElementSibling ?? row.previousElementSibling) : null;
    row.remove();
    next?.querySelector("button:not([hidden])").focus();
  }
}

customElements.define("photo-tray", PhotoTray);
