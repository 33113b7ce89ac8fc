// The crop frame: dragged by its corners and edges, moved by its inside, or both with keys.

import { h } from "../ui/dom.js";
import { LEAST_SIDE, sameFrame } from "./adjustment.js";

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.02; // of the shorter side; with Ctrl a pixel
const TRIES = 20; // steps of the binary search for the largest frame that fits

/** Events: "framing" while it moves, "framed" when it rests. Lengths: the picture's pixels. */
class CropFrame extends HTMLElement {
  frame = null; // {x, y, width, height}
  #whole = null;
  #fits = null;
  #shape = null; // [across, down], or null where it is free
  #drag = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h("i.thirds", {}), ...HANDLES.map((name) => h(`i.handle.${name}`, { "data-handle": name })));
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.addEventListener(name, (event) => event.isPrimary && this.#point(event));
    }
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("keyup", (event) => event.key in ARROWS && this.#tell("framed"));
  }

  /** `whole`: {width, height} of what it lies in, `fits(frame)`: whether it may lie there. */
  show(frame, { whole, fits, shape }) {
    this.frame = frame;
    this.#whole = whole;
    this.#fits = fits;
    this.#shape = shape;
    const percent = (value, side) => `${(value / side) * 100}%`;
    this.style.left = percent(frame.x, whole.width);
    this.style.top = percent(frame.y, whole.height);
    this.style.width = percent(frame.width, whole.width);
    this.style.height = percent(frame.height, whole.height);
  }

  #point(event) {
    const { left, top, width, height } = this.parentElement.getBoundingClientRect();
    const at = [((event.clientX - left) / width) * this.#whole.width, ((event.clientY - top) / height) * this.#whole.height];
    if (event.type === "pointerdown" && event.button === 0) {
      this.setPointerCapture(event.pointerId);
      this.#drag = { at, frame: this.frame, handle: event.target.dataset.handle ?? "" };
    } else if (event.type === "pointermove" && this.#drag) {
      const { handle, frame } = this.#drag;
      const [x, y] = at.map((value, i) => value - this.#drag.at[i]);
      this.#approach(handle ? this.#resized(frame, handle, x, y) : moved(frame, x, y));
    } else if (event.type !== "pointermove" && this.#drag) {
      this.#drag = null;
      this.#tell("framed");
    }
  }

  #key(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (!(key in ARROWS) || altKey || metaKey) return;
    event.preventDefault();
    const step = ctrlKey ? 1 : Math.max(1, Math.round(STEP * Math.min(this.#whole.width, this.#whole.height)));
    const [x, y] = ARROWS[key].map((by) => by * step);
    this.#approach(shiftKey ? this.#resized(this.frame, x ? "e" : "s", x, y) : moved(this.frame, x, y));
  }

  /** Moves or resizes towards `wanted` as far as it fits; a move is tried separately across and down. */
  #approach(wanted) {
    const { frame } = this;
    const ways = sameSize(wanted, frame) ? [{ x: wanted.x }, { y: wanted.y }] : [wanted];
    const found = ways.reduce((from, way) => this.#farthest(from, { ...from, ...way }), frame);
    if (sameFrame(found, frame)) return;
    this.frame = found;
    this.#tell("framing");
  }

  #farthest(from, to) {
    const at = (share) =>
      whole(Object.fromEntries(Object.keys(to).map((name) => [name, from[name] + (to[name] - from[name]) * share])));
    if (this.#fits(at(1))) return at(1);
    let [least, most] = [0, 1];
    for (let i = 0; i < TRIES; i++) {
      const middle = (least + most) / 2;
      if (this.#fits(at(middle))) least = middle;
      else most = middle;
    }
    return least ? at(least) : from;
  }

  #resized({ x, y, width, height }, handle, across, down) {
    const west = handle.includes("w");
    const north = handle.includes("n");
    let wide = /[we]/.test(handle) ? width + (west ? -across : across) : width;
    let high = /[ns]/.test(handle) ? height + (north ? -down : down) : height;
    if (this.#shape) {
      const ratio = this.#shape[0] / this.#shape[1];
      const leads = handle.length > 1 ? wide / ratio > high : /[we]/.test(handle);
      if (leads) high = wide / ratio;
      else wide = high * ratio;
      const least = Math.max(1, LEAST_SIDE / Math.min(wide, high));
      [wide, high] = [wide * least, high * least];
    }
    [wide, high] = [Math.max(LEAST_SIDE, wide), Math.max(LEAST_SIDE, high)];
    const middle = this.#shape && handle.length === 1; // an edge alone keeps the middle of the other side
    const left = west ? x + width - wide : middle && !/[we]/.test(handle) ? x + (width - wide) / 2 : x;
    const top = north ? y + height - high : middle && /[we]/.test(handle) ? y + (height - high) / 2 : y;
    return { x: left, y: top, width: wide, height: high };
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

const moved = (frame, x, y) => ({ ...frame, x: frame.x + x, y: frame.y + y });
const sameSize = (one, other) => one.width === other.width && one.height === other.height;

/** In whole pixels. */
function whole({ x, y, width, height }) {
  const [left, top] = [Math.round(x), Math.round(y)];
  const side = (pixels) => Math.max(LEAST_SIDE, pixels);
  return { x: left, y: top, width: side(Math.round(x + width) - left), height: side(Math.round(y + height) - top) };
}

customElements.define("crop-frame", CropFrame);
