// The colour of the painted area: of a few, the one that differs most from the picture below.

export const TINTS = [[255, 90, 31], [0, 190, 255], [255, 50, 205], [150, 255, 60]];
const WORST = 0.1; // the share of the pixels with the least contrast that is ignored
const CLEARLY = 1.2; // how much better another colour must be, so that it does not change with every stroke

/** A perceptual distance of colours ("redmean"). */
function distance([r, g, b], data, at) {
  const red = (r + data[at]) / 2 / 256;
  const [dr, dg, db] = [r - data[at], g - data[at + 1], b - data[at + 2]];
  return Math.sqrt((2 + red) * dr * dr + 4 * dg * dg + (3 - red) * db * db);
}

/** The tint's distance from nearly all pixels at `places`. */
function contrast(tint, data, places) {
  const found = places.map((at) => distance(tint, data, at)).sort((a, b) => a - b);
  return found[Math.floor(found.length * WORST)];
}

/** `pixels` and `painted`: RGBA data of one size, of the picture and of the strokes over it. `now`: the current tint. */
export function tintFor(pixels, painted, now) {
  const places = [];
  for (let at = 0; at < painted.length; at += 4) if (painted[at + 3] > 127) places.push(at);
  if (!places.length) return now;
  const [best] = [...TINTS].sort((a, b) => contrast(b, pixels, places) - contrast(a, pixels, places));
  return contrast(best, pixels, places) > CLEARLY * contrast(now, pixels, places) ? best : now;
}
