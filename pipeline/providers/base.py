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


# Any other style is a description.
STYLES = ("watercolour", "pencil", "oil", "cartoon", "pixel", "sepia", "ink", "poster")


RESOLUTIONS = ("1K", "2K", "4K")  # about so many thousand pixels a side

PlanForm = Mapping[str, Any]  # JSON, from a refiner to the provider of the same adapter, which validates it


@dataclass(frozen=True)
class Turn:
    content: str
    refined_prompt: str | None
    reply: str | None
    showed_picture: bool
    plan: PlanForm | None = None
    size: tuple[int, int] | None = None  # of its picture, or as asked for
    seed: int | None = None


@dataclass(frozen=True)
class RefineRequest:
    content: str  # 1 to 2,000 code points, as the person wrote it
    intent: Intent | None  # chosen by a button, and then final
    style: str | None
    width: int | None  # pixels, 128 to 2048, where the person chose
    height: int | None
    has_source: bool  # attached, earlier, or still being made
    attached: int  # pictures, to this very message
    has_mask: bool
    turns: tuple[Turn, ...]  # the latest ones, oldest first
    adjust: "Adjust | None" = None  # a change by hand
    seed: int = 0
    resolution: str | None = None  # of RESOLUTIONS; then width and height give the shape alone


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int = 0
    output_tokens: int = 0  # thoughts and pictures included
    pictures: int = 0
    picture_tokens: int = 0  # of the output: included in the price of the picture
    pictures_1k: int = 0  # of these pictures: in this size, if the service has sizes
    pictures_2k: int = 0
    pictures_4k: int = 0

    def counted(self) -> dict[str, int]:
        """By name, without zeros."""
        return {name: count for name, count in asdict(self).items() if count}


class Action(StrEnum):
    """What the button of a suggestion does, instead of sending its words."""

    LOOK = "look"  # opens the viewer
    DOWNLOAD = "download"
    DELETE = "delete"  # moves to the trash
    BRUSH = "brush"  # opens the brush
    PHOTO = "photo"  # opens the choice of a file


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
    reply: str | None  # instead of a picture (intent REPLY), or along with it
    width: int | None  # pixels; None: the source's
    height: int | None
    style: str | None
    provider: str  # shown to people
    usage: Usage = Usage()
    plan: PlanForm | None = None
    suggestions: tuple[Suggestion, ...] = ()
    instead: tuple[Suggestion, ...] = ()  # offered if it cannot be fulfilled
    goes_back: bool = False  # to the previous version
    repeatable: bool = False  # free, and the same again for the same request
    looks: bool = False  # a question about the picture, for `PictureReader.answer`
    seed: int | None = None  # of the picture that is made anew with a change, so that the rest of it stays


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
    source: bytes | None = None  # JPEG, PNG or WebP
    mask: bytes | None = None  # PNG, white = change
    adjust: "Adjust | None" = None  # then nothing else is changed
    plan: PlanForm | None = None
    # Further pictures: “picture 2” in the words where there is a source, else “picture 1”.
    references: tuple[bytes, ...] = ()
    resolution: str | None = None


@dataclass(frozen=True)
class Picture:
    data: bytes  # JPEG, PNG or WebP
    provider: str
    usage: Usage = Usage()
    note: str | None = None  # what is known only once the picture is made
    prompt: str | None = None  # if less was done than the refined prompt says
    suggestions: tuple[Suggestion, ...] = ()  # in addition to the refinement's; their actions concern this picture
    repeatable: bool = False  # see `Refinement.repeatable`


@dataclass(frozen=True)
class Question:
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
        """As `progress`, during a paid call: a stopping worker raises only after a minute. The fraction is shown as an
        estimate. Call neither once the answer has arrived: it would be lost."""

    def draft(self, data: bytes) -> None:
        """An intermediate picture of the service: shown as a placeholder on the page, never stored."""


Progress = Callable[[float], None]  # as `Control.progress`


def part(progress: Progress, start: float, end: float) -> Progress:
    """Progress of a part, from `start` to `end` of the whole."""
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
    name: str

    def answer(self, question: Question, control: Control) -> Answer: ...


class Provider(Protocol):
    name: str
    max_pictures: int  # in one request, with the one that is changed
    resolutions: tuple[str, ...]  # of RESOLUTIONS

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        """A sentence for the person, or None where `make` can do it."""

    def size(
        self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None
    ) -> tuple[int, int] | None:
        """Pixels of the picture that `make` returns, so that the page can reserve its place; None if unknown."""

    def make(self, request: PictureRequest, control: Control) -> Picture: ...
