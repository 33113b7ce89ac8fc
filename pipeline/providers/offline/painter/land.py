import numpy as np
from PIL import Image, ImageDraw

from ..arrays import Array, fbm, mix, resized, rgb, sample, step
from .canvas import Canvas, Sketch, View
from .light import PIGMENTS

GRASS, MEADOW, MOSS = rgb("5c7833"), rgb("8f9e42"), rgb("38542e")
ROCK, SAND, SNOW, MUD = rgb("80766f"), rgb("ebbd80"), rgb("f2f7ff"), rgb("5c4f40")
PETALS = rgb("f6f1e4 f2c53d d9475a 9a6fd0")
LEAVES, AUTUMN = rgb("456439 567537 6b7c37 375941"), rgb("b5482a d07a28 d9a63a 8f6a2e")
ROW_STEP = 0.046  # of the trees' distances, each so much nearer than the one before
SIGHT = {"fog": 6.0, "storm": 9.0, "rain": 7.0, "snow": 8.0}  # units
TALL = 160  # pixels, of the shapes that all sizes are made from
SHORE = 1.8  # units: what is nearer is painted after the water
Shape = tuple[Array, Array]  # of a tree: how opaque, and how light: both (h, w), 0..1


def ground(canvas: Canvas) -> None:
    seen = canvas.seen
    colour = mix(_lit(canvas, seen), canvas.air, air_amount(canvas, seen.z)[..., None])
    canvas.cover(colour, seen.land, seen.top)
    canvas.cover(canvas.pixels[seen.top + 1 :].copy(), seen.fringe[:-1], seen.top)
    canvas.depth[seen.top :] = np.where(seen.land > 0, seen.z, np.inf)


def air_amount(canvas: Canvas, z: Array | float) -> Array:
    """How much of what is at distance z the air hides, 0..1."""
    reach = min((SIGHT[name] for name in canvas.scene.weather if name in SIGHT), default=14.0)
    return 1 - np.exp(-((z / reach) ** 1.5))


def _material(canvas: Canvas, seen: View) -> Array:
    land = canvas.scene.land
    tile = fbm(canvas.rng("soil grain"), 512, 8, 6, 0.62)
    u, v = seen.x / seen.z, np.log(seen.z)
    grain = sample(tile, u * 1.1, v * 1.3)
    blades = sample(fbm(canvas.rng("blades"), 512, 64, 3, 0.8), u * 1.9 + 0.3, v * 0.9 + u * 0.2)
    patches = sample(tile, seen.x * 0.09 + 0.5, seen.z * 0.09)
    colour = mix(MEADOW if "meadow" in land else GRASS, MOSS, (step(0.35, 0.75, patches) * 0.75)[..., None])
    if "autumn" in canvas.scene.moods:
        colour = mix(colour, AUTUMN[2], 0.35)
    colour = colour * (0.5 + 0.3 * grain + 0.75 * blades)[..., None]
    if "mountains" in land:
        high = step(0.5, 1.1, seen.height + (grain - 0.5) * 0.5) * step(6, 7.5, seen.z)
        colour = mix(colour, ROCK * (0.7 + 0.6 * grain[..., None]), high[..., None])
    if "desert" in land:
        sandy = step(9.5, 8.0, seen.z) if "mountains" in land else np.ones_like(seen.z)
        colour = mix(colour, SAND * (0.94 + 0.12 * grain[..., None]), sandy[..., None])
    elif land & {"beach", "sea", "island"}:
        low = step(0.14, 0.05, seen.height + (grain - 0.5) * 0.06)
        if "beach" in land:
            low = np.maximum(low, step(2.9, 2.6, seen.z))
        colour = mix(colour, SAND * (0.9 + 0.2 * grain[..., None]), low[..., None])
    else:
        colour = mix(colour, MUD, (step(0.05, 0.0, seen.height) * 0.8)[..., None])
    # In winter nearly everywhere.
    steep, rough = np.sqrt(seen.slope_x**2 + seen.slope_z**2), (grain - 0.5) * 1.3
    snow = np.zeros_like(grain)
    if "mountains" in land:
        snow = step(1.5, 2.0, seen.height + rough) * step(2.6, 1.2, steep + rough)
    if "snow" in canvas.scene.weather:
        snow = np.maximum(snow, step(1.9, 0.9, steep + rough * 0.6) * (0.75 + 0.25 * step(0.3, 0.5, grain)))
    return mix(colour, SNOW, snow[..., None])


