"""Enhance: less noise, more contrast without clipping, crisper edges, twice the size."""

from collections.abc import Collection

import numpy as np

from pipeline.providers.local.tools.bands import in_bands, part
from pipeline.providers.local.tools.guided import mean, smoothed
from pipeline.providers.local.tools.opencv import Array, Floats, Pixels, Progress, cv2

STEPS = ("denoise", "contrast", "sharpness", "upscale")
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
_SHARES = (0.005, 0.995)  # of all pixels: what counts as its darkest and its lightest
_DARKEST, _LIGHTEST = 6, 249  # where those come to lie: never at the very end
_MOST = 1.6  # times: fog is lifted, and a grey wall does not become noise
_CROSS = np.ones((3, 3), np.uint8)
_PASSES = 4  # of back-projection


def enhance(pixels: Pixels, steps: Collection[str], progress: Progress) -> Pixels:
    """The picture (3 channels) after those of STEPS that are asked for; twice as wide and as high after "upscale"."""
    wanted = [step for step in STEPS if step in steps]
    for done, step in enumerate(wanted):
        pixels = _DO[step](pixels, part(progress, done / len(wanted), (done + 1) / len(wanted)))
    progress(1.0)
    return pixels


def _luma(pixels: Array) -> Floats:
    return cv2.transform(pixels.astype(np.float32), _WEIGHTS[None])


def noise_of(pixels: Pixels) -> float:
    """The standard deviation of its noise, in levels: of second differences, which a smooth picture has none of, where the
    picture is calmest (Immerkær's operator, by the median, so that edges and textures do not count)."""
    middle = pixels[_centre(pixels.shape[0])][:, _centre(pixels.shape[1])]
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    levels = np.abs(cv2.filter2D(_luma(middle), cv2.CV_32F, kernel))
    calm = mean(levels, 8)
    return float(1.2533 * np.percentile(calm, 20))  # √(π/2) times a mean is a standard deviation


def _centre(side: int, most: int = 1024) -> slice:
    spare = max(0, side - most) // 2
    return slice(spare, side - spare)


def _denoised(pixels: Pixels, progress: Progress) -> Pixels:
    noise = noise_of(pixels)

    def work(band: Array, first: int) -> Array:
        levels = cv2.cvtColor(band.astype(np.float32) / 255, cv2.COLOR_RGB2YCrCb) * 255
        # Colours may be smoothed more than light: nobody sees fine detail in them, and everybody sees blotches.
        for channel, radius, strength in ((0, 2, 1.0), (1, 4, 1.6), (2, 4, 1.6)):
            levels[..., channel] = smoothed(np.ascontiguousarray(levels[..., channel]), radius, noise * strength)
        return _bytes(cv2.cvtColor(levels / 255, cv2.COLOR_YCrCb2RGB) * 255)

    return in_bands(pixels, work, 16, progress) if noise > 0.7 else pixels


def _contrasted(pixels: Pixels, progress: Progress) -> Pixels:
    """Every tone where it has room (CLAHE) on a range that is stretched; colours keep their proportions, and a channel that
    would pass its end holds the others back."""
    before = in_bands(pixels, lambda band, first: _bytes(_luma(band)), 0, part(progress, 0, 0.2))
    local = cv2.createCLAHE(2.0, (8, 8)).apply(_stretched(before))

    def work(band: Array, first: int) -> Array:
        rows = slice(first, first + len(band))
        old = before[rows].astype(np.float32)
        new = 0.5 * _stretch(before)[before[rows]] + 0.5 * local[rows]
        factor = (new + 1) / (old + 1)
        room = 254.0 / np.maximum(band.max(2), 1)
        return _bytes(band * np.minimum(factor, np.maximum(room, 1.0))[..., None])

    return in_bands(pixels, work, 0, part(progress, 0.3, 1))


def _stretch(levels: Pixels) -> Floats:
    """256 values: the range that the picture uses, drawn to nearly all there is, at most _MOST times as wide."""
    counts = np.cumsum(np.bincount(levels[::4, ::4].ravel(), minlength=256))
    low, high = (float(np.searchsorted(counts, share * counts[-1])) for share in _SHARES)
    wide = max(high - low, 1.0)
    factor = max(1.0, min(_MOST, (_LIGHTEST - _DARKEST) / wide))
    # What is left of the room lies on both sides in the old proportion, so that night stays night.
    spare = 255 - wide * factor
    start = spare * (low / max(255 - wide, 1.0))
    ends = [0.0, start, start + wide * factor, 255.0]
    return np.interp(np.arange(256), [0.0, low, low + wide, 255.0], ends).astype(np.float32)


def _stretched(levels: Pixels) -> Pixels:
    return _bytes(_stretch(levels))[levels]


def _sharpened(pixels: Pixels, progress: Progress) -> Pixels:
    noise = noise_of(pixels)

    def work(band: Array, first: int) -> Array:
        light = _luma(band)
        detail = light - cv2.GaussianBlur(light, (0, 0), 1.2)
        detail = np.sign(detail) * np.maximum(np.abs(detail) - noise, 0) * 0.9
        # No lighter than the lightest neighbour, nor darker than the darkest, by more than a little: no halos.
        lightest, darkest = cv2.dilate(light, _CROSS) + 6, cv2.erode(light, _CROSS) - 6
        change = np.clip(light + detail, darkest, lightest) - light
        most, least = 254.0 - band.max(2), 1.0 - band.min(2)  # a channel that is at its end moves no further
        return _bytes(band + np.clip(change, np.minimum(least, 0), np.maximum(most, 0))[..., None])

    return in_bands(pixels, work, 8, progress)


def _doubled(pixels: Pixels, progress: Progress) -> Pixels:
    """Lanczos, then what shrinking it again would get wrong is added back, a few times."""
    height, width = pixels.shape[:2]
    out = np.empty((2 * height, 2 * width, 3), np.uint8)
    for top in range(0, height, 128):
        progress(top / height)
        first, last = max(0, top - 24), min(height, top + 128 + 24)
        low = pixels[first:last].astype(np.float32)
        size = (2 * width, 2 * (last - first))
        high = cv2.resize(low, size, interpolation=cv2.INTER_LANCZOS4)
        for _ in range(_PASSES):
            wrong = low - cv2.resize(high, (width, last - first), interpolation=cv2.INTER_AREA)
            high = high + cv2.resize(wrong, size, interpolation=cv2.INTER_CUBIC)
        rows = min(height, top + 128) - top
        out[2 * top : 2 * (top + rows)] = _bytes(high[2 * (top - first) :][: 2 * rows])
    progress(1.0)
    return out


def _bytes(values: Array) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


_DO = {"denoise": _denoised, "contrast": _contrasted, "sharpness": _sharpened, "upscale": _doubled}
