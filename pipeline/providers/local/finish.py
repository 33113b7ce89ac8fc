"""The last light: bloom, tones, vignette, grain."""

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.light import PIGMENTS, luma, rgb
from pipeline.providers.local.noise import blurred, mix


def bloom(frame: Frame) -> None:
    """What is very bright shines a little over its edges."""
    bright = np.clip(frame.pixels - 0.72, 0, 1) * 1.6
    frame.pixels += blurred(bright.astype(np.float32), frame.focal * 0.016) * (0.55 if frame.light.lamps > 0.4 else 0.3)


def tones(frame: Frame) -> None:
    """Warm, cold, pastel, vivid, dark, bright; and a breath of the wished colours over everything."""
    pixels, wished = np.clip(frame.pixels, 0, 1), frame.scene.tones
    if frame.scene.colours:
        grey = luma(pixels)[..., None]
        pigment = np.mean([PIGMENTS[name] for name in frame.scene.colours], axis=0, dtype=np.float32)
        pixels = mix(pixels, grey * pigment / max(float(pigment.max()), 0.35), 0.14)
    if "warm" in wished:
        pixels = pixels * rgb("ffecc6") * 1.08
    if "cold" in wished:
        pixels = pixels * rgb("c7e3ff") * 1.1
    if "vivid" in wished:
        pixels = mix(luma(pixels)[..., None], pixels, 1.45)
    if "pastel" in wished:
        pixels = mix(mix(luma(pixels)[..., None], pixels, 0.72), rgb("fff7f2"), 0.32)
    if "dark" in wished:
        pixels = np.clip(pixels, 0, 1) ** 1.35 * 0.82
    if "bright" in wished:
        pixels = np.clip(pixels, 0, 1) ** 0.72
    frame.pixels[:] = pixels


def vignette(frame: Frame) -> None:
    """The corners a little darker, the middle tones a little firmer."""
    x = np.linspace(-1, 1, frame.width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, frame.height, dtype=np.float32)[:, None]
    pixels = np.clip(frame.pixels, 0, 1)
    firm = pixels * pixels * (3 - 2 * pixels)
    frame.pixels[:] = mix(pixels, firm, 0.2) * (1 - 0.085 * (x**2 + y**2) ** 1.3)[..., None]


def developed(frame: Frame) -> NDArray[np.uint8]:
    """As bytes, with the film's grain; its noise also keeps the slow gradients of the sky free of bands."""
    rng = frame.rng("grain")
    shape = (frame.height, frame.width)
    silver = rng.standard_normal(shape, dtype=np.float32) * frame.grain
    dither = rng.random(shape, dtype=np.float32) - 0.5
    return np.asarray(np.clip(frame.pixels * 255 + (silver + dither)[..., None] + 0.5, 0, 255).astype(np.uint8))
