// A picture's pixels after a change by hand, at any size.

import { pictureUrl } from "../ui/dom.js";
import { NOTHING } from "./adjustment.js";
import { colour, lightness, mapOf, partOf, pick, sample, tablesOf } from "./arithmetic.js";
import { exactPixels } from "./exact-pixels.js";

const TILE = 1024; // pixels: the side of what is read at a time

export class AdjustedPixels {
  #img = new Image();
  #mean = null;
  #opaque = true;
  #exact = null; // ImageData of a partly transparent picture, if the browser can read it exactly
  #part = { key: "", pixels: null }; // of the file, as it is
  #toned = { key: "", pixels: null }; // the same, in other colours

  /** `image`: a picture's public form. Raises EncodingError where it cannot be loaded. */
  async load(image) {
    // As a download, which is never redirected to another server: its pixels could not be read.
    this.#img.src = `${pictureUrl(image.url)}?download=1`;
    await this.#img.decode();
    this.size = { width: this.#img.naturalWidth, height: this.#img.naturalHeight };
    this.#measure();
    if (!this.#opaque) this.#exact = await exactPixels(this.#img).catch(() => null);
    if (this.#exact) this.#measure();
    return this;
  }

  /** `frame` of the adjusted picture as ImageData of the size `out`, {width, height}, which is not larger. */
  render(adjust, frame, out) {
    const part = partOf(adjust, this.size, frame);
    const scaled = scaledSize(part, frame, out, adjust);
    const pixels = this.#coloured(adjust, part, scaled);
    const result = new ImageData(out.width, out.height);
    const map = mapOf(adjust, this.size, { frame, out, part, scaled });
    if (adjust.straighten) sample(pixels, result, map, this.#opaque);
    else pick(pixels, result, map);
    return result;
  }

  #coloured(adjust, part, scaled) {
    const { exposure, contrast, warmth, saturation } = adjust;
    const pixels = this.#pixels(part, scaled);
    const key = JSON.stringify([this.#part.key, exposure, contrast, warmth, saturation]);
    if (this.#toned.key !== key) {
      const copy = new ImageData(new Uint8ClampedArray(pixels.data), pixels.width);
      colour(copy.data, tablesOf({ ...NOTHING, ...adjust }, this.#mean), saturation);
      this.#toned = { key, pixels: copy };
    }
    return this.#toned.pixels;
  }

  #pixels(part, scaled) {
    const key = JSON.stringify([part, scaled]);
    if (this.#part.key !== key) this.#part = { key, pixels: this.#read(part, scaled) };
    return this.#part.pixels;
  }

  #read({ x, y, width, height }, scaled) {
    if (this.#exact && scaled.width === width && scaled.height === height) return cut(this.#exact, { x, y, width, height });
    const canvas = Object.assign(document.createElement("canvas"), scaled);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#img, x, y, width, height, 0, 0, scaled.width, scaled.height);
    return context.getImageData(0, 0, scaled.width, scaled.height);
  }

  /** The mean lightness of what is not transparent, from which contrast is computed; and whether anything is transparent. */
  #measure() {
    const { width, height } = this.size;
    let [light, weight] = [0, 0];
    for (let y = 0; y < height; y += TILE) {
      for (let x = 0; x < width; x += TILE) {
        const tile = { width: Math.min(TILE, width - x), height: Math.min(TILE, height - y) };
        const { data } = this.#read({ x, y, ...tile }, tile);
        for (let at = 0; at < data.length; at += 4) {
          light += lightness(data[at], data[at + 1], data[at + 2]) * data[at + 3];
          weight += data[at + 3];
        }
      }
    }
    this.#opaque = weight === width * height * 255;
    this.#mean = weight ? Math.floor(light / weight + 0.5) : 0;
  }
}

function cut(pixels, { x, y, width, height }) {
  const part = new ImageData(width, height);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * pixels.width + x) * 4;
    part.data.set(pixels.data.subarray(from, from + width * 4), row * width * 4);
  }
  return part;
}

/** The size in which the part is read: as it is shown, without interpolation if possible. */
function scaledSize(part, frame, out, { rotate, straighten }) {
  const across = out.width / frame.width;
  const down = out.height / frame.height;
  if (straighten) {
    const scale = Math.max(across, down);
    const side = (length) => Math.max(1, Math.round(length * scale));
    return scale === 1 ? { width: part.width, height: part.height } : { width: side(part.width), height: side(part.height) };
  }
  return rotate % 180 ? { width: out.height, height: out.width } : { width: out.width, height: out.height };
}
