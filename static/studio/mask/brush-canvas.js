// A picture to paint over, with a pointer or with keys: arrows move the brush, holding Space paints, [ and ] or − and + size it.
// A lasso and a rectangle are drawn the same way, and filled at the end.

import { h, picture, pictureUrl } from "../ui/dom.js";
import { Edge } from "./edge.js";
import { drawStroke, Strokes } from "./strokes.js";
import { TINTS, tintFor } from "./tint.js";
import { Zoom } from "./zoom.js";

const SHARPEST = 2; // canvas pixels per CSS pixel
const LARGEST = 4096; // canvas pixels of a side
const SAMPLE = 48; // pixels, of the copy for which the tint is chosen
const SIZES = { least: 1, most: 40, usual: 8, step: 1 }; // the brush's width, in % of the picture's shorter side
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIZE_KEYS = { "[": -1, "]": 1, "-": -1, "−": -1, "+": 1 };
const ZOOM_KEYS = { PageUp: 1.25, PageDown: 0.8 };
const STEP = 0.5; // of the brush's width; with Shift a tenth of that

/** Events: "change" after each stroke or other change; "size"; "moved" by keys; "zoomed". */
class BrushCanvas extends HTMLElement {
  static sizes = SIZES;
  strokes = new Strokes();
  erases = false;
  tool = "brush"; // or "lasso", "rectangle"
  size = SIZES.usual;
  #canvas = h("canvas.tint"); // the stylesheet makes it translucent as a whole, so strokes do not add up
  #edge = new Edge(this.#canvas);
  #cursor = h("i.cursor", { "aria-hidden": "true" });
  #stroke = null; // the stroke that is being painted
  #shape = null; // the points of the area that is being drawn
  #at = [0, 0];
  #tint = TINTS[0];
  #sample = null; // a small copy of the picture
  #zoom = new Zoom(this);
  #context = this.#canvas.getContext("2d", { willReadFrequently: true });

