// The selected pictures.

export const MOST = 2000; // selected at once

/** Events: "changed". */
export class Selection extends EventTarget {
  #images = new Map(); // id → picture
  anchor = null; // the id from which Shift selects a range
  cleared = 0; // how often it was cleared

  get size() {
    return this.#images.size;
  }

  get ids() {
    return [...this.#images.keys()];
  }

  get images() {
    return [...this.#images.values()];
  }

  has(id) {
    return this.#images.has(id);
  }

  toggle(image) {
    if (!this.#images.delete(image.id)) this.#images.set(image.id, image);
    this.anchor = image.id;
    this.#changed();
  }

  add(images) {
    for (const image of images) if (this.size < MOST) this.#images.set(image.id, image);
    this.#changed();
  }

  /** Selects these and no others. */
  set(images) {
    this.#images = new Map(images.slice(0, MOST).map((image) => [image.id, image]));
    this.#changed();
  }

  /** Takes over a changed picture. */
  renew(image) {
    if (this.has(image.id)) this.#images.set(image.id, image);
  }

  /** Removes pictures that are gone. */
  drop(ids) {
    if (ids.filter((id) => this.#images.delete(id)).length) this.#changed();
  }

  clear() {
    this.anchor = null;
    this.cleared += 1;
    if (this.size) this.set([]);
  }

  #changed() {
    this.dispatchEvent(new Event("changed"));
  }
}
