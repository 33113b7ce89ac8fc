// Photos on their way into the gallery, one after the other: many at once would only slow each other down.

import { h } from "./dom.js";
import "./photo-upload.js";

/** Event: "photo" {image} for each that has arrived. */
class PhotoTray extends HTMLElement {
  #queue = Promise.resolve();

  /** `limit` in bytes, of each. */
  take(files, limit) {
    for (const file of files) {
      const row = h("photo-upload");
      row.addEventListener("leave", () => this.#drop(row));
      row.addEventListener("change", () => row.image && this.#arrived(row));
      this.append(row);
      row.show(file, limit);
      this.#queue = this.#queue.then(() => row.isConnected && row.send());
    }
  }

  #arrived(row) {
    this.#drop(row);
    this.dispatchEvent(new CustomEvent("photo", { detail: { image: row.image } }));
  }

  #drop(row) {
    const next = row.contains(document.activeElement) ? (row.nextElementSibling ?? row.previousElementSibling) : null;
    row.remove();
    next?.querySelector("button:not([hidden])").focus();
  }
}

customElements.define("photo-tray", PhotoTray);
