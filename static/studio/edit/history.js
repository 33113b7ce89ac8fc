// A history of states, for undo and redo.

export class History {
  #states;
  #at = 0;

  constructor(first) {
    this.#states = [first];
  }

  get state() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /** Ignores a state that equals the current one. */
  add(state) {
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.#states = [...this.#states.slice(0, this.#at + 1), state];
    this.#at += 1;
  }

  undo() {
    if (this.canUndo) this.#at -= 1;
  }

  redo() {
    if (this.canRedo) this.#at += 1;
  }
}
