// Running work of which nothing was heard for a while: its worker may be busy, stuck or gone, and nobody knows which.

const SILENT_MS = 10_000;

export class Silence {
  #running = new Map(); // message id → {due, timer}: by then there is news of it
  #silent = new Set();

  /** `onChange()`: another message is silent, or one is heard of again. */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** There was news of it, or of what it waits for. `expected_s`: so long the next may take. */
  heard(id, expected_s = 0) {
    const due = Math.max(this.#running.get(id)?.due ?? 0, Date.now() + expected_s * 1000 + SILENT_MS);
    this.ended(id);
    this.#running.set(id, { due, timer: setTimeout(() => this.#fallSilent(id), due - Date.now()) });
  }

  ended(id) {
    clearTimeout(this.#running.get(id)?.timer);
    this.#running.delete(id);
    if (this.#silent.delete(id)) this.onChange();
  }

  clear() {
    [...this.#running.keys()].forEach((id) => this.ended(id));
  }

  has(id) {
    return this.#silent.has(id);
  }

  get any() {
    return this.#silent.size > 0;
  }

  #fallSilent(id) {
    this.#silent.add(id);
    this.onChange();
  }
}
