"""The land in perspective: which piece of the height field each pixel shows."""

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.local.frame import CAMERA, Frame, Ground, View
from pipeline.providers.local.relief import relief

FAR = 30.0  # units


def cut(frame: Frame) -> Ground:
    """The height field of the scene, slice by slice: dense where land rises, for there a slice covers few rows."""
    nearest = min(0.8, 0.6 * CAMERA * frame.focal / (frame.height - frame.horizon))  # below the picture's lower edge
    near = np.geomspace(nearest, 5.0, 150, endpoint=False)
    z = np.concatenate([near, np.linspace(5.0, 16.5, 250, endpoint=False), np.geomspace(16.5, FAR, 16)])
    z = z.astype(np.float32)
    x = frame.columns()[None, :] * z[:, None]
    height = relief(frame, x, np.broadcast_to(z[:, None], x.shape))
    row = frame.horizon - frame.focal * (np.maximum(height, 0) - CAMERA) / z[:, None]
    return Ground(z, x, height, row.astype(np.float32), np.minimum.accumulate(row, axis=0).astype(np.float32))


def _index(frame: Frame, ground: Ground, top: int) -> NDArray[np.int32]:
    """The nearest slice that each pixel shows; the number of slices in the sky."""
    rows = frame.height - top
    first = np.clip(np.ceil(ground.skyline) - top, 0, rows).astype(np.int32)  # a slice covers the rows from here on
    bins = (first * frame.width + np.arange(frame.width, dtype=np.int32)).ravel()
    begun = np.bincount(bins, minlength=(rows + 1) * frame.width).reshape(rows + 1, frame.width)
    return np.asarray(begun[::-1].cumsum(axis=0, dtype=np.int32)[::-1][1:])


def view(frame: Frame, ground: Ground) -> View:
    """Look at the land: every pixel between two slices gets what lies between them."""
    top = max(0, int(ground.skyline.min()) - 1)
    index = _index(frame, ground, top)
    last = len(ground.z) - 1
    land = (index <= last).astype(np.float32)
    columns = np.arange(frame.width, dtype=np.int32)[None, :]
    this = np.minimum(index, last) * frame.width + columns
    before = np.maximum(np.minimum(index, last + 1) - 1, 0) * frame.width + columns
    pixel = np.arange(top, frame.height, dtype=np.float32)[:, None]
    edge = ground.skyline.ravel()[before]
    way = np.clip((edge - pixel) / np.maximum(edge - ground.row.ravel()[this], 1e-3), 0, 1)
    z_this, z_before = ground.z[this // frame.width], ground.z[before // frame.width]
    z = z_before + (z_this - z_before) * way
    step_x = ground.z[:, None] / frame.focal
    planes = np.stack(
        [
            ground.height,
            np.gradient(ground.height, axis=1) / step_x,
            np.gradient(ground.height, ground.z, axis=0),
        ],
        axis=-1,
    ).reshape(-1, 3)
    seen = planes[before] + (planes[this] - planes[before]) * way[..., None]
    fringe = np.clip(pixel + 1 - edge, 0, 1) * (index > 0)
    x = frame.columns()[None, :] * z
    return View(top, land, x, z, seen[..., 0], seen[..., 1], seen[..., 2], fringe.astype(np.float32))
