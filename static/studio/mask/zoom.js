// Zooms the picture under the brush: by pinch, wheel or keys. The element itself is moved and scaled.

const MOST = 8;

export class Zoom {
  factor = 1;
  #at = [0, 0]; // offset in CSS pixels from the unzoomed position
  #fingers = new Map(); // pointer id → [x, y]
  #pinching = false; // until no finger is left

  /** `element`: has a parent that clips it, and a method `refit()`. */
  constructor(element) {
    this.element = element;
  }

  /** Handles a finger's pointer event. Returns whether it belongs to a pinch: then it paints nothing. */
  finger(event) {
    const point = [event.clientX, event.clientY];
    if (event.type === "pointerdown" && event.isPrimary) this.#fingers.clear(); // the end of an earlier touch may have been missed
    const before = new Map(this.#fingers);
    if (event.type === "pointerdown") this.#fingers.set(event.pointerId, point);
    else if (event.type !== "pointermove") this.#fingers.delete(event.pointerId);
    else if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, point);
    const was = this.#pinching && !(event.type === "pointerdown" && event.isPrimary);
    this.#pinching = was;
    if (this.#fingers.size > 1) this.#pinching = true;
    if (this.#pinching && event.type === "pointermove" && this.#fingers.size === 2) this.#pinch(before);
    if (!this.#fingers.size) this.#pinching = false;
    return was || this.#pinching;
  }

  #pinch(before) {
    const measure = (points) => {
      const [[ax, ay], [bx, by]] = [...points.values()];
      return { far: Math.hypot(ax - bx, ay - by) || 1, middle: [(ax + bx) / 2, (ay + by) / 2] };
    };
    const [old, now] = [measure(before), measure(this.#fingers)];
    this.#at = this.#at.map((at, i) => at + now.middle[i] - old.middle[i]);
    this.by(now.far / old.far, now.middle);
  }

  /** Zooms around a point of the screen, which stays in its place. */
  by(times, [x, y]) {
    const factor = Math.max(1, Math.min(MOST, this.factor * times));
    const middle = this.#middle();
    const from = [x - middle[0], y - middle[1]];
    this.#at = this.#at.map((at, i) => from[i] - ((from[i] - at) * factor) / this.factor);
    this.#set(factor);
  }

  reset() {
    this.#set(1);
  }

  /** Moves this point of the screen into view. */
  bring([x, y]) {
    const { left, top, right, bottom } = this.element.parentElement.getBoundingClientRect();
    const into = (value, from, to) => Math.max(from - value, 0) + Math.min(to - value, 0);
    this.#at = [this.#at[0] + into(x, left, right), this.#at[1] + into(y, top, bottom)];
    this.#set(this.factor);
  }

  /** The middle of the whole picture on the screen. */
  #middle() {
    const { left, top, width, height } = this.element.parentElement.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  }

  #set(factor) {
    const { element } = this;
    const { clientWidth, clientHeight, parentElement } = element;
    const rest = [clientWidth * factor - parentElement.clientWidth, clientHeight * factor - parentElement.clientHeight];
    this.#at = this.#at.map((at, i) => {
      const most = Math.max(0, rest[i] / 2);
      return Math.max(-most, Math.min(most, at)) || 0;
    });
    const changed = factor !== this.factor;
    this.factor = factor;
    element.style.setProperty("--zoom", factor);
    element.style.translate = this.#at.map((at) => `${at}px`).join(" ");
    element.style.scale = factor;
    if (changed) element.refit();
  }
}
