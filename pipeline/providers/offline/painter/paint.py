from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from pipeline.providers.base import Progress, part, shares

from ..arrays import Array, Pixels, blurred, luma, mix, rgb
from ..photo.styles import restyle
from ..plan import Scene
from . import city, land, relief, sky, water, weather
from .canvas import Canvas
from .light import PIGMENTS

Layer = Callable[[Canvas], None]
MOODS: dict[str, Callable[[Array], Array]] = {  # in the order in which they are laid on
    "autumn": lambda pixels: pixels * rgb("fff3de") * 1.03,
    "warm": lambda pixels: pixels * rgb("ffecc6") * 1.08,
    "cold": lambda pixels: pixels * rgb("c7e3ff") * 1.1,
    "vivid": lambda pixels: mix(luma(pixels)[..., None], pixels, 1.45),
    "pastel": lambda pixels: mix(mix(luma(pixels)[..., None], pixels, 0.72), rgb("fff7f2"), 0.32),
    "dark": lambda pixels: pixels**1.35 * 0.82,
    "bright": lambda pixels: pixels**0.72,
}


def paint(scene: Scene, width: int, height: int, seed: int, progress: Progress) -> Pixels:
    """(height, width, 3). The same arguments give the same bytes."""
    pixels = _plain(scene, width, height, seed, part(progress, 0, 0.7 if scene.styles else 1))
    for name, share in shares(part(progress, 0.7, 1), sorted(scene.styles)):
        pixels = restyle(pixels, name, share)
    return pixels


def _plain(scene: Scene, width: int, height: int, seed: int, progress: Progress) -> Pixels:
    canvas = Canvas(scene, width, height, seed)
    for layer, share in shares(progress, list(_layers(scene))):
        layer(canvas)
        share(1.0)
    # Grain: no banding in the sky.
    rng, shape = canvas.rng("grain"), (height, width)
    grain = rng.standard_normal(shape, np.float32) * 1.6 + rng.random(shape, np.float32) - 0.5
    return np.clip(canvas.pixels * 255 + grain[..., None] + 0.5, 0, 255).astype(np.uint8)


def _layers(scene: Scene) -> Iterator[Layer]:
    wanted = scene.sky | scene.weather | scene.land
    layers: list[tuple[bool, *tuple[Layer, ...]]] = [
        (True, sky.air, sky.glow),
        ("stars" in wanted or scene.time == "night", sky.stars),
        ("milky way" in wanted, sky.milky_way),
        ("aurora" in wanted, sky.aurora),
        ("moon" in wanted, sky.moon),
        (True, sky.sun, sky.cirrus, sky.cumulus),
        ("rainbow" in wanted, sky.rainbow),
        ("storm" in wanted, weather.lightning),
        (True, relief.survey, relief.look, land.ground),
        ("city" in wanted, *(partial(city.towers, z=z, tallest=tallest) for z, tallest in city.ROWS)),
        ("forest" in wanted, partial(land.forest, far=9.0, near=5.0), partial(land.forest, far=5.0, near=land.SHORE)),
        (True, water.water),
        ("boat" in wanted, water.boat),
        ("forest" in wanted, partial(land.forest, far=land.SHORE, near=1.2)),
        ("meadow" in wanted, land.flowers),
        ("birds" in wanted, sky.birds),
        ("fog" in wanted, weather.fog),
        (bool(wanted & {"rain", "storm"}), weather.rain),
        ("snow" in wanted, weather.snow),
        (True, _bloom, _toned, _vignette),
    ]
    return (layer for is_wanted, *some in layers if is_wanted for layer in some)


def _bloom(canvas: Canvas) -> None:
    bright = np.clip(canvas.pixels - 0.72, 0, 1) * 1.6
    canvas.pixels += blurred(bright, canvas.focal * 0.016) * (0.55 if canvas.light.lamps > 0.4 else 0.3)


def _toned(canvas: Canvas) -> None:
    pixels = np.clip(canvas.pixels, 0, 1)
    if canvas.scene.colours:
        pigment = np.mean([PIGMENTS[name] for name in canvas.scene.colours], axis=0, dtype=np.float32)
        pixels = mix(pixels, luma(pixels)[..., None] * pigment / max(float(pigment.max()), 0.35), 0.14)
    for name in MOODS:
        if name in canvas.scene.moods:
            pixels = MOODS[name](np.clip(pixels, 0, 1))
    canvas.pixels[:] = pixels


def _vignette(canvas: Canvas) -> None:
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (canvas.height, canvas.width))
    pixels = np.clip(canvas.pixels, 0, 1)
    firm = pixels * pixels * (3 - 2 * pixels)
    canvas.pixels[:] = mix(pixels, firm, 0.2) * (1 - 0.085 * (x**2 + y[:, None] ** 2) ** 1.3)[..., None]
