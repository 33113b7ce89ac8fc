"""He et al., "Guided Image Filtering": smooth where the guide is smooth, with edges where it has edges. Box filters only."""

import numpy as np

from pipeline.providers.local.tools.opencv import Floats, cv2


def mean(values: Floats, radius: int) -> Floats:
    return cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)


def smoothed(values: Floats, radius: int, noise: float) -> Floats:
    """One channel by its own edges: what varies less than `noise` (a standard deviation) is taken for noise."""
    around = mean(values, radius)
    variance = np.maximum(mean(values * values, radius) - around * around, 0)
    # As Wiener: the share of the variance that noise does not explain. A guided filter proper never gives the whole.
    trust = np.maximum(variance - noise * noise, 0) / (variance + 1e-6)
    return mean(trust, radius) * values + mean((1 - trust) * around, radius)


def like(guide: Floats, values: Floats, radius: int, softness: float) -> tuple[Floats, Floats]:
    """`values` (one channel, 0 to 1) as a linear function of the guide's three colours (0 to 1), place by place: the factors
    (height, width, 3) and what is added (height, width). It can be computed small, and applied to the picture at full size."""
    middle, level = mean(guide, radius), mean(values, radius)
    together = mean(guide * values[..., None], radius) - middle * level[..., None]
    pairs = guide[..., :, None] * guide[..., None, :]
    spread = mean(pairs.reshape(*guide.shape[:2], 9), radius).reshape(pairs.shape)
    spread -= middle[..., :, None] * middle[..., None, :]
    spread += softness * np.eye(3, dtype=np.float32)
    factors = np.linalg.solve(spread, together[..., None])[..., 0].astype(np.float32)
    offset = level - (factors * middle).sum(2)
    return mean(factors, radius), mean(offset, radius)
