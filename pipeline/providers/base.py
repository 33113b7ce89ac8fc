"""The protocols of providers and refiners, and their values. No SDK, Django or Mongo here.

Adapters raise the errors of `gallery.errors` only; every call to the outside has a timeout.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from pipeline.providers.adjust import Adjust

T = TypeVar("T")


class Intent(StrEnum):
    GENERATE = "generate"
    EDIT = "edit"
    ENHANCE = "enhance"
    REMOVE_BACKGROUND = "remove_background"
    REMOVE_OBJECT = "remove_object"
    STYLE_TRANSFER = "style_transfer"
    REPLY = "reply"

    @property
    def needs_source(self) -> bool:
        return self not in (Intent.GENERATE, Intent.REPLY)


# Other styles are descriptions.
STYLES = ("watercolour", "pencil", "oil", "cartoon", "pixel", "sepia", "ink", "poster")


RESOLUTIONS = ("1K", "2K", "4K")  # about so many thousand pixels a side, in any shape

PlanForm = Mapping[str, Any]  # JSON-like: from a refiner to its own provider; checked on reading


@dataclass(frozen=True)
class Turn:
    content: str
    refined_prompt: str | None
    reply: str | None
    showed_picture: bool
    plan: PlanForm | None = None
    size: tuple[int, int] | None = None  # of its picture, or as asked for


@dataclass(frozen=True)
class RefineRequest:
    content: str  # 1 to 2,000 code points, as the person wrote it
    intent: Intent | None  # of a button, and then final
    style: str | None
    width: int | None  # pixels, 128 to 2048, where the person chose
    height: int | None
    has_source: bool  # attached or earlier, also one still in work
    attached: int  # pictures, to this very message
    has_mask: bool
    turns: tuple[Turn, ...]  # the last ones, oldest first
    adjust: "Adjust | None" = None  # a change by hand
    seed: int = 0
    resolution: str | None = None  # of RESOLUTIONS; then width and height give the shape alone


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int = 0
    output_tokens: int = 0  # thoughts and pictures included
    pictures: int = 0
    picture_tokens: int = 0  # of the output's: the picture's price pays for them
    pictures_1k: int = 0  # of these, by the size that was asked for, where the service has such sizes
    pictures_2k: int = 0
    pictures_4k: int = 0

    def counted(self) -> dict[str, int]:
        """By name, without zeros."""
        return {name: count for name, count in asdict(self).items() if count}


class Action(StrEnum):
    """What a button does instead of sending its words."""

    LOOK = "look"  # in the viewer
    DOWNLOAD = "download"
    DELETE = "delete"  # into the trash
    BRUSH = "brush"  # over what is to go
    PHOTO = "photo"  # to choose one


@dataclass(frozen=True)
class Suggestion:
    label: str
    content: str
    action: Action | None = None


@dataclass(frozen=True)
class Refinement:
    intent: Intent
    prompt: str  # "" when the answer is a reply
    title: str  # at most 60 characters
    reply: str | None  # instead of a picture (intent REPLY), or beside it
    width: int | None  # pixels; None: the source's
    height: int | None
    style: str | None
    provider: str  # shown to people
    usage: Usage = Usage()
    plan: PlanForm | None = None
    suggestions: tuple[Suggestion, ...] = ()
    instead: tuple[Suggestion, ...] = ()  # if it cannot be fulfilled
    goes_back: bool = False  # to the version before
    repeatable: bool = False  # free, and the same for the same request
    looks: bool = False  # a question about the picture, for `PictureReader.answer`


@dataclass(frozen=True)
class RefinedRequest:
    intent: Intent
    prompt: str
    style: str | None
    content: str
    has_mask: bool
    plan: PlanForm | None = None
    pictures: int = 0  # attached
    resolution: str | None = None


@dataclass(frozen=True)
class PictureRequest:
    intent: Intent
    prompt: str
    content: str
    width: int | None
    height: int | None
    style: str | None
    seed: int  # 0 to 2^53 - 1
    source: bytes | None  # JPEG, PNG or WebP
    mask: bytes | None  # PNG, white = change
    adjust: "Adjust | None" = None  # nothing else is to be done
    plan: PlanForm | None = None
    references: tuple[
        bytes, ...
    ] = ()  # further pictures: “picture 2” in the words where there is a source, else “picture 1”
    resolution: str | None = None


@dataclass(frozen=True)
class Picture:
    data: bytes  # JPEG, PNG or WebP
    provider: str
    usage: Usage = Usage()
    note: str | None = None  # what only the picture shows
    prompt: str | None = None  # if less was done than refined
    suggestions: tuple[Suggestion, ...] = ()  # beside the refinement's; their actions are about this picture
    repeatable: bool = False  # as a refinement's


@dataclass(frozen=True)
class Question:
    """About pictures."""

    content: str
    pictures: tuple[bytes, ...]  # in the order of their numbers
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Answer:
    text: str
    provider: str
    usage: Usage = Usage()


class Control(Protocol):
    def progress(self, fraction: float) -> None:
        """0.0 to 1.0. Raises `Interrupted` once the message was cancelled or the worker is stopping: call it often."""

    def billed_progress(self, fraction: float) -> None:
        """As `progress`, during a paid call: a stopping worker raises only after a grace of a minute. The fraction is
        a guess, and shown as one. Call neither once the answer is there: it would be thrown away."""

    def draft(self, data: bytes) -> None:
        """A picture that the service shows while it works: a placeholder on the page, never kept."""


Progress = Callable[[float], None]  # as `Control.progress`


def part(progress: Progress, start: float, end: float) -> Progress:
    """`start` to `end` of the whole."""
    return lambda fraction: progress(start + (end - start) * fraction)


def shares(progress: Progress, items: Sequence[T]) -> Iterator[tuple[T, Progress]]:
    """Each item with an equal part of the progress."""
    for number, item in enumerate(items):
        yield item, part(progress, number / len(items), (number + 1) / len(items))


class PictureRater(Protocol):
    def rate(self, picture: bytes) -> float:
        """0 to 1: how likely a moderator hides it. Raises the errors of `gallery.errors` only."""


class Refiner(Protocol):
    name: str

    def refine(self, request: RefineRequest) -> Refinement: ...


class PictureReader(Protocol):
    """A refiner that looks at pictures too."""

    name: str

    def answer(self, question: Question, control: Control) -> Answer: ...


class Provider(Protocol):
    name: str
    max_pictures: int  # in one request: the one that is changed, and further ones
    resolutions: tuple[str, ...]  # of RESOLUTIONS

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        """A sentence for the person, or None where `make` can do it."""

    def size(
        self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None
    ) -> tuple[int, int] | None:
        """Pixels of what `make` will give, to reserve space; None where unknown."""

    def make(self, request: PictureRequest, control: Control) -> Picture: ...