def _lit(canvas: Canvas, seen: View) -> Array:
    rough = fbm(canvas.rng("relief"), 512, 8, 6, 0.62)
    u, v = seen.x / seen.z, np.log(seen.z)
    strength = 0.05 + 0.5 * step(0.5, 1.2, seen.height) * ("mountains" in canvas.scene.land)
    if "desert" in canvas.scene.land:
        strength = strength * 0.4
    bump = sample(rough, u * 0.9, v * 1.1)
    across = (sample(rough, u * 0.9 + 0.004, v * 1.1) - bump) * 18 * strength
    along = (sample(rough, u * 0.9, v * 1.1 + 0.004) - bump) * 18 * strength
    nx, nz = -(seen.slope_x + across), -(seen.slope_z + along)
    towards = np.array([0.82 * canvas.side, 0.5, -0.28], np.float32)
    facing = (nx * towards[0] + towards[1] + nz * towards[2]) / np.sqrt(nx**2 + 1 + nz**2)
    light = canvas.light.ambient * 0.75 + canvas.light.key * np.clip(facing, 0, 1)[..., None] * 0.85
    return _material(canvas, seen) * light


def _conifer(rng: np.random.Generator, side: float) -> Shape:
    width = 86
    down = np.linspace(0, 1, TALL, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    droop = down * rng.uniform(10, 14) - np.abs(across) * rng.uniform(1.0, 1.8)  # branches hang at their tips
    branch = (droop + np.where(across < 0, 0, rng.uniform(0.3, 0.7))) % 1.0
    ragged = rng.uniform(0.6, 1.1, (16, 2)).astype(np.float32)[np.clip(droop, 0, 15).astype(int)[:, 0]]
    reach = (0.05 + 0.8 * down**0.9) * np.where(across < 0, ragged[:, :1], ragged[:, 1:])
    reach = reach * (0.55 + 0.45 * branch) * rng.uniform(0.85, 1.1, (TALL, width))
    opaque = (np.abs(across) < reach) & (down < 0.95) | (np.abs(across) < 0.035)
    bright = 0.42 + 0.3 * side * across / np.maximum(reach, 0.15) - 0.4 * (1 - branch)
    bright = bright + rng.uniform(-0.1, 0.2, (TALL, width))
    return opaque.astype(np.float32), np.clip(bright, 0, 1).astype(np.float32)


def _broadleaf(rng: np.random.Generator, side: float) -> Shape:
    width = 136
    y, x = np.mgrid[0:TALL, 0:width].astype(np.float32)
    lean = (TALL - y) * 0.03 * rng.uniform(-1, 1)
    opaque = ((np.abs(x - width / 2 - lean) < 1.7 + 3.2 * (y / TALL) ** 3) & (y > TALL * 0.4)).astype(np.float32)
    bright = np.full_like(opaque, 0.1)
    tufts = rng.uniform(0, 1, (70, 4))
    for angle, out, size, wobble in tufts[np.argsort(-np.sin(tufts[:, 0] * 6.28) * tufts[:, 1])][::-1]:
        far = np.sqrt(out) * (0.88 + 0.24 * wobble)
        middle_x = width * (0.5 + 0.38 * far * np.cos(angle * 6.28))
        middle_y = TALL * (0.4 - 0.33 * far * np.sin(angle * 6.28))
        radius = TALL * (0.036 + 0.054 * size)
        around = tuple(
            slice(max(0, int(middle - radius * 1.1)), int(middle + radius * 1.1) + 1) for middle in (middle_y, middle_x)
        )
        dx, dy = (x[around] - middle_x) / radius, (y[around] - middle_y) / radius
        inside = dx**2 + dy**2 < rng.uniform(0.45, 1.2, dx.shape)
        light = 0.42 + 0.16 * side * dx - 0.22 * dy + 0.3 * (0.45 - middle_y / TALL)
        light = light + 0.1 * side * (middle_x / width - 0.5) + rng.uniform(-0.1, 0.1, dx.shape)
        opaque[around][inside] = 1
        bright[around][inside] = np.clip(light, 0.03, 1)[inside]
    return opaque, bright


def _palm(rng: np.random.Generator, side: float) -> Shape:
    middle = 70
    crown = np.array([middle + rng.uniform(-14, 14), 58])
    image = Image.new("L", (2 * middle, TALL))
    draw = ImageDraw.Draw(image)
    rise = np.linspace(0, 1, 20)[:, None]
    trunk = np.hstack([middle + (crown[0] - middle) * rise**2, TALL - (TALL - crown[1]) * rise])
    draw.line([(x, y) for x, y in trunk.tolist()], fill=70, width=5, joint="curve")
    for angle in rng.permutation(np.linspace(-0.6, 3.74, 13)) + rng.normal(0, 0.1, 13):
        light = int(255 * np.clip(0.5 + 0.2 * side * np.cos(angle) + rng.uniform(-0.15, 0.2), 0.1, 1))
        for out in np.linspace(0, 1, 34):  # a rib with leaflets that hang from both sides
            x, y = crown + 62 * out * np.array([np.cos(angle), 0.85 * out - 0.8 * np.sin(angle)])
            hang = 3 + 16 * out**0.5 * (1 - out)
            draw.line([(x - 0.4 * hang, y + hang), (x, y), (x + 0.4 * hang, y + 0.8 * hang)], fill=light, width=2)
    return (np.asarray(image) > 0).astype(np.float32), np.asarray(image, np.float32) / 255


def forest(canvas: Canvas, far: float, near: float) -> None:
    """Near trees only at the sides, so that the view stays open."""
    rng, scene = canvas.rng(f"forest {far}"), canvas.scene
    rows = np.geomspace(far, near, round(np.log(far / near) / ROW_STEP), endpoint=False)
    z = np.repeat(rows, (canvas.width / canvas.focal * rows / (0.075 + 0.021 * rows)).astype(int)).astype(np.float32)
    x, columns, feet, grows = _places(canvas, rng, z, 0.015)
    sizes, kinds = 0.42 * rng.uniform(0.6, 1.15, len(z)), rng.integers(0, 8, len(z))
    wide = 0.6 if "beach" in scene.land else 0.26
    opening = 0.55 * np.clip(1 - np.abs(x / z) / wide, 0, 1) * np.clip((4.2 - z) / 2.0, 0, 1)
    dense = sample(fbm(canvas.rng("woods"), 128, 4, 4), x * 0.07, z * 0.07) > 0.22 + opening
    snowy, autumn = "snow" in scene.weather, "autumn" in scene.moods
    tropical = not snowy and (scene.land & {"desert"} or ("sea" in scene.land and scene.land & {"beach", "island"}))
    kind, shape_rng = _palm if tropical else _conifer, canvas.rng("trees")
    many = 2 if autumn else 7 if tropical or snowy or scene.land & {"mountains", "lake"} else 3  # of the eight shapes
    shapes = [(kind if number < many else _broadleaf)(shape_rng, canvas.side) for number in range(8)]
    for at in np.flatnonzero(grows & dense).tolist():
        colours = AUTUMN if autumn and kinds[at] >= many else LEAVES
        leaves = colours[(kinds[at] + at) % len(colours)]
        _tree(canvas, shapes[kinds[at]], leaves, (int(columns[at]), int(feet[at])), float(z[at]), float(sizes[at]))


def _tree(canvas: Canvas, shape: Shape, leaves: Array, place: tuple[int, int], z: float, size: float) -> None:
    tall = max(2, round(size * canvas.focal / z))
    wide = max(2, round(tall * shape[0].shape[1] / TALL))
    opaque, bright = (np.clip(resized(plane, wide, tall), 0, 1) for plane in shape)
    shine, (column, foot) = bright[..., None], place
    if "snow" in canvas.scene.weather:
        leaves = mix(leaves, SNOW, np.clip(shine * 2 - 0.5, 0, 1))
    colour = leaves * (canvas.light.ambient * 0.55 + canvas.light.key * 1.15 * shine)
    shown = min(max(column, 0), canvas.width - 1)
    colour = mix(colour, canvas.air[shown], air_amount(canvas, z * 1.15))
    canvas.cover(colour, opaque, foot + max(1, tall // 40) - tall, column - wide // 2, z)


def _places(canvas: Canvas, rng: np.random.Generator, z: Array, lowest: float) -> tuple[Array, Array, Array, Array]:
    """Of what stands on the ground at these distances: where, its columns, the rows of its feet, and whether they are
    seen and higher than that."""
    x = (rng.uniform(-0.53, 0.53, len(z)) * canvas.width / canvas.focal * z).astype(np.float32)
    land, columns = canvas.ground, (x / z * canvas.focal + canvas.width / 2).astype(int)
    here = np.searchsorted(land.z, z).clip(0, len(land.z) - 1), columns.clip(0, canvas.width - 1)
    seen = (land.row[here] <= land.skyline[here] + 1) & (land.height[here] > lowest)
    return x, columns, land.row[here], seen


def flowers(canvas: Canvas) -> None:
    rng = canvas.rng("flowers")
    petals = [PIGMENTS[name] for name in canvas.scene.colours] or list(PETALS)
    drifts = fbm(rng, 128, 6, 3)
    for number, petal in enumerate(petals):
        sketch = Sketch(canvas)
        z = np.exp(rng.uniform(np.log(1.25), np.log(5.5), 1600)).astype(np.float32)
        x, columns, rows, grows = _places(canvas, rng, z, 0.03)
        dense = sample(drifts, x * 0.17 + 0.27 * number, z * 0.17) > 0.5
        for at in np.flatnonzero(grows & dense):
            size = canvas.focal * 0.0062 / float(z[at])
            sketch.dot(float(columns[at]), float(rows[at]) - size * 2, size, min(1.0, 0.4 + size / 2), 0.7)
        lit = petal * (canvas.light.ambient * 0.5 + canvas.light.key * 0.72)
        canvas.cover(np.clip(lit, 0, 1), sketch.plane() * 0.95)
