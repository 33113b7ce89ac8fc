"""A figure for each flaw that tools had on real photographs: on pictures that no tool was tuned on, compared with a plain
method."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import mean

import cv2
import numpy as np
from PIL import Image, ImageOps

from pipeline.providers.offline.photo.edits import TONES
from pipeline.providers.offline.photo.enhance import enhance
from pipeline.providers.offline.photo.inpaint import remove_object
from pipeline.providers.offline.photo.styles import restyle
from tests.programs.quality import measures
from tests.programs.quality.photos import Flags, Pixels, composed, photo, untuned
from tests.support.listener import ignore

Tool = Callable[[Pixels], Pixels]


@dataclass(frozen=True)
class Failing:
    label: str
    ours: float
    plain: float
    method: str  # the plain one
    form: str


def _edited(name: str, power: float, pixels: Pixels) -> Pixels:
    return np.asarray(TONES[name](Image.fromarray(pixels), power))


def _styled(name: str, pixels: Pixels) -> Pixels:
    return restyle(pixels, name, ignore)


def _enhanced(pixels: Pixels) -> Pixels:
    return enhance(pixels, ["denoise", "contrast", "sharpness"], ignore)


def _equalized(pixels: Pixels) -> Pixels:
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def _gained(gains: tuple[float, float, float], pixels: Pixels) -> Pixels:
    return np.asarray(np.clip(pixels * np.array(gains), 0, 255), np.uint8)


def _outlined(pixels: Pixels) -> Pixels:
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    lines = cv2.adaptiveThreshold(light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 7)
    return np.asarray(cv2.bilateralFilter(pixels, 9, 60, 9) * (lines[..., None] > 0), np.uint8)


def _posterized(pixels: Pixels) -> Pixels:
    return np.asarray(ImageOps.posterize(Image.fromarray(pixels), 2))


def _smoothed(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.bilateralFilter(pixels, 9, 60, 9))


def _mean(tool: Tool, measure: Callable[[Pixels, Pixels], float], pictures: Mapping[str, Pixels]) -> float:
    found = [measure(pixels, tool(pixels)) for pixels in pictures.values()]
    return mean(value for value in found if np.isfinite(value))


def tones_and_styles() -> list[Failing]:
    ten = untuned()
    some = {name: ten[name] for name in ("motorcycle", "boats", "forest", "meadow", "city")}
    small = {name: _at(640, pixels) for name, pixels in some.items()}
    red = {"motorcycle": ten["motorcycle"]}

    def both(
        label: str,
        ours: Tool,
        plain: tuple[str, Tool],
        measure: Callable[[Pixels, Pixels], float],
        pictures: Mapping[str, Pixels],
        form: str,
    ) -> Failing:
        name, method = plain
        return Failing(label, _mean(ours, measure, pictures), _mean(method, measure, pictures), name, form)

    clahe = "CLAHE", _equalized
    gains = "gains of red and blue", partial(_gained, (1.15, 1.0, 0.8))
    gain = "a gain of 1.5", partial(_gained, (1.5, 1.5, 1.5))
    lines = "an adaptive threshold", _outlined
    four = "four levels a channel", _posterized
    return [
        both("enhance: halo beside an edge", _enhanced, clahe, measures.halo, ten, "{:.2f} levels"),
        both("enhance: noise where nothing is", _enhanced, clahe, measures.speckle, ten, "{:.2f} ×"),
        both("warmer: greener neutrals", partial(_edited, "warmer", 1), gains, measures.green_cast, ten, "{:.1f} levels"),
        both("much brighter: burnt out", partial(_edited, "brighter", 2), gain, measures.burnt, ten, "{:.1%}"),
        both("cartoon: black blobs", partial(_styled, "cartoon"), lines, measures.blobs, some, "{:.2%}"),
        both("ink: black blobs", partial(_styled, "ink"), lines, measures.blobs, some, "{:.2%}"),
        both(
            "poster: detail kept in shadows", partial(_styled, "poster"), four, measures.shadow_detail, some, "{:.2f}"
        ),
        both("poster: a red that stays red", partial(_styled, "poster"), four, measures.red_kept, red, "{:.0%}"),
        both(
            "oil at 640 pixels: ripples", partial(_styled, "oil"), ("as it came", lambda p: p), measures.ripples, small,
            "{:.1f} levels",
        ),
    ]  # fmt: skip


def _at(side: int, pixels: Pixels) -> Pixels:
    factor = min(1.0, side / max(pixels.shape))
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


HOLES = {  # photograph → middle and radius, in pixels
    "chelsea": (60, 190, 38),  # fur
    "astronaut": (90, 300, 45),  # beside a head
    "motorcycle": (290, 210, 70),
    "forest": (460, 420, 110),
}


def holes() -> list[Failing]:
    rough, near, seconds = [], [], []
    for name, place in HOLES.items():
        whole = untuned()[name] if name in untuned() else photo(name)
        hole = _disc(whole, *place)
        broken = np.where(hole[..., None], 255, whole).astype(np.uint8)
        began = time.process_time()
        made = remove_object(broken, hole.astype(np.uint8) * 255, ignore)
        seconds.append(time.process_time() - began)
        flat = np.asarray(cv2.inpaint(broken, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)
        rough.append([measures.texture_kept(whole, one, hole) for one in (made, flat)])
        near.append([measures.psnr(whole, one, hole) for one in (made, flat)])
    (texture, of_telea), (psnr, telea) = (map(mean, zip(*values, strict=True)) for values in (rough, near))
    edges, torn = (mean(values) for values in zip(*behind_subjects(composed()), strict=True))
    return [
        Failing("remove object, behind a subject: PSNR beside its edge", edges, torn, "OpenCV's inpaint", "{:.1f}"),
        Failing("remove object, large holes: texture", texture, of_telea, "OpenCV's inpaint", "{:.2f}"),
        Failing("remove object, large holes: PSNR", psnr, telea, "OpenCV's inpaint", "{:.1f}"),
        Failing("remove object, large holes: the slowest", max(seconds), 10.0, "at most", "{:.1f} s"),
    ]


def behind_subjects(pictures: Mapping[str, tuple[Pixels, Flags]]) -> Iterator[tuple[float, float]]:
    """A hole in the background that touches the subject's outline: PSNR within 6 pixels of it, ours and OpenCV's."""
    for name, (whole, subject) in pictures.items():
        y, x = (150, 300) if "person" in name else (110, 140)
        hole = _disc(whole, y, x, 45) & ~_grown(subject, 1)
        broken, mask = np.where(hole[..., None], 255, whole).astype(np.uint8), hole.astype(np.uint8) * 255
        flat = np.asarray(cv2.inpaint(broken, mask, 3, cv2.INPAINT_TELEA), np.uint8)
        beside = hole & _grown(subject, 6)
        made = remove_object(broken, mask, ignore)
        yield measures.psnr(whole, made, beside), measures.psnr(whole, flat, beside)


def _grown(where: Flags, by: int) -> Flags:
    return np.asarray(cv2.dilate(where.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0)


def _disc(pixels: Pixels, y: int, x: int, radius: int) -> Flags:
    down, across = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
    return np.asarray((down - y) ** 2 + (across - x) ** 2 <= radius**2)
