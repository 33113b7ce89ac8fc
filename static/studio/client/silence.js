// Running messages without any event for a while: their worker may be busy, stuck or gone.

const SILENT_MS = 10_000;

export class Silence {
  #running = new Map(); // message id → {due, timer}: the next event is due by then
  #silent = new Set();

  /** `onChange()`: a message has fallen silent, or is no longer silent. */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /** An event of this message, or of one before it in the queue. `expected_s`: how long the next one may take. */
  eventArrived(id, expected_s = 0) {
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
