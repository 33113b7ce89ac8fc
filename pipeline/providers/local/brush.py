"""Oil paint: the picture laid again in strokes along its shapes, broad ones first, fine ones where needed."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.light import luma
from pipeline.providers.local.noise import Array, blurred, mix, normal

ANGLES = 24
_SIZES = (0.036, 0.018, 0.0095, 0.0055)  # half a stroke's length, in focal lengths
Bytes = NDArray[np.uint8]


def oil_painting(frame: Frame, pixels: Array) -> Array:
    """Strokes of thick paint, with the relief that their bristles leave."""
    rng = frame.rng("strokes")
    pixels = np.clip(mix(luma(pixels)[..., None], pixels, 1.18), 0, 1).astype(np.float32)
    canvas = Image.fromarray((blurred(pixels, 0.05 * frame.focal).clip(0, 1) * 255).astype(np.uint8))
    relief = Image.new("L", canvas.size, 128)
    for size in _SIZES:
        radius = size * frame.focal
        if radius >= 2:
            _layer(rng, frame, pixels, canvas, relief, radius)
    painted = np.asarray(canvas, dtype=np.float32) / 255
    return np.clip(painted + _ridges(np.asarray(relief, dtype=np.float32) / 255)[..., None], 0, 1).astype(np.float32)


def _ridges(height: Array) -> Array:
    """The light and dark sides of the paint's own relief, lit from the upper left."""
    shade = np.zeros_like(height)
    shade[1:, 1:] = height[1:, 1:] - height[:-1, :-1]
    return np.clip(shade, -0.25, 0.25) * np.float32(0.32)


def _layer(rng: np.random.Generator, frame: Frame, pixels: Array, canvas: Image.Image, relief: Image.Image,
           radius: float) -> None:  # fmt: skip
    """One size of stroke over the whole canvas, but only where the canvas is not yet like the picture."""
    model = blurred(pixels, radius * 0.6)
    wrong = np.abs(model - np.asarray(canvas, dtype=np.float32) / 255).sum(axis=2)
    wrong = np.asarray(blurred(wrong.astype(np.float32), radius))
    turn = _turns(model, radius)
    stamps = [_stamp(rng, radius, angle) for angle in range(ANGLES)]
    pitch = radius * 0.62
    spots = [(x, y) for y in np.arange(0, frame.height, pitch) for x in np.arange(0, frame.width, pitch)]
    places = np.array(spots) + rng.uniform(-pitch, pitch, (len(spots), 2))
    places = rng.permutation(np.clip(places, 0, (frame.width - 1, frame.height - 1)).astype(np.int32))
    colours = (
        model[places[:, 1], places[:, 0]]
        + rng.normal(0, 0.016, (len(places), 3))
        + rng.normal(0, 0.012, (len(places), 1))
    )
    inks = (np.clip(colours, 0, 1) * 255).astype(np.uint8).tolist()
    turns = turn[places[:, 1], places[:, 0]]
    needed = wrong[places[:, 1], places[:, 0]] > (0.0 if radius > 0.03 * frame.focal else 0.055)
    for at in np.flatnonzero(needed).tolist():
        mask, bristles = stamps[turns[at]]
        left, top = int(places[at, 0]) - mask.width // 2, int(places[at, 1]) - mask.height // 2
        canvas.paste(tuple(inks[at]), (left, top, left + mask.width, top + mask.height), mask)
        relief.paste(bristles, (left, top), mask)


def _turns(model: Array, radius: float) -> NDArray[np.int_]:
    """For each pixel, which of the angles runs along the shapes there; level where there are none."""
    down, across = np.gradient(luma(model))
    xx, yy, xy = (
        blurred(np.ascontiguousarray(g, dtype=np.float32), radius * 2) for g in (across**2, down**2, across * down)
    )
    along = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return np.asarray(np.round(along / np.pi * ANGLES).astype(np.int_) % ANGLES)


def _stamp(rng: np.random.Generator, radius: float, angle: int) -> tuple[Image.Image, Image.Image]:
    """The shape of one stroke and its bristles' relief, turned by so many steps."""
    long, wide = max(5, round(radius * 2.4)), max(3, round(radius * 0.85))
    y = np.linspace(-1, 1, wide, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, long, dtype=np.float32)[None, :]
    ends = 1 - 0.35 * rng.uniform(0, 1, (wide, 2)).astype(np.float32)
    body = (x > -ends[:, :1]) & (x < ends[:, 1:]) & (np.abs(y) < 0.98)
    hairs = normal(rng.uniform(0, 1, (wide, 1)).astype(np.float32) + np.zeros_like(x) + 0.2 * x)
    shape = Image.fromarray((body * (0.78 + 0.22 * hairs) * 255).astype(np.uint8))
    bristles = Image.fromarray((60 + 150 * hairs).astype(np.uint8))
    degrees = -angle * 180 / ANGLES
    turned = shape.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    return turned, bristles.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=128)
