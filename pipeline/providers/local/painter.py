"""Paints a scene: layer over layer, far to near, then what the weather and the style do to the whole."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.local import boat, city, finish, flowers, heavens, land, sky, styles, trees, water, weather
from pipeline.providers.local.frame import Frame
from pipeline.providers.local.scene import Scene

Step = Callable[[], object]


def paint(scene: Scene, width: int, height: int, seed: int, progress: Callable[[float], None]) -> NDArray[np.uint8]:
    """The picture as (height, width, 3). The same arguments give the same bytes; `seed` is 0 or more.

    `progress` hears rising fractions up to 1.0, one after every layer; what it raises ends the painting.
    """
    frame = Frame(scene, width, height, seed)
    layers = [*_sky(frame), *_land(frame), *_weather(frame), *_finish(frame)]
    for done, layer in enumerate(layers, start=1):
        layer()
        progress(done / (len(layers) + 1))
    picture = finish.developed(frame)
    progress(1.0)
    return picture


def _sky(frame: Frame) -> Iterator[Step]:
    wanted = frame.scene.sky
    yield lambda: sky.air(frame)
    yield lambda: sky.glow(frame)
    if "stars" in wanted or frame.scene.time == "night":
        yield lambda: heavens.stars(frame, 1500 if "stars" in wanted else 350)
    if "milky way" in wanted:
        yield lambda: heavens.milky_way(frame)
    if "aurora" in wanted:
        yield lambda: heavens.aurora(frame)
    if "moon" in wanted:
        yield lambda: sky.moon(frame)
    yield lambda: sky.sun(frame)
    yield lambda: sky.cirrus(frame)
    yield lambda: sky.cumulus(frame)
    if "rainbow" in wanted:
        yield lambda: heavens.rainbow(frame)
    if "storm" in frame.scene.weather:
        yield lambda: weather.lightning(frame)


def _land(frame: Frame) -> Iterator[Step]:
    wanted, grove = frame.scene.land, trees.Grove(frame)
    yield lambda: land.survey(frame)
    yield lambda: land.look(frame)
    yield lambda: land.land(frame)
    if "city" in wanted:
        yield from (partial(city.city, frame, z, tall) for z, tall in city.ROWS)
    if "forest" in wanted:
        yield lambda: grove.plant(9.0, 5.0)
        yield lambda: grove.plant(5.0, trees.SHORE)
    yield lambda: water.water(frame)
    if "boat" in wanted:
        yield lambda: boat.boat(frame)
    if "forest" in wanted:
        yield lambda: grove.plant(trees.SHORE, 1.2)
    if "meadow" in wanted:
        yield lambda: flowers.flowers(frame)


def _weather(frame: Frame) -> Iterator[Step]:
    weathers = frame.scene.weather
    if "birds" in frame.scene.sky:
        yield lambda: heavens.birds(frame)
    if "fog" in weathers:
        yield lambda: weather.fog(frame)
    if weathers & {"rain", "storm"}:
        yield lambda: weather.rain(frame)
    if "snow" in weathers:
        yield lambda: weather.snow(frame)


def _finish(frame: Frame) -> Iterator[Step]:
    yield lambda: finish.bloom(frame)
    yield lambda: finish.tones(frame)
    yield lambda: finish.vignette(frame)
    for name in styles.BY_NAME:
        if name in frame.scene.styles:
            yield partial(styles.restyle, frame, name)
