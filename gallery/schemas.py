from datetime import date, datetime
from typing import Annotated, Literal

from django.conf import settings
from ninja import Query, Schema
from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from gallery import changes, links, policy, reasons
from gallery.models import Image
from gallery.reasons import AppealState, HiddenReason
from gallery.snapshot import State

MILLION = 1_000_000
CURSOR = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"  # the id of the last item seen


Limit = Annotated[int, Query(ge=1, le=100, description="Items of a page, at most")]
Cursor = Annotated[str | None, Query(pattern=CURSOR, description="`next` of the page before")]


class ImageForm(Schema):
    id: str
    state: State
    url: str | None  # path-absolute; null unless the picture is shown
    thumbnail_url: str | None
    width: int
    height: int
    placeholder: str | None  # a data URL; null unless the picture is shown
    title: str
    favorite: bool
    prompt: str
    intent: str | None  # null: imported
    provider: str | None
    message_id: str | None
    session_id: str | None
    parent_id: str | None
    created_at: datetime
    deleted_at: datetime | None
    purge_at: datetime | None
    hidden_reason: HiddenReason | None  # null unless a moderator has hidden it
    appeal: AppealState | None  # what became of my appeal against that
    awaits_approval: bool  # by a moderator: until then nobody but me sees it
    trash_thumbnail_url: str | None  # opens for its owner alone; null unless it is in the trash


class Cost(Schema):
    amount: float
    currency: Annotated[str, Field(description="by ISO 4217", examples=["USD"])]


class ImageDetails(ImageForm):
    """With what lists leave out."""

    request: str  # what the person wrote; "": imported, or older
    seed: (
        int | None
    )  # the same request with it gives the same picture, where the provider can; null: imported, or older
    cost: Annotated[
        Cost | None,
        Field(
            description="What its message was charged, its reading and failed attempts included; null where it was "
            "imported, or where nothing had a price then"
        ),
    ]
    bytes: int | None  # of the picture and its thumbnail; null: not measured yet
    mime: str
    album_ids: list[str]  # in which it is, newest first


def form(image: Image) -> dict[str, object]:
    snapshot = changes.snapshot(image)
    return {
        "id": snapshot["id"],
        "state": snapshot["state"],
        **links.urls(snapshot),
        "width": image.width,
        "height": image.height,
        "placeholder": snapshot["placeholder"] or None,
        "title": image.title,
        "favorite": image.favorite,
        "prompt": image.prompt,
        "intent": image.intent or None,
        "provider": image.provider or None,
        "message_id": image.message_id,
        "session_id": image.session_id or None,
        "parent_id": str(image.parent_id) if image.parent_id else None,
        "created_at": image.created_at,
        "deleted_at": image.trashed_at,
        "purge_at": image.purge_at,
        "hidden_reason": reasons.hidden_reason(snapshot),
        "appeal": reasons.appeal(snapshot),
        "awaits_approval": policy.awaits_approval(image),
        "trash_thumbnail_url": _trashed(image),
    }


def _trashed(image: Image) -> str | None:
    in_trash = image.trashed_at and not image.hidden and image.stage != Image.Stage.PURGING
    return links.trashed(str(image.pk), image.url_epoch) if in_trash else None


def details(image: Image, album_ids: list[str]) -> dict[str, object]:
    own = {"request": image.request, "seed": image.seed, "cost": _cost(image), "bytes": image.bytes, "mime": image.mime}
    return form(image) | own | {"album_ids": album_ids}


def _cost(image: Image) -> dict[str, object] | None:
    if image.cost is None:
        return None
    return {"amount": image.cost / MILLION, "currency": settings.PRICES.currency}


class DayForm(Schema):
    date: date
    count: int
    cursor: str  # with it `/v1/gallery/`, newest first, begins on this day


class DayList(Schema):
    items: list[DayForm]  # newest first, without days that have none
    count: int  # of all days
    similar: bool


class ImagePage(Schema):
    items: list[ImageForm]
    next: str | None  # the cursor of the page that follows
    count: int | None  # where it was asked for
    similar: bool  # none has the words of `q`; these have similar ones


class MadeFrom(Schema):
    id: str
    source_id: str


class Family(Schema):
    pictures: list[ImageForm]  # oldest first; at most 60
    made_from: list[MadeFrom]


class Lineage(Schema):
    parents: Annotated[
        list[ImageForm],
        Field(description="What it was made from: “picture 1”, “picture 2” in the words, in this order"),
    ]
    ancestors: list[ImageForm]  # oldest first; the nearest 50
    children: list[ImageForm]  # oldest first; the newest 50, without those in the trash or hidden


# No NUL, which no database keeps. Lone surrogates are refused where the title is stored.
Title = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$", strict=True)]


class ImagePatch(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    favorite: StrictBool | None = None


class ImportBody(Schema):
    """The picture in JSON. What is larger than a few megabytes goes as `multipart/form-data`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    file: Annotated[str, Field(pattern=r"^data:image/[a-z0-9.+-]+;base64,", description="A data URL, in base64")]
    purpose: Literal["photo", "mask"] = "photo"
    name: Annotated[str, Field(max_length=255, description="The file's name, which becomes the title")] = ""
