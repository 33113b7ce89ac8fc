// Pictures that messages are made from: found among the messages, or asked for once.

import * as rest from "../client/rest.js";

/** Event: "change". */
export class Pictures extends EventTarget {
  #known = new Map(); // image id → public form; null while it is being requested, or where there is none
  #stale = new Set(); // ids of those that may have changed without an event

  constructor(store) {
    super();
    this.store = store;
    store.addEventListener("image", ({ detail: { image } }) => {
      if (!this.#known.get(image.id)) return;
      this.#stale.add(image.id); // REST's form says more, in the page's language
      this.remember({ ...this.#known.get(image.id), ...image });
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
    rest.gallery.get(id).then(
      (image) => this.remember(image),
      (problem) => problem.code === "offline" && setTimeout(() => this.#known.delete(id), 5_000),
    );
  }
}
