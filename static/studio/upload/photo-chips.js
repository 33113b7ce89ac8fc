// The pictures that the next message is about, and what can be done to them at the press of a button.

import { ask, h, setText } from "../ui/dom.js";
import { notice } from "../ui/notice.js";
import "../picture/quick-actions.js";
import "./photo-chip.js";

const MOST = 8; // each is a message of its own

/** Event (bubbling): "photo" whenever `photos`, `busy` or `failed` changes. */
class PhotoChips extends HTMLElement {
  #list = h("div.chips", { role: "group", "aria-label": "Photos" });
  #note = h("p.note", { role: "status", hidden: true });
  #tools = h("quick-actions", { hidden: true });
  #queue = Promise.resolve(); // one after the other: many at once would only slow each other down

  connectedCallback() {
    if (this.firstChild) return;
    this.hidden = true;
    this.append(this.#list, this.#note, this.#tools);
    this.addEventListener("photo", (event) => event.target !== this && this.#changed());
    this.addEventListener("leave", ({ target }) => this.#drop(target));
    this.#tools.addEventListener("ask", (event) => this.#forEach(event));
  }

  get #chips() {
    return [...this.#list.children];
  }

  /** [{image, mask}] */
  get photos() {
    return this.#chips.filter(({ image }) => image).map(({ image, mask }) => ({ image, mask }));
  }

  /** How many of them the server does not have. */
  get missing() {
    return this.#chips.length - this.photos.length;
  }

  get busy() {
    return this.#chips.some((chip) => chip.busy);
  }

  get failed() {
    return this.#chips.some((chip) => chip.failed);
  }

  /** Photos from this device, beside those that are here. `limit` in bytes, of each. */
  take(files, limit) {
    const room = MOST - this.#list.childElementCount;
    if (files.length > room) notice(`${MOST} photos at a time. The gallery takes more.`);
    for (const file of files.slice(0, room)) {
      const chip = this.#add();
      this.#queue = this.#queue.then(() => chip.isConnected && chip.take(file, limit)).then(() => this.#once(chip));
    }
    this.#changed();
  }

  /** One picture that the server has, instead of all others. */
  use(image, words) {
    this.#list.replaceChildren();
    this.#add().use(image, words);
  }

  /** As `photos` was, instead of all others. */
  restore(photos, words) {
    this.#list.replaceChildren();
    for (const { image, mask } of photos) {
      const chip = this.#add();
      chip.use(image, words);
      if (mask) chip.limitTo(mask);
    }
    this.#changed();
  }

  /** Of this picture only what is white in the mask is meant, where it is one of them. */
  limitTo(image, mask) {
    this.#chips.find((chip) => chip.image?.id === image.id)?.limitTo(mask);
  }

  /** What is done to it is under way: no message waits for it. */
  letGo(image) {
    this.#chips.filter((chip) => chip.image?.id === image.id).forEach((chip) => chip.remove());
    this.#changed();
  }

  clear() {
    this.#list.replaceChildren();
    this.#changed();
  }

  #add() {
    const chip = h("photo-chip");
    this.#list.append(chip);
    return chip;
  }

  /** The same photo twice is the same picture. */
  #once(chip) {
    const twin = this.#chips.some((other) => other !== chip && other.image && other.image.id === chip.image?.id);
    if (twin) this.#drop(chip);
  }

  #drop(chip) {
    const next = chip.nextElementSibling ?? chip.previousElementSibling;
    const hadFocus = chip.contains(document.activeElement);
    chip.remove();
    this.#changed();
    if (hadFocus) (next?.querySelector("button:not([hidden])") ?? document.querySelector("#say")).focus();
  }

  #changed() {
    const count = this.#list.childElementCount;
    const [first] = this.photos;
    this.hidden = !count;
    this.toggleAttribute("data-many", count > 1);
    const many = `Your words go to each photo by itself: ${count} messages. One picture cannot be made of several photos.`;
    const failed = "Remove what could not be taken, and the rest can be sent.";
    setText(this.#note, this.failed ? failed : many);
    this.#note.hidden = !(count > 1 || this.failed);
    this.#tools.hidden = !first || this.busy || this.failed;
    if (first) this.#tools.show(first.image, false);
    this.dispatchEvent(new Event("photo", { bubbles: true }));
  }

  /** What a button asks for, it asks for each photo; what has to be shown on the picture goes for one alone. */
  #forEach(event) {
    event.stopPropagation();
    const { photos } = this;
    const { what, ...detail } = event.detail;
    if (photos.length > 1 && (what !== "tool" || detail.tool === "remove_object")) {
      return notice("That is done to one photo at a time: remove the others first.");
    }
    return photos.forEach(({ image, mask }) => ask(this, what, { ...detail, image, mask }));
  }
}

customElements.define("photo-chips", PhotoChips);
