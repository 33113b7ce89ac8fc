// What a change by hand does to pixels: exactly what the server does (pipeline/providers/arithmetic.py), so that the preview equals
// the result. Pure functions; pixels are RGBA bytes, as in ImageData.

import { roundEven, turn, turned } from "./adjustment.js";

// How much red, green and blue are raised or lowered at 50 of 100.
const BRIGHTER = 0.55;
const DARKER = -0.28;
const WARMER = [0.25, -0.05, -0.36];
const COOLER = [-0.28, 0.03, 0.34];
const { fround } = Math;

// Colours

/** A pixel's luma, in integers, as the server computes it. */
export const lightness = (red, green, blue) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/** Lookup tables of 256 values for red, green and blue. `pivot`: the picture's mean lightness. */
export function tablesOf({ contrast, exposure, warmth }, pivot) {
  const factor = 1.35 ** (contrast / 50);
  const spread = Array.from({ length: 256 }, (_, value) => blend(pivot, value, factor));
  const raised = exposed(((exposure > 0 ? BRIGHTER : DARKER) * Math.abs(exposure)) / 50);
  return (warmth > 0 ? WARMER : COOLER).map((amount) => {
    const warmed = tinted((amount * Math.abs(warmth)) / 50);
    return Uint8Array.from(spread, (value) => warmed[raised[value]]);
  });
}

const values = (of) => Array.from({ length: 256 }, (_, v) => roundEven(of(v)));

/** 256 values: raised without clipping, so that light values stay distinct; or lowered in proportion. */
function exposed(amount) {
  if (amount < 0) return values((v) => v * Math.max(1 + amount, 0.2));
  const raise = 1.4 * amount;
  return values((v) => (v * (1 + raise)) / (1 + (raise * v) / 255));
}

/** 256 values, raised or lowered most in the middle: black and white keep their hue. */
const tinted = (amount) => values((v) => v + (Math.max(-1, Math.min(amount, 1)) * v * (255 - v)) / 255);

