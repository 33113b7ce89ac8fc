from collections.abc import Collection

import cv2
import numpy as np

from pipeline.providers.base import Progress, part, shares

from ..arrays import Floats, Pixels, box_mean, grey, guided, in_tiles, to_bytes

DARKEST, LIGHTEST = 6, 249  # of the stretched range
GROUND, FORMS = 24, 15  # pixels of a copy of 1,000; levels: what varies less is a form on one ground
MAX_CONTRAST = 1.6  # times: a grey wall must not become noise


def enhance(pixels: Pixels, steps: Collection[str], progress: Progress) -> Pixels:
    for step, share in shares(progress, [step for step in STEPS if step in steps]):
        pixels = STEPS[step](pixels, share)
    progress(1.0)
    return pixels


def noise_of(pixels: Pixels) -> float:
    """Immerkær's operator where the picture is calmest: a standard deviation in levels."""
    rows, columns = (slice(spare, side - spare) for side in pixels.shape[:2] for spare in [max(0, side - 1024) // 2])
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    levels = np.abs(cv2.filter2D(grey(pixels[rows, columns].astype(np.float32)), cv2.CV_32F, kernel))
    return float(1.2533 * np.percentile(box_mean(levels, 8), 20))  # √(π/2) times a mean is a standard deviation


def _denoised(pixels: Pixels, progress: Progress) -> Pixels:
    noise = noise_of(pixels)

    def work(tile: Pixels, rows: slice) -> Pixels:
        planes = cv2.split(cv2.cvtColor(tile.astype(np.float32) / 255, cv2.COLOR_RGB2YCrCb) * 255)
        # In colour nobody sees fine detail, and everybody sees blotches.
        for plane, radius, strength in zip(planes, (2, 4, 4), (1.6, 2.5, 2.5), strict=True):
            plane[:] = guided(plane, plane, radius, noise * strength)
        return to_bytes(cv2.cvtColor(cv2.merge(planes) / 255, cv2.COLOR_YCrCb2RGB) * 255)

    return in_tiles(pixels, work, 16, progress) if noise > 0.7 else pixels


def _contrasted(pixels: Pixels, progress: Progress) -> Pixels:
    """A stretched range, and larger forms within it; a channel at its end limits the others."""
    before = in_tiles(pixels, lambda tile, rows: to_bytes(grey(tile.astype(np.float32))), 0, part(progress, 0, 0.2))
    curve, calm = _stretch(before), 2 * noise_of(pixels)
    scale = max(1.0, max(pixels.shape[:2]) / 1000)
    ground = guided(before, before, round(GROUND * scale), FORMS, scale)

    def work(tile: Pixels, rows: slice) -> Pixels:
        light = before[rows].astype(np.float32)
        form = light - ground[rows]
        form -= np.clip(form, -calm, calm)
        factor = (np.clip(curve[before[rows]] + 0.85 * form, 0, 255) + 1) / (light + 1)
        room = 254.0 / np.maximum(tile.max(2), 1)
        return to_bytes(tile * np.minimum(factor, np.maximum(room, 1.0))[..., None])

    return in_tiles(pixels, work, 0, part(progress, 0.3, 1))


def _stretch(levels: Pixels) -> Floats:
    counts = np.cumsum(np.bincount(levels[::4, ::4].ravel(), minlength=256))
    low, high = (float(np.searchsorted(counts, share * counts[-1])) for share in (0.005, 0.995))
    wide = max(high - low, 1.0)
    factor = max(1.0, min(MAX_CONTRAST, (LIGHTEST - DARKEST) / wide))
    # In the old proportion on both sides, so that night stays night; and so that a white sky stays white.
    start = (255 - wide * factor) * (low / max(255 - wide, 1.0))
    ends = [0.0, start, start + wide * factor, 255.0]
    curve = np.interp(np.arange(256), [0.0, low, low + wide, 255.0], ends) / 255
    middle = int(np.searchsorted(counts, 0.5 * counts[-1]))
    was, now = (float(np.clip(level, 0.05, 0.95)) for level in (middle / 255, curve[middle]))
    lift = np.log(0.6 * was + 0.4 * now) / np.log(now)
    return (255 * curve**lift).astype(np.float32)


def _sharpened(pixels: Pixels, progress: Progress) -> Pixels:
    noise, cross = noise_of(pixels), np.ones((3, 3), np.uint8)

    def work(tile: Pixels, rows: slice) -> Pixels:
        light = grey(tile.astype(np.float32))
        detail = light - cv2.GaussianBlur(light, (0, 0), 1.2)
        detail = 0.9 * (detail - np.clip(detail, -noise, noise))
        # Little beyond its lightest and darkest neighbour: no halos.
        change = np.clip(light + detail, cv2.erode(light, cross) - 6, cv2.dilate(light, cross) + 6) - light
        most, least = 254.0 - tile.max(2), 1.0 - tile.min(2)  # a channel that is at its end moves no further
        return to_bytes(tile + np.clip(change, np.minimum(least, 0), np.maximum(most, 0))[..., None])

    return in_tiles(pixels, work, 8, progress)


def _doubled(pixels: Pixels, progress: Progress) -> Pixels:
    def work(tile: Pixels, rows: slice) -> Pixels:
        low, (height, width) = tile.astype(np.float32), tile.shape[:2]
        high = cv2.resize(low, (2 * width, 2 * height), interpolation=cv2.INTER_LANCZOS4)
        for _ in range(4):  # what shrinking it again would get wrong
            wrong = low - cv2.resize(high, (width, height), interpolation=cv2.INTER_AREA)
            high = high + cv2.resize(wrong, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)
        return to_bytes(high)

    return in_tiles(pixels, work, 24, progress, grows=2)


STEPS = {"denoise": _denoised, "contrast": _contrasted, "sharpness": _sharpened, "upscale": _doubled}
