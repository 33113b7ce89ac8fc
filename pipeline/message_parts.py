"""What a message's document holds beside plain values."""

from collections.abc import Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    Required,  # before Python 3.12, pydantic makes no schema of the standard library's
)

from pydantic import Field
from typing_extensions import TypedDict

from gallery import reasons
from gallery.reasons import AppealState, HiddenReason
from gallery.snapshot import Snapshot, State
from pipeline.documents import SignUrls


class Options(TypedDict, total=False):
    """Width and height as they will be, once that is known."""

    width: int  # pixels
    height: int
    style: str
    seed: int
    intent: str
    adjust: Mapping[str, Any]  # for pipeline.providers.adjust
    resolution: str


class ErrorForm(TypedDict):
    code: str
    message: str
    retryable: bool


ActionName = Literal["look", "download", "delete", "brush", "photo"]


class SuggestionForm(TypedDict):
    """`content` is what to send, unless the page can do what `action` says."""

    label: str
    content: str
    action: ActionName | None
    image_id: Annotated[
        str | None,
        Field(description="The picture that the action is about; null where none is, or where none was yet."),
    ]


class DelayForm(TypedDict):
    """A message waits for whoever does not answer now."""

    code: str
    message: str
    seconds: Annotated[int, Field(description="About how long, from `updated_at` on.")]


class ReservationForm(TypedDict):
    """In the books of `pipeline.store.ledger`."""

    id: str
    user_id: str  # whose book; the message may be somebody else's by now
    day: str  # in UTC, such as 2026-11-29


class CallForm(TypedDict, total=False):
    """One request to a paid service, in millionths of the currency."""

    provider: Required[str]
    at_most: Required[int]
    cost: int  # known, or assumed
    assumed: bool  # nobody knows whether it was charged: at most, then


class PictureForm(TypedDict):
    id: str
    state: State
    url: str | None
    thumbnail_url: str | None
    width: int
    height: int
    placeholder: str | None
    hidden_reason: Annotated[HiddenReason | None, Field(description="Why a moderator hid it; else null.")]
    appeal: Annotated[AppealState | None, Field(description="What became of the owner's appeal against that.")]


def picture(kept: Snapshot | None, urls: SignUrls) -> PictureForm | None:
    if kept is None:
        return None
    signed, shown = urls(kept), kept["state"] == "shown"
    return {
        "id": kept["id"],
        "state": kept["state"],
        "url": signed["url"],
        "thumbnail_url": signed["thumbnail_url"],
        "width": kept["width"],
        "height": kept["height"],
        "placeholder": kept["placeholder"] if shown else None,
        "hidden_reason": reasons.hidden_reason(kept),
        "appeal": reasons.appeal(kept),
    }
