"""Hints, never verdicts: a score that brings a picture to the front of the queue."""

import uuid
from random import sample

from gallery.models import WAITING, Image

NEWEST = 100


def unscored(limit: int) -> list[Image]:
    """Some of the newest, chosen at random, so that two workers seldom take the same."""
    newest = list(Image.objects.filter(WAITING, score=None).order_by("-pk")[:NEWEST])
    return sample(newest, min(limit, len(newest)))


def give(image_id: uuid.UUID, score: float) -> None:
    Image.objects.filter(pk=image_id, score=None).update(score=score)
