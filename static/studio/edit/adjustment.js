// A change by hand, as a value: what message.send takes as `options.adjust`. Pure functions. Lengths are the picture's pixels; a
// crop's coordinates are those after turning and straightening, which keeps the turned picture's size.

const MIN_SIDE = 16; // pixels, of what a crop leaves

export const LEAST_SIDE = MIN_SIDE;
export const TILT_LIMIT = 45; // degrees

export const NOTHING = Object.freeze({
  rotate: 0, flip_horizontal: false, flip_vertical: false, straighten: 0, crop: null,
  exposure: 0, contrast: 0, warmth: 0, saturation: 0,
});

/** The values that differ from NOTHING: the form in which it is sent. */
export const toOptions = (adjust) =>
  Object.fromEntries(Object.entries(adjust).filter(([name, value]) => value !== NOTHING[name]));

export const isNothing = (adjust) => Object.keys(toOptions(adjust)).length === 0;

/** {width, height} once turned. */
export const turned = ({ rotate }, { width, height }) =>
  rotate % 180 ? { width: height, height: width } : { width, height };

/** The part that is left: {x, y, width, height}. */
export function frameOf(adjust, size) {
  return adjust.crop ?? wholeOf(adjust, size);
}

/** The frame without a crop: the whole picture, or, straightened, the largest part of its shape without empty corners. */
export function wholeOf({ rotate, straighten }, size) {
  const { width, height } = turned({ rotate }, size);
  const { cos, sin } = turn(Math.abs(straighten));
  const scale = Math.min(width / (width * cos + height * sin), height / (width * sin + height * cos));
  const inner = [width, height].map((side) => Math.max(MIN_SIDE, Math.floor(side * scale + 1e-9)));
  return {
    x: Math.floor((width - inner[0]) / 2), y: Math.floor((height - inner[1]) / 2), width: inner[0], height: inner[1],
  };
}

/** {width, height} of what comes out. */
export function sizeAfter(adjust, size) {
  const { width, height } = frameOf({ ...NOTHING, ...adjust }, size);
  return { width, height };
}

// The buttons. They turn and flip the picture as it is seen, whatever was done before.

export function turnRight(adjust, size) {
  const { height } = turned(adjust, size);
  const { crop } = adjust;
  return {
    ...adjust,
    rotate: (adjust.rotate + 90) % 360,
    flip_horizontal: adjust.flip_vertical,
    flip_vertical: adjust.flip_horizontal,
    crop: crop && { x: height - crop.y - crop.height, y: crop.x, width: crop.height, height: crop.width },
  };
}

export const turnLeft = (adjust, size) => turnRight(turnRight(turnRight(adjust, size), size), size);

/** `axis`: "horizontal" or "vertical". Both flips are half a turn. */
export function flip(adjust, size, axis) {
  const { width, height } = turned(adjust, size);
  const { crop } = adjust;
  const mirrored = { ...adjust, straighten: -adjust.straighten || 0, [`flip_${axis}`]: !adjust[`flip_${axis}`] };
  if (crop) {
    const sideways = axis === "horizontal";
    mirrored.crop = {
      ...crop,
      x: sideways ? width - crop.x - crop.width : crop.x,
      y: sideways ? crop.y : height - crop.y - crop.height,
    };
  }
  if (!mirrored.flip_horizontal || !mirrored.flip_vertical) return mirrored;
  return { ...mirrored, rotate: (mirrored.rotate + 180) % 360, flip_horizontal: false, flip_vertical: false };
}

/** Another angle; a crop shrinks around its middle as far as needed. */
export function straighten(adjust, size, degrees) {
  const tilted = { ...adjust, straighten: degrees };
  return adjust.crop ? { ...tilted, crop: shrunk(adjust.crop, (crop) => fits(tilted, size, crop)) } : tilted;
}

/** Whether the picture fills the whole crop. */
export function fits(adjust, size, { x, y, width, height }) {
  const whole = turned(adjust, size);
  if (x < 0 || y < 0 || x + width > whole.width || y + height > whole.height) return false;
  const { cos, sin } = turn(adjust.straighten);
  const [left, top] = [x + 0.5 - whole.width / 2, y + 0.5 - whole.height / 2];
  const [right, bottom] = [left + width - 1, top + height - 1];
  return [[left, top], [right, top], [left, bottom], [right, bottom]].every(([across, down]) =>
    Math.abs(cos * across + sin * down) < whole.width / 2 && Math.abs(cos * down - sin * across) < whole.height / 2);
}

function shrunk(crop, fit) {
  const part = (share) => {
    const width = Math.max(MIN_SIDE, Math.round(crop.width * share));
    const height = Math.max(MIN_SIDE, Math.round(crop.height * share));
    const middle = (start, before, after) => Math.round(start + (before - after) / 2);
    return { x: middle(crop.x, crop.width, width), y: middle(crop.y, crop.height, height), width, height };
  };
  if (fit(crop)) return crop;
  let [least, most] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const middle = (least + most) / 2;
    if (fit(part(middle))) least = middle;
    else most = middle;
  }
  return part(least);
}

/** The largest frame of these proportions, in the middle of the frame without a crop. */
export function cropTo(adjust, size, [across, down]) {
  const whole = wholeOf(adjust, size);
  const wanted = Math.min(whole.width, (whole.height * across) / down);
  const width = Math.max(MIN_SIDE, roundEven(wanted));
  const height = Math.max(MIN_SIDE, roundEven((wanted * down) / across));
  return {
    x: whole.x + Math.floor((whole.width - width) / 2),
    y: whole.y + Math.floor((whole.height - height) / 2),
    width,
    height,
  };
}

export function sameFrame(one, other) {
  return ["x", "y", "width", "height"].every((name) => one[name] === other[name]);
}

export function turn(degrees) {
  const angle = degrees * (Math.PI / 180);
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** Halves to the even neighbour, as the studio rounds. */
export function roundEven(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
