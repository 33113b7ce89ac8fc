// Pictures that messages are made from: found among the messages, or asked for once.

import { isFinal } from "../client/problem.js";
import * as rest from "../client/rest.js";

const AGAIN_MS = 5_000;

/** Event: "change". */
export class Pictures extends EventTarget {
  #known = new Map(); // image id → public form; null while it is being requested, or where there is none
  #asked = new Map(); // image id → the newest question about it
  #stale = new Set(); // ids of those that may have changed without an event

  constructor(store) {
    super();
    this.store = store;
    store.addEventListener("image", ({ detail: { image } }) => {
      if (!this.#known.has(image.id)) return;
      this.#stale.add(image.id); // REST's form says more, in the page's language; an answer on its way may be older
      const known = this.#known.get(image.id);
      if (known) this.remember({ ...known, ...image });
    });
    store.addEventListener("ready", () => this.#known.forEach((image, id) => image && this.#stale.add(id)));
  }

  remember(image) {
    this.#known.set(image.id, image);
    this.dispatchEvent(new Event("change"));
  }

  /** The picture's public form, or null while it is not known. */
  of(id) {
    if (!id) return null;
    const shown = this.store.messages.find((message) => message.image?.id === id);
    if (shown) return shown.image;
    if (!this.#known.has(id)) this.#known.set(id, null);
    else if (!this.#stale.delete(id)) return this.#known.get(id);
    this.#ask(id);
    return this.#known.get(id);
  }

  #ask(id) {
    const mine = Symbol(id);
    this.#asked.set(id, mine);
    rest.gallery.get(id).then(
      (image) => this.#asked.get(id) === mine && this.remember(image),
      (problem) => isFinal(problem) || setTimeout(() => this.#askAgain(id), AGAIN_MS),
    );
  }

  #askAgain(id) {
    this.#stale.add(id);
    this.dispatchEvent(new Event("change"));
  }
}
