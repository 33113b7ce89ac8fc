// Pictures that messages are made from: found among the messages, or asked for once.

import * as rest from "../client/rest.js";

/** Event: "change". */
export class Pictures extends EventTarget {
  #known = new Map(); // image id → public form, or null while it is asked for and when it is not there

  constructor(store) {
    super();
    this.store = store;
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
    if (!this.#known.has(id)) this.#ask(id);
    return this.#known.get(id);
  }

  #ask(id) {
    this.#known.set(id, null);
    rest.gallery.get(id).then(
      (image) => this.remember(image),
      (problem) => problem.code === "offline" && setTimeout(() => this.#known.delete(id), 5_000),
    );
  }
}
