"""Structured fields of a message's document."""

from collections.abc import Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    Required,  # pydantic needs this one before Python 3.12
)

from pydantic import Field
from typing_extensions import TypedDict

from gallery import reasons
from gallery.reasons import AppealState, HiddenReason
from gallery.snapshot import Snapshot, State
from pipeline.documents import SignUrls


class Options(TypedDict, total=False):
    """Width and height are those of the picture, once they are known."""

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
    """`content` is sent, unless the page can do what `action` says."""

    label: str
    content: str
    action: ActionName | None
    image_id: Annotated[
        str | None,
        Field(description="The picture that the action is about; null where none is, or where none was yet."),
    ]


class DelayForm(TypedDict):
    """Why a message waits: a provider does not answer."""

    code: str
    message: str
    seconds: Annotated[int, Field(description="About how long, from `updated_at` on.")]


class ReservationForm(TypedDict):
    """In the books of `pipeline.store.ledger`."""

    id: str
    user_id: str  # of the book; the message may belong to another person by now
    day: str  # in UTC, such as 2026-11-29


class CallForm(TypedDict, total=False):
    """One request to a paid service, in millionths of the currency."""

    provider: Required[str]
    at_most: Required[int]
    cost: int  # as charged, or assumed
    assumed: bool  # not known whether it was charged; then `cost` is the most that it can be


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
