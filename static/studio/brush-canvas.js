// A picture to paint over, with a pointer or with keys: arrows move the brush, holding Space paints, [ and ] or − and + size it.

import { h, picture, pictureUrl } from "./dom.js";
import { drawStroke, Strokes } from "./strokes.js";

const COLOUR = "#ff5a1f"; // the overlay's; the stylesheet makes it translucent as a whole, so strokes do not add up
const SHARPEST = 2; // canvas pixels for one of the page
const SIZES = { least: 1, most: 40, usual: 8, step: 1 }; // the brush's width, in % of the picture's shorter side
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIZE_KEYS = { "[": -1, "]": 1, "-": -1, "−": -1, "+": 1 };
const STEP = 0.5; // of the brush's width; with Shift a tenth of that

/** Events: "change" after each stroke or other change; "size"; "moved" by keys. */
class BrushCanvas extends HTMLElement {
  static sizes = SIZES;
  strokes = new Strokes();
  erases = false;
  size = SIZES.usual;
  #canvas = h("canvas");
  #cursor = h("i.cursor", { "aria-hidden": "true" });
  #stroke = null; // the one that is being painted
  #at = [0, 0];
  #context = this.#canvas.getContext("2d", { willReadFrequently: true });

  /** `image`: a picture's public form. */
  show(image) {
    this.image = image;
    this.#at = [image.width / 2, image.height / 2];
    this.style.setProperty("--w", image.width);
    this.style.setProperty("--h", image.height);
    this.append(picture("img", { src: pictureUrl(image.url), alt: "", draggable: "false" }), this.#canvas, this.#cursor);
    new ResizeObserver(() => this.#fit()).observe(this);
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.addEventListener(name, (event) => event.isPrimary && !this.inert && this.#point(event));
    }
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("keyup", (event) => event.key === " " && this.#end());
    this.addEventListener("blur", () => this.#end());
    this.#place();
  }

  /** Is anything painted, after all erasing? */
  get isPainted() {
    const { width, height } = this.#canvas;
    const { data } = this.#context.getImageData(0, 0, width, height);
    for (let opacity = 3; opacity < data.length; opacity += 4) if (data[opacity] > 127) return true;
    return false;
  }

  /** The brush's middle, in % of the picture from its left and its top. */
  get position() {
    const { width, height } = this.image;
    return [this.#at[0] / width, this.#at[1] / height].map((part) => Math.round(part * 100));
  }

  resize(size) {
    this.size = Math.max(SIZES.least, Math.min(SIZES.most, size));
    this.#place();
    this.#tell("size");
  }

  undo() {
    this.#change(() => this.strokes.undo());
  }

  redo() {
    this.#change(() => this.strokes.redo());
  }

  clear() {
    if (this.isPainted) this.#change(() => this.strokes.add({ points: [] }));
  }

  /** Locked, it takes no strokes; the one that is being painted ends there. */
  lock(locked) {
    this.#end();
    this.inert = locked;
  }

  get #width() {
    return (this.size / 100) * Math.min(this.image.width, this.image.height);
  }

  get #scale() {
    return this.#canvas.width / this.image.width;
  }

  #change(how) {
    this.#end();
    how();
    this.strokes.draw(this.#context, this.#scale, COLOUR);
    this.#tell("change");
  }

  #fit() {
    const { clientWidth, clientHeight } = this;
    const sharp = Math.min(SHARPEST, devicePixelRatio);
    this.#canvas.width = Math.max(1, Math.round(clientWidth * sharp));
    this.#canvas.height = Math.max(1, Math.round(clientHeight * sharp));
    this.strokes.draw(this.#context, this.#scale, COLOUR);
  }

  // Painting

  #begin(point) {
    this.#end();
    this.#stroke = this.strokes.add({ erases: this.erases, width: this.#width, points: [point] });
    drawStroke(this.#context, this.#scale, COLOUR, this.#stroke);
  }

  #extend(points) {
    const { length } = this.#stroke.points;
    this.#stroke.points.push(...points);
    drawStroke(this.#context, this.#scale, COLOUR, this.#stroke, length);
  }

  #end() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.#tell("change");
  }

  #point(event) {
    const point = this.#pointOf(event);
    this.#at = point;
    this.#place();
    if (event.type === "pointerdown" && event.button === 0) {
      this.setPointerCapture(event.pointerId);
      this.#begin(point);
    } else if (event.type === "pointermove" && this.#stroke && event.buttons) {
      const passed = event.getCoalescedEvents?.() ?? [];
      this.#extend((passed.length ? passed : [event]).map((each) => this.#pointOf(each)));
    } else if (event.type !== "pointermove") this.#end();
  }

  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.getBoundingClientRect();
    return [((clientX - left) / width) * this.image.width, ((clientY - top) / height) * this.image.height];
  }

  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    // Many layouts have their brackets on AltGr, which some systems report as Ctrl + Alt or as Alt alone.
    if (key in SIZE_KEYS && !metaKey && (altKey || !ctrlKey)) this.resize(this.size + SIZE_KEYS[key] * SIZES.step);
    else if (ctrlKey || metaKey || altKey) return;
    else if (key in ARROWS) this.#move(ARROWS[key], event.shiftKey ? STEP / 10 : STEP);
    else if (key === " ") event.repeat || this.#begin([...this.#at]);
    else return;
    event.preventDefault();
  }

  #move([dx, dy], step) {
    const { width, height } = this.image;
    const by = Math.max(1, this.#width * step);
    const within = (value, end) => Math.max(0, Math.min(end, value));
    this.#at = [within(this.#at[0] + dx * by, width), within(this.#at[1] + dy * by, height)];
    this.#place();
    if (this.#stroke) this.#extend([[...this.#at]]);
    this.#tell("moved");
  }

  #place() {
    const { width, height } = this.image;
    this.#cursor.style.left = `${(this.#at[0] / width) * 100}%`;
    this.#cursor.style.top = `${(this.#at[1] / height) * 100}%`;
    this.#cursor.style.width = `${(this.#width / width) * 100}%`;
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

customElements.define("brush-canvas", BrushCanvas);
