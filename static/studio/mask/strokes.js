// The strokes painted over a picture, with undo and redo; drawn at any size. Lengths are the picture's pixels.

const LONGEST = 4096; // pixels, of a mask's side: the limit of a phone's canvas, and fine enough
const DOT = 0.01; // a line without length would not be drawn

/**
 * A stroke: {erases, width, points: [[x, y], …]}, or an area: {erases, points, filled: true}; without points it wipes everything
 * away.
 */
export class Strokes {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  add(stroke) {
    this.#done.push(stroke);
    this.#undone = [];
    return stroke;
  }

  undo() {
    if (this.canUndo) this.#undone.push(this.#done.pop());
  }

  redo() {
    if (this.canRedo) this.#done.push(this.#undone.pop());
  }

  /** Removes the last one for good. */
  drop() {
    this.#done.pop();
  }

  /** `context`: of a canvas in which a pixel of the picture measures `scale`. */
  draw(context, scale, colour) {
    context.resetTransform();
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    this.#done.forEach((stroke) => drawStroke(context, scale, colour, stroke));
  }
}

/** From its point number `from` on. */
export function drawStroke(context, scale, colour, { erases, width, points, filled }, from = 1) {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.globalCompositeOperation = erases ? "destination-out" : "source-over";
  if (!points.length) return context.clearRect(0, 0, context.canvas.width / scale, context.canvas.height / scale);
  if (filled) return fillArea(context, colour, points);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  const [x, y] = points[Math.max(0, from - 1)];
  context.moveTo(x, y);
  context.lineTo(x + DOT, y);
  points.slice(from).forEach((point) => context.lineTo(...point));
  return context.stroke();
}

function fillArea(context, colour, points) {
  context.fillStyle = colour;
  context.beginPath();
  points.forEach((point) => context.lineTo(...point));
  context.fill();
}

/** A PNG of the picture's own size, white where it was painted, black elsewhere. Resolves with a Blob. */
export function maskOf(strokes, { width, height }) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const side = (pixels) => Math.max(1, Math.round(pixels * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width: side(width), height: side(height) });
  const context = canvas.getContext("2d");
  strokes.draw(context, scale, "white");
  context.resetTransform();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "black";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
