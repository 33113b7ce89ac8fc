import numpy as np

from ..arrays import Array, fbm, mix, rgb, sample, step
from .canvas import CAMERA, Canvas, Sketch, View
from .land import air_amount
from .sky import moon_place

DEEP = np.array([0.1, 0.3, 0.36], np.float32)
BOAT_DISTANCE = 3.3  # units
HULL = ((-0.5, 0.0), (0.55, 0.0), (0.4, -0.13), (-0.42, -0.13))  # in lengths of the boat, up is positive
MAIN_SAIL = ((0.0, 1.18), (0.0, 0.1), (-0.46, 0.1))
JIB = ((0.05, 1.0), (0.05, 0.12), (0.46, 0.08))
MAST = ((-0.012, 1.22), (0.018, 1.22), (0.018, 0.0), (-0.012, 0.0))


def _wetness(seen: View) -> Array:
    return step(0.004, -0.004, seen.height) * seen.land


def water(canvas: Canvas) -> None:
    seen, light = canvas.seen, canvas.light
    wet = _wetness(seen) * (canvas.depth[seen.top :] >= seen.z)  # not over what stands before it
    if not wet.any():
        return
    at_sea, storm = "sea" in canvas.scene.land, "storm" in canvas.scene.weather
    tile = fbm(canvas.rng("waves"), 512, 8, 6, 0.62)
    rough = 0.8 if at_sea else 1.3
    swell = sample(tile, seen.x * rough * 0.16, seen.z * rough * 0.6 + seen.x * 0.03)
    ripples = sample(tile, seen.x / seen.z * 0.5 + 0.3, np.log(seen.z) * 2.2)  # as fine near the eye as far away
    waves = (0.55 * swell + 0.45 * ripples).astype(np.float32)
    colour = _mirrored(canvas, seen, wet, (waves - 0.5) * (1.9 if storm else 1.0 if at_sea else 0.4))
    grazing = np.clip(1.02 + 1.25 * canvas.up[seen.top :], 0.35, 0.95)
    deep = mix(DEEP * (light.ambient + light.key * 0.5), light.zenith, 0.35)
    colour = mix(deep, colour, (grazing * (1 - 0.25 * step(0.55, 0.8, waves)))[..., None])
    colour = mix(colour, canvas.air, air_amount(canvas, seen.z * 0.55)[..., None])
    if at_sea:  # breakers; white crests in a storm
        foam = step(-0.1, -0.01, seen.height) * step(0.42, 0.6, waves)
        foam = np.maximum(foam, step(0.66, 0.78, waves) * storm * 0.7)
        colour = mix(colour, light.lit, (foam * 0.6)[..., None])
    canvas.cover(colour, wet, seen.top)
    _glitter(canvas, seen, wet, waves)


def _mirrored(canvas: Canvas, seen: View, wet: Array, shaken: Array) -> Array:
    """Each pixel looks as far above the shore as it is below it."""
    rows = np.arange(seen.top, canvas.height, dtype=np.float32)[:, None]
    shore = np.maximum.accumulate(np.where(wet < 0.5, rows, canvas.horizon), axis=0)
    shake = shaken * canvas.focal * 0.16 / np.maximum(seen.z, 0.8)
    columns = np.clip(np.arange(canvas.width) + shake * 0.4, 0, canvas.width - 1).astype(np.int32)
    source = 2 * shore - rows
    for _ in range(2):  # twice: what is farther away is mirrored higher up
        at = np.clip(np.minimum(source, shore - 1), 0, canvas.height - 1).astype(np.int32)
        source = 2 * (canvas.horizon + canvas.focal * CAMERA / canvas.depth[at, columns]) - rows
    at = np.clip(np.minimum(source + shake * 2, shore - 1), 0, canvas.height - 1).astype(np.int32)
    return canvas.pixels[at, columns]


def _glitter(canvas: Canvas, seen: View, wet: Array, waves: Array) -> None:
    light, scene = canvas.light, canvas.scene
    moonlit = light.height < 0 and "moon" in scene.sky
    if scene.weather & {"storm", "fog", "rain"} or (not moonlit and not 0 <= light.height < 0.2):
        return
    middle = moon_place(canvas)[0] if moonlit else canvas.sun[0]
    aside = canvas.across - middle + (waves - 0.5) * 0.08
    sparks = step(0.5, 0.6, waves) * 0.9 + 0.1
    path = np.exp(-((aside / (0.03 + 0.12 / np.maximum(seen.z, 1))) ** 2)) * sparks * (0.55 if moonlit else 0.8)
    canvas.cover(light.sun, path * wet, seen.top)


def boat_place(canvas: Canvas) -> tuple[float, float, float]:
    """Its column, the row of its waterline, and its length in pixels; where there is water for all of it, if anywhere."""
    size = 0.36 * canvas.focal / BOAT_DISTANCE
    column = canvas.width / 2 + (0.14 + 0.08 * canvas.rng("boat").uniform()) * canvas.width * -canvas.side
    row = canvas.horizon + CAMERA * canvas.focal / BOAT_DISTANCE - 0.1 * size
    wet = _wetness(canvas.seen)[min(round(row), canvas.height - 1) - canvas.seen.top]
    hull = np.ones(2 * round(size / 2) + 1) / (2 * round(size / 2) + 1)
    afloat = np.flatnonzero(np.convolve(wet, hull, "same") > 0.98)
    if len(afloat):
        nearest = float(afloat[np.abs(afloat - column).argmin()])
        column = nearest if abs(nearest - column) > 1 else column
    return column, row, size


def boat(canvas: Canvas) -> None:
    column, foot, size = boat_place(canvas)
    light, wet = canvas.light, np.zeros((canvas.height, canvas.width), np.float32)
    wet[canvas.seen.top :] = _wetness(canvas.seen)
    sail = rgb("fbf4e6") * (light.ambient * 0.5 + light.key * 0.65)
    jib = rgb("e8d9c2") * (light.ambient * 0.55 + light.key * 0.45)
    hull = rgb("7a4a34") * (light.ambient * 0.7 + light.key * 0.5)
    for up, opaque in ((-1.0, 0.4 * wet), (1.0, 1.0)):
        for shape, colour in ((MAST, hull * 0.6), (MAIN_SAIL, sail), (JIB, jib), (HULL, hull)):
            sketch = Sketch(canvas)
            sketch.polygon([(column + x * size, foot - (y * up - (0.26 if up < 0 else 0)) * size) for x, y in shape])
            canvas.cover(mix(colour, light.horizon, 0.08), sketch.plane() * opaque)
