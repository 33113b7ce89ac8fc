// The edge of the painted area as moving stripes; they stand still with reduced motion.

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const STEP_MS = 70;
const STRIPE = 4; // page pixels
const THICK = 1.5;

export class Edge {
  canvas = document.createElement("canvas");
  #ring = document.createElement("canvas"); // the edge as a shape, computed when it changes
  #shape = null; // the area that is being drawn, in the picture's pixels
  #dirty = true;
  #frame = 0;
  #shift = 0;
  #last = 0;
  #pattern = null;

  /** `painted`: the canvas with the strokes. `sharp`: its pixels per CSS pixel. */
  constructor(painted) {
    this.painted = painted;
    this.sharp = 1;
    const edge = new WeakRef(this); // what listens there stays for as long as the page does, and three canvases with it
    STILL.addEventListener("change", () => edge.deref()?.refresh());
  }

  fit(sharp) {
    const { width, height } = this.painted;
    this.sharp = sharp;
    for (const canvas of [this.canvas, this.#ring]) Object.assign(canvas, { width, height });
    this.#pattern = stripes(Math.max(2, Math.round(STRIPE * sharp)));
    this.refresh();
  }

  /** After the strokes have changed. `shape`: {points, scale} of the area that is being drawn, if any. */
  refresh(shape = this.#shape) {
    this.#shape = shape;
    this.#dirty = true;
    this.#schedule();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    this.#frame = 0;
    if (!this.canvas.isConnected) return;
    const moves = !STILL.matches;
    if (this.#dirty) this.#outline();
    if (this.#dirty || now - this.#last > STEP_MS) {
      this.#last = now;
      if (moves) this.#shift += this.sharp;
      this.#paint();
    }
    this.#dirty = false;
    if (moves) this.#schedule();
  }

  /** The strokes widened a little, minus the strokes. */
  #outline() {
    const context = this.#ring.getContext("2d");
    const far = THICK * this.sharp;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, this.#ring.width, this.#ring.height);
    for (let turn = 0; turn < 8; turn++) {
      const angle = (turn * Math.PI) / 4;
      context.drawImage(this.painted, Math.cos(angle) * far, Math.sin(angle) * far);
    }
    context.globalCompositeOperation = "destination-out";
    context.drawImage(this.painted, 0, 0);
  }

  #paint() {
    const context = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    context.resetTransform();
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, width, height);
    context.drawImage(this.#ring, 0, 0);
    this.#follow(context);
    context.globalCompositeOperation = "source-in";
    const pattern = context.createPattern(this.#pattern, "repeat");
    pattern.setTransform(new DOMMatrix().translate(this.#shift, 0));
    context.fillStyle = pattern;
    context.fillRect(0, 0, width, height);
  }

  #follow(context) {
    const { points = [], scale = 1 } = this.#shape ?? {};
    if (points.length < 2) return;
    context.lineWidth = THICK * this.sharp;
    context.beginPath();
    points.forEach(([x, y]) => context.lineTo(x * scale, y * scale));
    context.closePath();
    context.stroke();
  }
}

/** Diagonal, black and white. */
function stripes(wide) {
  const side = 2 * wide;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.fillStyle = "black";
  for (const from of [-side, 0, side]) {
    context.beginPath();
    [[from, 0], [from + wide, 0], [from + wide + side, side], [from + side, side]].forEach((point) => context.lineTo(...point));
    context.fill();
  }
  return canvas;
}