  /** `image`: a picture's public form. */
  show(image) {
    this.image = image;
    this.#at = [image.width / 2, image.height / 2];
    this.style.setProperty("--w", image.width);
    this.style.setProperty("--h", image.height);
    const img = picture("img", { src: pictureUrl(image.url), alt: "", draggable: "false" });
    img.addEventListener("load", () => (this.#sample = sampleOf(img)));
    this.append(img, this.#canvas, this.#edge.canvas, this.#cursor);
    new ResizeObserver(() => this.#fit()).observe(this);
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.addEventListener(name, (event) => this.inert || this.#pointer(event));
    }
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("keyup", (event) => event.key === " " && this.#end());
    this.addEventListener("blur", () => this.#end());
    this.#place();
  }

  /** Whether anything is painted, after all erasing. */
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

  get zoom() {
    return this.#zoom.factor;
  }

  resize(size) {
    this.size = Math.max(SIZES.least, Math.min(SIZES.most, size));
    this.#place();
    this.#tell("size");
  }

  /** "brush", "lasso" or "rectangle". */
  take(tool) {
    this.#end();
    this.tool = this.dataset.tool = tool;
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

  /** Locked, it takes no strokes; a stroke that is being painted ends. */
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

  get #colour() {
    return `rgb(${this.#tint.join(" ")})`;
  }

  #change(how) {
    this.#end();
    how();
    this.#redraw();
    this.#changed();
  }

  #changed() {
    this.#retint();
    this.#tell("change");
  }

  #redraw() {
    this.strokes.draw(this.#context, this.#scale, this.#colour);
    this.#edge.refresh();
  }

  #fit() {
    const { clientWidth, clientHeight } = this;
    const sharp = Math.min(SHARPEST, devicePixelRatio) * this.zoom;
    const fine = Math.min(sharp, LARGEST / Math.max(clientWidth, clientHeight, 1));
    this.#canvas.width = Math.max(1, Math.round(clientWidth * fine));
    this.#canvas.height = Math.max(1, Math.round(clientHeight * fine));
    this.#edge.fit(fine / this.zoom);
    this.#redraw();
  }

  #retint() {
    const { width, height } = this.#sample ?? {};
    if (!width) return;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(this.#canvas, 0, 0, width, height);
    const tint = tintFor(this.#sample.data, context.getImageData(0, 0, width, height).data, this.#tint);
    if (tint === this.#tint) return;
    this.#tint = tint;
    this.#redraw();
  }

  // Painting

  #begin(point) {
    this.#end();
    if (this.tool !== "brush") {
      this.#shape = [point];
      return;
    }
    this.#stroke = this.strokes.add({ erases: this.erases, width: this.#width, points: [point] });
    drawStroke(this.#context, this.#scale, this.#colour, this.#stroke);
    this.#edge.refresh();
  }

  #extend(points) {
    if (this.#shape) {
      this.#shape = this.tool === "lasso" ? [...this.#shape, ...points] : rectangle(this.#shape[0], points.at(-1));
      return this.#edge.refresh({ points: this.#shape, scale: this.#scale });
    }
    const { length } = this.#stroke.points;
    this.#stroke.points.push(...points);
    drawStroke(this.#context, this.#scale, this.#colour, this.#stroke, length);
    return this.#edge.refresh();
  }

  #end() {
    const [stroke, points] = [this.#stroke, this.#shape];
    this.#stroke = this.#shape = null;
    if (points?.length > 2) {
      drawStroke(this.#context, this.#scale, this.#colour, this.strokes.add({ erases: this.erases, filled: true, points }));
    }
    if (points) this.#edge.refresh(null);
    if (stroke || points?.length > 2) this.#changed();
  }

  /** A second finger begins a pinch: drops the first one's stroke. */
  #cancel() {
    const [stroke, points] = [this.#stroke, this.#shape];
    this.#stroke = this.#shape = null;
    if (stroke) this.strokes.drop();
    if (stroke || points) this.#edge.refresh(null);
    if (!stroke) return;
    this.#redraw();
    this.#tell("change");
  }

  get #busy() {
    return Boolean(this.#stroke || this.#shape);
  }

  #pointer(event) {
    if (event.pointerType === "touch" && this.#zoom.finger(event)) {
      this.#cancel();
      return;
    }
    if (event.isPrimary) this.#point(event);
  }

  #point(event) {
    const point = this.#pointOf(event);
    this.#at = point;
    this.#place();
    if (event.type === "pointerdown" && event.button === 0) {
      this.setPointerCapture(event.pointerId);
      this.#begin(point);
    } else if (event.type === "pointermove" && this.#busy && event.buttons) {
      const passed = event.getCoalescedEvents?.() ?? [];
      this.#extend((passed.length ? passed : [event]).map((each) => this.#pointOf(each)));
    } else if (event.type !== "pointermove") this.#end();
  }

  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.getBoundingClientRect();
    return [((clientX - left) / width) * this.image.width, ((clientY - top) / height) * this.image.height];
  }

  #wheel(event) {
    event.preventDefault();
    this.#zoom.by(Math.exp(-event.deltaY / 400), [event.clientX, event.clientY]);
  }

  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    // Many layouts have their brackets on AltGr, which some systems report as Ctrl + Alt or as Alt alone.
    if (key in SIZE_KEYS && !metaKey && (altKey || !ctrlKey)) this.resize(this.size + SIZE_KEYS[key] * SIZES.step);
    else if (ctrlKey || metaKey || altKey) return;
    else if (key in ARROWS) this.#move(ARROWS[key], event.shiftKey ? STEP / 10 : STEP);
    else if (key in ZOOM_KEYS) this.#zoom.by(ZOOM_KEYS[key], this.#onScreen());
    else if (key === "Home") this.#zoom.reset();
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
    this.#zoom.bring(this.#onScreen());
    if (this.#busy) this.#extend([[...this.#at]]);
    this.#tell("moved");
  }

  /** Where the brush is on the screen. */
  #onScreen() {
    const { left, top, width, height } = this.getBoundingClientRect();
    return [left + (this.#at[0] / this.image.width) * width, top + (this.#at[1] / this.image.height) * height];
  }

  /** Redraws the strokes sharply after the zoom has changed. */
  refit() {
    this.#fit();
    this.#place();
    this.#tell("zoomed");
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

const rectangle = ([left, top], [right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];

/** A small copy of the picture; null if its pixels cannot be read, because it comes from another server. */
function sampleOf(img) {
  const scale = SAMPLE / Math.max(img.naturalWidth, img.naturalHeight);
  const [width, height] = [img.naturalWidth, img.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  context.drawImage(img, 0, 0, width, height);
  try {
    return context.getImageData(0, 0, width, height);
  } catch {
    return null;
  }
}

customElements.define("brush-canvas", BrushCanvas);
