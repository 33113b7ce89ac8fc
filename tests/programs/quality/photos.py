"""What the tools are measured on: free photographs, and subjects before backgrounds, with a known outline.

All of them come in scikit-image's wheel, and its documentation gives their origin: astronaut and hubble_deep_field (NASA,
public domain), rocket (SpaceX, CC0), coffee (R. Michetti, CC0), chelsea (S. van der Walt, CC0), camera (L. Varshney, CC0),
brick, grass and gravel (CC0 Textures, CC0), horse (A. Preuss, CC0). No tool was tuned on motorcycle_left (D. Scharstein, CC0),
retina (M. Häggström, CC0), coins (Brooklyn Museum, no known restrictions), moon (NASA, public domain), page (S. van der Walt,
public domain), and on five landscapes that the studio paints.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage import data

from pipeline.providers.offline.painter.paint import paint
from pipeline.providers.offline.reader.scenes import read
from tests.support.listener import ignore

Pixels = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_OUTLINES = json.loads(Path(__file__).with_name("outlines.json").read_text())
UNTUNED = ("motorcycle", "retina", "coins", "moon", "page")
LANDSCAPES = {  # prompt and seed
    "boats": ("A boat on the sea under white clouds by day", 3),
    "forest": ("A forest by a lake by day, clear sky", 5),
    "city": ("A city at night", 7),
    "desert": ("A desert at noon in the sun", 4),
    "meadow": ("A meadow of flowers with snowy mountains by day", 6),
}
BACKGROUNDS = ("plain", "gradient", "grass", "brick", "gravel")


def photo(name: str) -> Pixels:
    """Three channels, both sides even."""
    pixels = _data(name)
    pixels = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels[..., :3]
    return np.ascontiguousarray(pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2])


@cache
def untuned() -> dict[str, Pixels]:
    """Ten pictures that no tool was tuned on."""
    found = {name: photo(name) for name in UNTUNED}
    for name, (prompt, seed) in LANDSCAPES.items():
        found[name] = np.asarray(paint(read(prompt).scene, 960, 640, seed, ignore))
    return found


def _data(name: str) -> NDArray[Any]:
    """From the package, which has no types."""
    loaded: Any = getattr(data, {"motorcycle": "stereo_motorcycle"}.get(name, name))()
    pixels: NDArray[Any] = loaded[0] if isinstance(loaded, tuple) else loaded
    return pixels


def outlined() -> dict[str, tuple[Pixels, Flags]]:
    """Photographs whose subject somebody has outlined by hand."""
    pictures = {name: photo(name) for name in _OUTLINES}
    return {name: (pixels, _inside(_OUTLINES[name], pixels)) for name, pixels in pictures.items()}


def _inside(outline: list[list[int]], pixels: Pixels) -> Flags:
    mask = Image.new("1", (pixels.shape[1], pixels.shape[0]))
    ImageDraw.Draw(mask).polygon([(x, y) for x, y in outline], fill=1)
    return np.array(mask)


def composed() -> dict[str, tuple[Pixels, Flags]]:
    """A chestnut horse before each of the backgrounds, and a person in a blue coat, who stands on the lower edge."""
    subjects = {"horse": _horse(), "person": _person()}
    found = {}
    for name, (colours, alpha) in subjects.items():
        for ground in BACKGROUNDS:
            mixed = colours * alpha[..., None] + _background(ground, alpha.shape) * (1 - alpha[..., None])
            noise = np.random.default_rng(8).normal(0, 2.5, mixed.shape)
            found[f"{name}, {ground}"] = (np.clip(mixed + noise, 0, 255).astype(np.uint8), alpha > 0.5)
    return found


def _soft(alpha: Image.Image, size: tuple[int, int]) -> NDArray[np.float64]:
    return np.asarray(alpha.resize(size, Image.Resampling.LANCZOS)).astype(float).clip(0, 255) / 255


def _horse() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    silhouette = Image.fromarray(np.where(_data("horse"), 0, 255).astype(np.uint8))
    canvas = Image.new("L", (silhouette.width + 120, silhouette.height + 90))
    canvas.paste(silhouette, (60, 45))
    alpha = _soft(canvas, (440, 360))
    return _shaded(alpha, (150, 84, 44)), alpha


def _person() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    body, head = Image.new("L", (880, 720)), Image.new("L", (880, 720))
    ImageDraw.Draw(body).ellipse((220, 380, 660, 1200), fill=255)
    ImageDraw.Draw(head).ellipse((330, 110, 550, 410), fill=255)
    coat, face = _soft(body, (440, 360)), _soft(head, (440, 360))
    colours = _shaded(coat, (44, 62, 120)) * (1 - face[..., None]) + _shaded(face, (214, 168, 140)) * face[..., None]
    return colours, np.maximum(coat, face)


def _shaded(alpha: NDArray[np.float64], colour: tuple[int, int, int]) -> NDArray[np.float64]:
    """Light from the upper left, and folds."""
    y, x = np.mgrid[0 : alpha.shape[0], 0 : alpha.shape[1]] / max(alpha.shape)
    light = 1.15 - 0.35 * (x + y) / 1.5 + 0.08 * np.sin(40 * x + 25 * y)
    return np.asarray(np.array(colour) * light[..., None])


def _background(name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    height, width = shape
    if name == "plain":
        return np.full((height, width, 3), (196, 202, 206), float)
    if name == "gradient":
        down = np.linspace(0, 1, height)[:, None, None]
        mixed = np.array((120, 160, 215)) * (1 - down) + np.array((225, 220, 205)) * down
        return np.repeat(mixed, width, axis=1)
    tints = {"grass": (0.75, 1.0, 0.5), "brick": (1.15, 0.8, 0.7), "gravel": (0.95, 0.95, 1.0)}
    return np.asarray(photo(name)[:height, :width] * np.array(tints[name]))


def holes(shape: tuple[int, ...], radius: int, seed: int) -> Flags:
    """Eight ellipses, anywhere but at the edge."""
    random = np.random.default_rng(seed)
    mask = Image.new("1", (shape[1], shape[0]))
    for _ in range(8):
        x, y = (int(random.integers(2 * radius, side - 2 * radius)) for side in (shape[1], shape[0]))
        ImageDraw.Draw(mask).ellipse((x - radius, y - 0.7 * radius, x + radius, y + 0.7 * radius), fill=1)
    return np.array(mask)
