"""The provider that makes a picture: the first choice, or, while that is down, the second one, if the operator named one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from django.conf import settings
from pymongo.errors import PyMongoError

from gallery.errors import ProviderDown, Quota, StudioError, TimedOut
from gallery.translation import N_, _
from pipeline.providers import registry, table
from pipeline.providers.base import (
    Answer,
    Control,
    Intent,
    Picture,
    PictureReader,
    PictureRequest,
    PlanForm,
    Provider,
    Question,
    RefinedRequest,
    Refinement,
    Refiner,
    RefineRequest,
    Usage,
)
from pipeline.providers.text import Size
from pipeline.store import circuits

WAIT_S = (
    30.0  # the longest that a message waits for a provider that is down; where it would be longer, it fails at once
)
IN_SECONDS = N_("{provider} is down. It should be back in about {seconds} seconds.")
IN_MINUTES = N_("{provider} is down. It should be back in about {minutes} minutes.")
INSTEAD = N_("{first} is down, so {second} made this.")


class CircuitOpen(ProviderDown):
    """`retry_after`: seconds until the provider may be asked."""


def refiner() -> Refiner:
    refiner = registry.refiner()
    return Guarded(refiner) if _is_service(refiner.name) else refiner


def picture_reader() -> PictureReader | None:
    """The refiner, if it accepts pictures."""
    reader = registry.picture_reader()
    return GuardedReader(reader) if reader else None


def provider_for(intent: Intent) -> Provider:
    first = registry.provider_for(intent)
    if not _is_service(first.name):
        return first
    second = settings.SECOND_CHOICES.get(intent.value)
    return Chosen(first, registry.provider(second) if second else None)


def _is_service(name: str) -> bool:
    return table.BROUGHT_BY.get(name) is not None


class Guarded:
    def __init__(self, refiner: Refiner) -> None:
        self._refiner, self.name = refiner, refiner.name

    def refine(self, request: RefineRequest) -> Refinement:
        with _guarded(self.name):
            return self._refiner.refine(request)


class GuardedReader:
    def __init__(self, reader: PictureReader) -> None:
        self._reader, self.name = reader, reader.name

    def answer(self, question: Question, control: Control) -> Answer:
        with _guarded(self.name):
            return self._reader.answer(question, control)


class Chosen:
    def __init__(self, first: Provider, second: Provider | None) -> None:
        self._first, self._second = first, second
        self.name, self.max_pictures, self.resolutions = first.name, first.max_pictures, first.resolutions

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return self._first.unsupported_reason(refined)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> Size | None:
        return self._first.size(intent, prompt, source, plan)

    def make(self, request: PictureRequest, control: Control) -> Picture:
        fault: StudioError | None = _open(self.name)
        if fault is None:
            try:
                with _noted(self.name):
                    return self._first.make(request, control)
            except (ProviderDown, Quota) as error:
                fault = error
        if self._second is None or not _can(self._second, request) or _open(self._second.name):
            raise fault
        return self._instead(self._second, request, control, fault.usage)

    def _instead(
        self, second: Provider, request: PictureRequest, control: Control, spent: Mapping[str, int]
    ) -> Picture:
        """`spent`: the usage of the first choice, which failed."""
        try:
            with _noted(second.name):
                picture = second.make(request, control)
        except StudioError as error:
            error.usage = _sum(spent, error.usage)
            raise
        said = _(INSTEAD).format(first=_spoken(self.name), second=_(table.SPOKEN[second.name]))
        note = " ".join(filter(None, (said, picture.note)))
        return replace(picture, note=note, usage=Usage(**_sum(spent, picture.usage.counted())))


def _can(second: Provider, request: PictureRequest) -> bool:
    """Whether the second choice can do what was asked of the first."""
    pictures = len(request.references) + (request.source is not None)
    return pictures <= max(1, second.max_pictures) and request.resolution in (None, *second.resolutions)


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """Raises `CircuitOpen` while the provider is not asked."""
    if fault := _open(name):
        raise fault
    with _noted(name):
        yield


@contextmanager
def _noted(name: str) -> Iterator[None]:
    """Notes whether the provider works. If that cannot be stored, the picture is kept all the same."""
    if not _is_service(name):
        yield
        return
    try:
        yield
    except (ProviderDown, Quota, TimedOut) as error:
        with suppress(PyMongoError):
            circuits.failed(name, error)
        raise
    with suppress(PyMongoError):
        circuits.worked(name)


def _open(name: str) -> CircuitOpen | None:
    if not _is_service(name):
        return None
    seconds = 0.0
    with suppress(PyMongoError):
        seconds = circuits.closed_in(name)
    if not seconds:
        return None
    about = IN_SECONDS if seconds <= 90 else IN_MINUTES
    said = _(about).format(provider=_spoken(name), seconds=round(seconds), minutes=round(seconds / 60))
    return CircuitOpen(said, retry_after=seconds)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def _spoken(name: str) -> str:
    spoken = _(table.SPOKEN[name])
    return spoken[0].upper() + spoken[1:]
