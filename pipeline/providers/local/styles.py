"""The styles: each makes another picture of the finished one. Pictures are (h, w, 3), 0..1."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from pipeline.providers.local.brush import oil_painting
from pipeline.providers.local.frame import Frame
from pipeline.providers.local.light import luma, rgb
from pipeline.providers.local.noise import Array, blurred, fbm, mix, resized, sample, step

Style = Callable[[Frame, Array], Array]


def _image(pixels: Array) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _pixels(image: Image.Image) -> Array:
    return np.asarray(image.convert("RGB"), dtype=np.float32) / np.float32(255)


def _paper(frame: Frame, fine: float = 1.0) -> Array:
    """(h, w), about 0..1: the tooth of the paper, as fine in a large picture as in a small one."""
    tile = fbm(frame.rng("paper"), 512, 32, 4, 0.75)
    return sample(tile, frame.columns()[None, :] * 1.5 * fine, frame.rows()[:, None] * 1.5 * fine)


def _simple(frame: Frame, pixels: Array, size: float) -> Array:
    """Without what is smaller than so many focal lengths; edges stay."""
    shrink = max(1.0, size * frame.focal / 2)
    small = (max(8, round(frame.width / shrink)), max(8, round(frame.height / shrink)))
    image = _image(pixels).resize(small, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(5))
    return _pixels(image.resize((frame.width, frame.height), Image.Resampling.BICUBIC))


def _margin(frame: Frame, ragged: Array, width: float) -> Array:
    """(h, w): 1 inside the picture, 0 on an unpainted edge of so many parts of the shorter side."""
    x = np.minimum(np.arange(frame.width), np.arange(frame.width)[::-1])[None, :]
    y = np.minimum(np.arange(frame.height), np.arange(frame.height)[::-1])[:, None]
    inside = np.minimum(x, y).astype(np.float32) / min(frame.width, frame.height)
    return step(width * 0.8, width, inside + (ragged - 0.5) * width * 0.8)


def watercolour(frame: Frame, pixels: Array) -> Array:
    """Pale washes that bleed and pool at their edges, on rough paper with an unpainted border."""
    paper = _paper(frame)
    tile = fbm(frame.rng("bleeding"), 256, 8, 5, 0.6)
    x, y = np.meshgrid(frame.columns(), frame.rows())
    wet_x, wet_y = sample(tile, x * 0.9, y * 0.9), sample(tile, x * 0.9 + 0.5, y * 0.9)
    columns = np.clip(np.arange(frame.width) + (wet_x - 0.5) * 0.03 * frame.focal, 0, frame.width - 1).astype(np.int32)
    rows = np.arange(frame.height)[:, None] + (wet_y - 0.5) * 0.03 * frame.focal
    wash = _simple(frame, pixels, 0.006)[np.clip(rows, 0, frame.height - 1).astype(np.int32), columns]
    grey = luma(wash)
    pooled = np.clip(blurred(grey, 0.012 * frame.focal) - grey, 0, 0.25) * 0.9
    wash = mix(luma(wash)[..., None], wash, 1.2) ** 0.8
    density = (1 - wash) * (0.72 + 0.3 * wet_x + 0.3 * (paper - 0.5))[..., None] + pooled[..., None]
    painted = 1 - np.clip(density, 0, 1) * _margin(frame, sample(tile, x * 2, y * 2), 0.05)[..., None]
    return np.clip(painted * rgb("fbf8f0") * (0.94 + 0.08 * paper)[..., None], 0, 1).astype(np.float32)


def pencil(frame: Frame, pixels: Array) -> Array:
    """Outlines and fine hatching in graphite: the darker, the more directions of strokes lie over each other."""
    paper, grey = _paper(frame, 1.6), luma(pixels)
    low, high = (float(q) for q in np.quantile(grey, (0.01, 0.97)))
    grey = np.clip((grey - low) / max(high - low, 0.05), 0, 1) ** 0.85
    outline = np.clip((blurred(grey, 0.006 * frame.focal) - grey) * 3, 0, 0.85)
    tile = fbm(frame.rng("hatching"), 256, 6, 4)
    x, y = np.meshgrid(frame.columns(), frame.rows())
    shaken = (sample(tile, x, y) - 0.5) * 0.012
    graphite = outline
    pitch = max(0.0048, 3.4 / frame.focal)
    for angle, dark in ((0.85, 0.8), (0.6, 0.55), (2.2, 0.36), (1.5, 0.2)):
        along = x * np.cos(angle) - y * np.sin(angle)
        stroke = 0.5 + 0.5 * np.cos((x * np.sin(angle) + y * np.cos(angle) + shaken) / pitch * 2 * np.pi)
        pressed = 0.5 + 0.9 * sample(tile, along * 0.8 + dark, np.round((x + y) / pitch) * 0.017)
        graphite = np.maximum(graphite, step(dark + 0.08, dark - 0.3, grey) * stroke * pressed * 0.62)
    graphite = np.clip(graphite * (0.55 + 0.9 * paper), 0, 0.92) * _margin(frame, paper, 0.03)
    return mix(rgb("f8f5ec") * (0.95 + 0.06 * paper)[..., None], rgb("2e2f38"), graphite[..., None])


def ink_wash(frame: Frame, pixels: Array) -> Array:
    """A few washes of black ink with feathered edges on warm paper, and a red seal."""
    paper = _paper(frame, 0.8)
    grey = luma(_simple(frame, pixels, 0.004))
    low, high = float(np.quantile(grey, 0.03)), float(np.quantile(grey, 0.9))
    dark = 1 - np.clip((grey - low) / max(high - low, 0.05), 0, 1) ** 0.8
    tile = fbm(frame.rng("feather"), 256, 8, 5, 0.6)
    x, y = np.meshgrid(frame.columns(), frame.rows())
    feather = (sample(tile, x * 1.2, y * 1.2) - 0.5) * 0.22 + (paper - 0.5) * 0.1
    washes = sum((step(t - 0.1, t + 0.1, dark + feather) for t in (0.22, 0.42, 0.62, 0.8)), np.zeros_like(dark)) / 4
    ink = np.clip(0.55 * washes + 0.4 * dark**1.6, 0, 0.94) * _margin(frame, paper, 0.035)
    picture = mix(rgb("f1e8d4") * (0.94 + 0.08 * paper)[..., None], rgb("1d1e24"), ink[..., None])
    return _sealed(frame, picture)


def _sealed(frame: Frame, picture: Array) -> Array:
    side = max(6, round(min(frame.width, frame.height) * 0.055))
    left, top = frame.width - 2 * side - side // 3, frame.height - 2 * side - side // 3
    worn = frame.rng("seal").uniform(0.6, 1, (side, side)).astype(np.float32)
    grid = np.array([[1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 1, 1], [1, 0, 0, 0, 0, 0, 1],
                     [1, 1, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1]], np.float32)  # fmt: skip
    stamp = np.clip(resized(grid, side, side), 0, 1) * worn * 0.9
    part = picture[top : top + side, left : left + side]
    part += (rgb("b8322a") - part) * stamp[..., None]
    return picture


def pixel_art(frame: Frame, pixels: Array) -> Array:
    """Large square pixels in few colours, shades woven from two of them."""
    side = max(2, round(max(frame.width, frame.height) / 176))
    small = (-(-frame.width // side), -(-frame.height // side))
    image = _image(pixels)
    even, sharp = (_pixels(image.resize(small, how)) for how in (Image.Resampling.BOX, Image.Resampling.NEAREST))
    coarse = mix(even, sharp, 0.4)
    coarse = mix(luma(coarse)[..., None], coarse, 1.3)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    woven = coarse + np.tile(bayer, (small[1] // 4 + 1, small[0] // 4 + 1))[: small[1], : small[0], None] * 0.045
    palette = _image(coarse).quantize(28, Image.Quantize.MEDIANCUT)
    few = _image(woven).quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
    large = few.resize((small[0] * side, small[1] * side), Image.Resampling.NEAREST)
    return _pixels(large.crop((0, 0, frame.width, frame.height)))


def poster(frame: Frame, pixels: Array) -> Array:
    """Flat shapes in a few strong colours, in a cream border."""
    flat = mix(luma(pixels)[..., None], pixels, 1.35)
    flat = _simple(frame, np.clip(flat, 0, 1) ** 0.92, 0.006)
    few = _pixels(_image(flat).quantize(14, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))
    smooth = _pixels(_image(few).filter(ImageFilter.MedianFilter(5)))
    even = np.full((frame.height, frame.width), 0.5, np.float32)
    inked = mix(rgb("25262b"), smooth, _margin(frame, even, 0.048)[..., None])
    return mix(rgb("f4ead2"), inked, _margin(frame, even, 0.042)[..., None])


def sepia(frame: Frame, pixels: Array) -> Array:
    """An old photograph: brown, faded, darker at its corners."""
    x = np.linspace(-1, 1, frame.width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, frame.height, dtype=np.float32)[:, None]
    grey = np.clip(luma(pixels) * (1.06 - 0.22 * (x**2 + y**2)), 0, 1)
    ramp = np.stack([rgb("2a1a10"), rgb("8a6440"), rgb("d9bd91"), rgb("faf0d8")])
    tones = [np.interp(grey, (0, 0.38, 0.72, 1), ramp[:, c]) for c in range(3)]
    return np.stack(tones, axis=-1).astype(np.float32)


def black_and_white(frame: Frame, pixels: Array) -> Array:
    """As through a yellow filter: skies darken, and the tones use the whole range."""
    grey = pixels @ np.array([0.42, 0.5, 0.08], np.float32)
    low, high = np.quantile(grey, (0.005, 0.995))
    grey = np.clip((grey - low) / max(float(high - low), 0.1), 0, 1)
    firm = mix(grey, grey * grey * (3 - 2 * grey), 0.5)
    return np.repeat(firm[..., None], 3, axis=2)


def restyle(frame: Frame, name: str) -> None:
    """Make the picture over in one of the styles."""
    style, frame.grain = BY_NAME[name]
    frame.pixels[:] = style(frame, np.clip(frame.pixels, 0, 1))


BY_NAME: dict[str, tuple[Style, float]] = {  # and how much grain suits it
    "watercolour": (watercolour, 0.8),
    "oil painting": (oil_painting, 0.8),
    "pencil": (pencil, 1.5),
    "ink wash": (ink_wash, 1.2),
    "pixel art": (pixel_art, 0.0),
    "poster": (poster, 1.2),
    "sepia": (sepia, 4.5),
    "black and white": (black_and_white, 3.0),
}
