// A change by hand as a request in words, in the page's language: it shows people what they could write. The offline reader
// understands all of it. Pure functions.

import { cropTo, frameOf, sameFrame, turned, wholeOf } from "./adjustment.js";
import { t } from "../ui/translate.js";

const SHAPES = [[1, 1], [4, 3], [3, 4], [3, 2], [2, 3], [16, 9], [9, 16]];
const PARTS = [
  [t("crop to the top half"), [0, 0, 1, 1 / 2]],
  [t("crop to the bottom half"), [0, 1 / 2, 1, 1]],
  [t("crop to the left half"), [0, 0, 1 / 2, 1]],
  [t("crop to the right half"), [1 / 2, 0, 1, 1]],
];
const TONES = {
  contrast: [t("more contrast"), t("less contrast")],
  exposure: [t("brighter"), t("darker")],
  warmth: [t("warmer"), t("cooler")],
};
const STRENGTHS = [
  [0.5, (change) => t("a bit {change}", { change })],
  [1, (change) => change],
  [2, (change) => t("much {change}", { change })],
];
const VIVID = [
  [0, t("black and white")],
  ...STRENGTHS.map(([power, strong]) => [1.5 ** -power, strong(t("less vivid"))]),
  ...STRENGTHS.map(([power, strong]) => [1.5 ** power, strong(t("more vivid"))]),
];

/**
 * {words, exact, spoken}: `words` for a message, "" for nothing; `exact`: whether the words give the same result;
 * `spoken`: whether all of it can be written in words.
 */
export function wordsOf(adjust, size) {
  const parts = [...colours(adjust), ...shapes(adjust), ...crops(adjust, size)];
  return {
    words: parts.map(([words]) => words).join(", "),
    exact: parts.every(([, exact]) => exact),
    spoken: parts.every(([words]) => words !== FREE),
  };
}

const FREE = t("framed by hand");

function* colours(adjust) {
  for (const [name, [more, less]] of Object.entries(TONES)) {
    if (!adjust[name]) continue;
    const power = Math.abs(adjust[name]) / 50;
    const [nearest, strong] = closest(STRENGTHS, power);
    yield [strong(adjust[name] > 0 ? more : less), power === nearest];
  }
  if (!adjust.saturation) return;
  const factor = 1 + adjust.saturation / 100;
  const [nearest, words] = closest(VIVID.filter(([value]) => value > 1 === factor > 1), factor);
  yield [words, Math.abs(factor - nearest) < 1e-9];
}

const closest = (candidates, value) =>
  candidates.reduce((best, one) => (Math.abs(one[0] - value) < Math.abs(best[0] - value) ? one : best));

function* shapes({ rotate, flip_horizontal, flip_vertical, straighten }) {
  if (rotate) yield [t("rotate {degrees}", { degrees: rotate }), true];
  if (flip_horizontal) yield [t("flip horizontally"), true];
  if (flip_vertical) yield [t("flip vertically"), true];
  const degrees = Math.abs(straighten);
  if (straighten > 0) yield [t("straighten by {degrees} degrees", { degrees }), true];
  if (straighten < 0) yield [t("straighten by {degrees} degrees to the left", { degrees }), true];
}

function* crops(adjust, size) {
  const frame = frameOf(adjust, size);
  const whole = wholeOf(adjust, size);
  if (sameFrame(frame, whole)) return;
  for (const [words, part] of PARTS) {
    if (sameFrame(frame, partOf(whole, part))) return void (yield [words, true]);
  }
  const { width, height } = turned(adjust, size);
  for (const [across, down] of [...SHAPES, [width, height]].filter(([across, down]) => across < 100 && down < 100)) {
    const words = across === down ? t("crop to square") : t("crop to {across}:{down}", { across, down });
    if (sameFrame(frame, cropTo(adjust, size, [across, down]))) return void (yield [words, true]);
    const near = Math.abs(frame.width * down - frame.height * across) <= Math.max(across, down);
    if (near) return void (yield [words, false]);
  }
  yield [FREE, false];
}

function partOf({ x, y, width, height }, [left, top, right, bottom]) {
  const span = (start, end, side) => {
    const length = Math.max(Math.round((end - start) * side), Math.min(16, side));
    return [Math.min(Math.round(start * side), side - length), length];
  };
  const [across, wide] = span(left, right, width);
  const [down, high] = span(top, bottom, height);
  return { x: x + across, y: y + down, width: wide, height: high };
}
