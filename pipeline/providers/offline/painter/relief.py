import numpy as np

from ..arrays import Array, fbm, mix, ridges, sample, step
from .canvas import CAMERA, Canvas, Ground, View


def survey(canvas: Canvas) -> None:
    """Slices are dense where land rises: each covers few rows there."""
    nearest = min(0.8, 0.6 * CAMERA * canvas.focal / (canvas.height - canvas.horizon))  # below the picture's lower edge
    near = np.geomspace(nearest, 5.0, 150, endpoint=False)
    middle, far = np.linspace(5.0, 16.5, 250, endpoint=False), np.geomspace(16.5, 30.0, 16)
    z = np.concatenate([near, middle, far]).astype(np.float32)
    x = canvas.across * z[:, None]
    height = _relief(canvas, x, np.broadcast_to(z[:, None], x.shape))
    row = (canvas.horizon - canvas.focal * (np.maximum(height, 0) - CAMERA) / z[:, None]).astype(np.float32)
    canvas.ground = Ground(z, height, row, np.minimum.accumulate(row, axis=0))


def look(canvas: Canvas) -> None:
    """Each pixel shows a place between two slices: the first that reaches it, and the one before."""
    ground = canvas.ground
    top = max(0, int(ground.skyline.min()) - 1)
    row = np.arange(top, canvas.height, dtype=np.float32)
    columns, last = np.arange(canvas.width), len(ground.z) - 1
    # How many slices lie below each pixel.
    lower = np.stack([np.searchsorted(-skyline, -row) for skyline in ground.skyline.T], axis=1)
    this, before = np.minimum(lower, last), np.maximum(lower - 1, 0)
    edge = ground.skyline[before, columns]
    way = np.clip((edge - row[:, None]) / np.maximum(edge - ground.row[this, columns], 1e-3), 0, 1)

    def between(values: Array) -> Array:
        return mix(values[before, columns], values[this, columns], way)

    z = mix(ground.z[before], ground.z[this], way)
    slope_x = between(np.gradient(ground.height, axis=1) / (ground.z[:, None] / canvas.focal))
    slope_z = between(np.gradient(ground.height, ground.z, axis=0))
    fringe = np.clip(row[:, None] + 1 - edge, 0, 1) * (lower > 0)
    land = (lower <= last).astype(np.float32)
    canvas.seen = View(top, land, canvas.across * z, z, between(ground.height), slope_x, slope_z, fringe)


def _relief(canvas: Canvas, x: Array, z: Array) -> Array:
    """In units; below 0: water."""
    land = canvas.scene.land
    soft = fbm(canvas.rng("soil"), 512, 5, 6, 0.45)
    height: Array = 0.05 + 0.10 * sample(soft, x * 0.13, z * 0.13)
    gap = np.ones_like(x)
    if 0 <= canvas.light.height < 0.2:  # else it would hide a low sun
        aside = x / z - canvas.sun[0]
        gap = (1 - 0.72 * np.exp(-((aside / 0.17) ** 2))).astype(np.float32)
    if "hills" in land:
        rolls = sample(soft, x * 0.05 + 0.3, z * 0.06)
        height = height + 1.5 * step(1.8, 5.5, z) * step(12, 7.5, z) * step(0.25, 0.95, rolls) * gap
    if "forest" in land:
        height = height + 0.75 * step(2.2, 8.0, z) * step(14, 9, z) * sample(soft, x * 0.06 + 0.7, z * 0.05)
    if "desert" in land:
        height = height + _dunes(canvas, x, z)
    if "mountains" in land:
        chain = ridges(canvas.rng("mountains"), 768, 4, 8)
        bend = sample(soft, x * 0.03, z * 0.03) * 0.25
        peaks = sample(chain, x * 0.055 + bend, z * 0.055 + bend)
        middle = -canvas.side * canvas.rng("summit").uniform(0.05, 0.3) * canvas.width / canvas.focal * 11
        massif = 0.5 + 0.5 * sample(soft, x * 0.025 + 0.6, z * 0.02) + 0.5 * np.exp(-(((x - middle) / 2.8) ** 2))
        height = height + step(6.2, 11.0, z) * step(17, 13, z) * massif * gap * (0.2 + peaks) * 3.9
    return _flooded(canvas, soft, height, x, z)


def _dunes(canvas: Canvas, x: Array, z: Array) -> Array:
    soft = fbm(canvas.rng("dunes"), 256, 3, 4, 0.4)
    warp = sample(soft, x * 0.05, z * 0.05) * 3.2
    phase = (z * 0.42 + x * 0.16 * canvas.side + warp) % 1.0
    rise, fall = (phase / 0.72) ** 1.6, ((1 - phase) / 0.28) ** 1.1  # long windward, steep lee
    crest = -np.log(np.exp(-5 * rise) + np.exp(-5 * fall)) / 5 + 0.1
    size = 0.35 + 0.9 * sample(soft, x * 0.04 + 0.5, z * 0.04)
    return crest * size * np.minimum(0.12 * z, 0.85) * step(15, 8, z)


def _flooded(canvas: Canvas, soft: Array, height: Array, x: Array, z: Array) -> Array:
    land = canvas.scene.land
    wave = sample(soft, x * 0.21 + 0.2, z * 0.17) - 0.5
    if "sea" in land:
        coast = canvas.side * x / z  # land to the side of the sun would hide its path
        wooded = "forest" in land and "island" not in land  # near trees would hide it
        shore: Array = (1.9 if wooded or land & {"beach", "meadow"} else 0.5) + wave * 0.7
        beside = step(-0.05, 0.25, -coast + wave * 0.35 - 0.02) * step(5.5, 7.0, z)
        far = step(4.5, 4.7, z) if "city" in land else beside
        height = np.maximum(mix(np.full_like(height, -0.1), height, far), _sloped(height, shore - z))
    elif "lake" in land:
        height = _sloped(height, np.maximum(1.85 - wave * 0.8 - z, z - 4.6 - wave * 2.6))
    elif "city" in land and "river" not in land:  # a harbour
        height = _sloped(height, z - 4.5 - wave * 0.2)
    if "river" in land:
        bend = canvas.rng("river").uniform(0, 6.28)
        course = np.sin(z * 1.05 + bend) * (0.22 + 0.09 * z) * 0.9
        bank = np.abs(x - course) - 0.13 - 0.04 * z + wave * 0.12
        height = _sloped(height, np.maximum(bank, (z - 9) * 0.3))
    if "island" in land:
        middle = -canvas.sun[0] * 0.75 * 4.4
        distance = np.sqrt((x - middle) ** 2 + ((z - 4.4) * 1.2) ** 2)
        height = np.maximum(height, (0.75 - distance + wave * 0.7) * 0.75)
    return height


def _sloped(height: Array, away: Array) -> Array:
    """Falling gently to water that is so many units away (below 0: in it)."""
    return np.minimum(height, np.maximum(0.3 * away, -0.1))
