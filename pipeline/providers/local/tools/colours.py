"""The few colours that stand best for many."""

import numpy as np

from pipeline.providers.local.tools.opencv import Floats, cv2


def clusters(samples: Floats, most: int) -> tuple[Floats, Floats]:
    """At most `most` colours for the samples (n, 3), and the share of the samples that each stands for."""
    count = min(most, len(samples))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 25, 0.5)
    cv2.setRNGSeed(1)  # the same picture gives the same colours
    first = np.zeros((len(samples), 1), np.int32)
    _, labels, colours = cv2.kmeans(samples, count, first, criteria, 2, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(np.ravel(labels), minlength=count) / len(samples)
    return np.asarray(colours), shares
