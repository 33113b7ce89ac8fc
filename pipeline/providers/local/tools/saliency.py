"""Where the subject of a picture probably is: what differs from the rim and hangs together."""

import numpy as np

from pipeline.providers.local.tools.colours import clusters
from pipeline.providers.local.tools.opencv import Flags, Floats, Pixels, Progress, cv2

_CLUSTERS = 6  # colours that the rim is described by
_SWEEPS = 3
_RIM = 0.03  # of the longest side


def subject(small: Pixels, progress: Progress) -> Floats:
    """0 to 1 for every pixel of a small picture (3 channels): 1 where it is surely the subject."""
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= 0.7  # light falls unevenly on one and the same wall; its colour stays
    rim = _rim(lab)
    barrier = np.zeros(lab.shape[:2], np.float32)
    for channel in range(3):
        progress(channel / 3)
        barrier = np.maximum(barrier, _barrier(np.ascontiguousarray(lab[..., channel]), rim))
    strange = _strangeness(lab, rim)
    progress(1.0)
    return _scaled(_scaled(barrier) + _scaled(strange)) * _middle(lab.shape[0], lab.shape[1])


def _rim(lab: Floats) -> Flags:
    """Pixels at the edges that show the background. A person stands on the lower edge: of it, only what looks like the rest."""
    height, width = lab.shape[:2]
    thick = max(2, round(_RIM * max(height, width)))
    rim = np.zeros((height, width), bool)
    rim[:thick] = rim[:, :thick] = rim[:, -thick:] = True
    rim[height * 3 // 4 :, thick:-thick] = False
    lower = np.zeros_like(rim)
    lower[-thick:] = True
    near = _strangeness(lab, rim) < 12  # ΔE: about the same colour
    return rim & (near | ~lower) | (lower & near)


def _strangeness(lab: Floats, rim: Flags) -> Floats:
    """How far (ΔE) each pixel's colour is from the nearest of the colours that make up most of the rim."""
    centres, share = clusters(lab[rim], _CLUSTERS)
    common = centres[share >= 0.04] if (share >= 0.04).any() else centres
    apart = np.stack([np.linalg.norm(lab - centre, axis=2) for centre in common])
    return cv2.GaussianBlur(apart.min(0).astype(np.float32), (0, 0), 1.5)


def _barrier(levels: Floats, seeds: Flags) -> Floats:
    """Minimum barrier distance: the least that the levels must rise and fall on a way from the rim (Zhang et al., "Minimum
    Barrier Salient Object Detection"), by sweeps over whole rows and columns. A gradient costs little, an outline much."""
    levels = cv2.GaussianBlur(levels, (0, 0), 1.0)
    cost = np.where(seeds, 0, np.inf).astype(np.float32)
    high, low = levels.copy(), levels.copy()
    for _ in range(_SWEEPS):
        for turned in (False, True):
            views = [array.T if turned else array for array in (levels, cost, high, low)]
            _sweep(*views)
            _sweep(*(view[::-1] for view in views))
    return cost


def _sweep(levels: Floats, cost: Floats, high: Floats, low: Floats) -> None:
    for row in range(1, len(levels)):
        up, down = np.maximum(high[row - 1], levels[row]), np.minimum(low[row - 1], levels[row])
        better = (up - down < cost[row]) & np.isfinite(cost[row - 1])
        cost[row][better], high[row][better], low[row][better] = (up - down)[better], up[better], down[better]


def _scaled(values: Floats) -> Floats:
    most = float(np.percentile(values, 98))
    return np.clip(values / max(most, 1e-3), 0, 1).astype(np.float32)


def _middle(height: int, width: int) -> Floats:
    """People put the subject into the middle, and let it stand on the ground."""
    y = np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None]
    x = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None]
    return (1 - 0.45 * x**2) * (1 - 0.25 * np.where(np.linspace(-1, 1, height)[:, None] < 0, y, 0) ** 2).astype(
        np.float32
    )