/** Interpolates, and extrapolates, in 32-bit floats and truncated, as the server does. */
function blend(from, to, factor) {
  if (factor === 1) return to;
  const value = fround(from + fround(fround(factor) * (to - from)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

/** In place. */
export function colour(pixels, [reds, greens, blues], saturation) {
  const vivid = fround(1 + saturation / 100);
  for (let at = 0; at < pixels.length; at += 4) {
    const red = reds[pixels[at]];
    const green = greens[pixels[at + 1]];
    const blue = blues[pixels[at + 2]];
    if (saturation === 0) {
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
      continue;
    }
    const grey = lightness(red, green, blue);
    pixels[at] = blend(grey, red, vivid);
    pixels[at + 1] = blend(grey, green, vivid);
    pixels[at + 2] = blend(grey, blue, vivid);
  }
}

// Shape

/** Composes affine maps, (x, y) → (ax + by + c, dx + ey + f): first `inner`, then `outer`. */
function compose(outer, inner) {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/** The inverse map: from the turned and straightened picture to the file. */
export function inverseMap(adjust, size) {
  const { width, height } = turned(adjust, size);
  const { cos, sin } = turn(adjust.straighten);
  const [across, down] = [width / 2, height / 2];
  let map = [cos, sin, across - cos * across - sin * down, -sin, cos, down + sin * across - cos * down];
  if (adjust.straighten === 0) map = [1, 0, 0, 0, 1, 0];
  if (adjust.flip_horizontal) map = compose([-1, 0, width, 0, 1, 0], map);
  if (adjust.flip_vertical) map = compose([1, 0, 0, 0, -1, height], map);
  const quarter = {
    0: [1, 0, 0, 0, 1, 0],
    90: [0, 1, 0, -1, 0, width],
    180: [-1, 0, width, 0, -1, height],
    270: [0, -1, height, 1, 0, 0],
  };
  return compose(quarter[adjust.rotate], map);
}

/** The part of the file that a frame shows: {x, y, width, height}; with a margin where it is straightened. */
export function partOf(adjust, size, frame) {
  const [a, b, c, d, e, f] = inverseMap(adjust, size);
  const corners = [[frame.x, frame.y], [frame.x + frame.width, frame.y], [frame.x, frame.y + frame.height],
    [frame.x + frame.width, frame.y + frame.height]];
  const margin = adjust.straighten ? 3 : 0;
  const span = (places, side) => {
    const start = Math.min(side - 1, Math.max(0, Math.floor(Math.min(...places) + 1e-6) - margin));
    return [start, Math.max(1, Math.min(side, Math.ceil(Math.max(...places) - 1e-6) + margin) - start)];
  };
  const [x, width] = span(corners.map(([x, y]) => a * x + b * y + c), size.width);
  const [y, height] = span(corners.map(([x, y]) => d * x + e * y + f), size.height);
  return { x, y, width, height };
}

/** The map from the centre of a pixel of the result to `part` of the file, which is read in the size `scaled`. */
export function mapOf(adjust, size, { frame, out, part, scaled }) {
  const shown = [frame.width / out.width, 0, frame.x, 0, frame.height / out.height, frame.y];
  const [across, down] = [scaled.width / part.width, scaled.height / part.height];
  return compose([across, 0, -part.x * across, 0, down, -part.y * down], compose(inverseMap(adjust, size), shown));
}

/** Each pixel of the result is one of the source. */
export function pick(source, result, [a, b, c, d, e, f]) {
  const from = new Uint32Array(source.data.buffer, source.data.byteOffset);
  const to = new Uint32Array(result.data.buffer, result.data.byteOffset);
  const within = (value, side) => Math.min(side - 1, Math.max(0, Math.floor(value)));
  for (let j = 0, at = 0; j < result.height; j++) {
    for (let i = 0; i < result.width; i++, at++) {
      const x = within(a * (i + 0.5) + b * (j + 0.5) + c, source.width);
      const y = within(d * (i + 0.5) + e * (j + 0.5) + f, source.height);
      to[at] = from[y * source.width + x];
    }
  }
}

/** Cubic interpolation, as the server's; transparent outside the source. `opaque`: nothing in the source is transparent. */
export function sample(source, result, [a, b, c, d, e, f], opaque) {
  const { width, height } = source;
  const from = opaque ? source.data : premultiplied(source.data);
  const to = result.data;
  const depth = opaque ? 3 : 4;
  const columns = [0, 0, 0, 0];
  const rows = [0, 0, 0, 0];
  const lines = [0, 0, 0, 0];
  for (let j = 0, at = 0; j < result.height; j++) {
    for (let i = 0; i < result.width; i++, at += 4) {
      const x = a * (i + 0.5) + b * (j + 0.5) + c;
      const y = d * (i + 0.5) + e * (j + 0.5) + f;
      if (!(x >= 0 && x < width && y >= 0 && y < height)) {
        to[at] = to[at + 1] = to[at + 2] = to[at + 3] = 0;
        continue;
      }
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const across = x - 0.5 - left;
      const down = y - 0.5 - top;
      for (let k = 0; k < 4; k++) {
        columns[k] = Math.min(width - 1, Math.max(0, left - 1 + k)) * 4;
        rows[k] = Math.min(height - 1, Math.max(0, top - 1 + k)) * width * 4;
      }
      for (let channel = 0; channel < depth; channel++) {
        for (let k = 0; k < 4; k++) {
          const row = rows[k] + channel;
          lines[k] = cubic(from[row + columns[0]], from[row + columns[1]], from[row + columns[2]], from[row + columns[3]], across);
        }
        const value = cubic(lines[0], lines[1], lines[2], lines[3], down);
        to[at + channel] = value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
      }
      if (opaque) to[at + 3] = 255;
    }
  }
  if (!opaque) divide(to);
}

function cubic(one, two, three, four, share) {
  return two + share * (three - one + share * (2 * (one - two) + three - four + share * (two - one - three + four)));
}

/** Premultiplies by opacity, rounded as on the server: transparent pixels do not colour their neighbours. */
function premultiplied(pixels) {
  const found = new Uint8ClampedArray(pixels);
  for (let at = 0; at < found.length; at += 4) {
    const opacity = found[at + 3];
    if (opacity === 255) continue;
    for (let channel = 0; channel < 3; channel++) {
      const value = found[at + channel] * opacity + 128;
      found[at + channel] = ((value >> 8) + value) >> 8;
    }
  }
  return found;
}

function divide(pixels) {
  for (let at = 0; at < pixels.length; at += 4) {
    const opacity = pixels[at + 3];
    if (opacity === 255 || opacity === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      pixels[at + channel] = Math.min(255, Math.floor((255 * pixels[at + channel]) / opacity));
    }
  }
}
