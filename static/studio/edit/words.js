// The words that would do the same as a change by hand: people who see them learn what they can say. They are the offline
// reader's own; an AI reads them too. Pure.

import { cropTo, frameOf, sameFrame, turned, wholeOf } from "./adjustment.js";

const SHAPES = [[1, 1], [4, 3], [3, 4], [3, 2], [2, 3], [16, 9], [9, 16]];
const PARTS = {
  "the top half": [0, 0, 1, 1 / 2],
  "the bottom half": [0, 1 / 2, 1, 1],
  "the left half": [0, 0, 1 / 2, 1],
  "the right half": [1 / 2, 0, 1, 1],
};
const TONES = { contrast: ["more contrast", "less contrast"], exposure: ["brighter", "darker"], warmth: ["warmer", "cooler"] };
const STRENGTHS = [[0.5, "a bit "], [1, ""], [2, "much "]];
const VIVID = [
  [0, "black and white"], ...STRENGTHS.map(([power, how]) => [1.5 ** -power, `${how}less vivid`]),
  ...STRENGTHS.map(([power, how]) => [1.5 ** power, `${how}more vivid`]),
];

/**
 * {words, exact, spoken}: `words` for a message, "" for nothing; `exact`: said in words it would come out the same;
 * `spoken`: can all of it be said?
 */
export function wordsOf(adjust, size) {
  const said = [...colours(adjust), ...shapes(adjust), ...crops(adjust, size)];
  return {
    words: said.map(([words]) => words).join(", "),
    exact: said.every(([, exact]) => exact),
    spoken: said.every(([words]) => words !== FREE),
  };
}

const FREE = "framed by hand";

function* colours(adjust) {
  for (const [name, [more, less]] of Object.entries(TONES)) {
    if (!adjust[name]) continue;
    const power = Math.abs(adjust[name]) / 50;
    const [nearest, how] = closest(STRENGTHS, power);
    yield [`${how}${adjust[name] > 0 ? more : less}`, power === nearest];
  }
  if (!adjust.saturation) return;
  const factor = 1 + adjust.saturation / 100;
  const [nearest, how] = closest(VIVID.filter(([value]) => value > 1 === factor > 1), factor);
  yield [how, Math.abs(factor - nearest) < 1e-9];
}

const closest = (candidates, value) =>
  candidates.reduce((best, one) => (Math.abs(one[0] - value) < Math.abs(best[0] - value) ? one : best));

function* shapes({ rotate, flip_horizontal, flip_vertical, straighten }) {
  if (rotate) yield [`rotate ${rotate}`, true];
  if (flip_horizontal) yield ["flip horizontally", true];
  if (flip_vertical) yield ["flip vertically", true];
  if (straighten) yield [`straighten by ${Math.abs(straighten)} degrees${straighten < 0 ? " to the left" : ""}`, true];
}

function* crops(adjust, size) {
  const frame = frameOf(adjust, size);
  const whole = wholeOf(adjust, size);
  if (sameFrame(frame, whole)) return;
  for (const [words, part] of Object.entries(PARTS)) {
    if (sameFrame(frame, partOf(whole, part))) return void (yield [`crop to ${words}`, true]);
  }
  const { width, height } = turned(adjust, size);
  for (const [across, down] of [...SHAPES, [width, height]].filter(([across, down]) => across < 100 && down < 100)) {
    const words = across === down ? "crop to square" : `crop to ${across}:${down}`;
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
