"""Lists of a person's pictures. A page is read along an index in its order, however many rows there are:
`tests/integration/gallery/test_plans.py`."""

import re
import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from gallery import albums, fulltext, words
from gallery.ids import first_id
from gallery.models import Image
from gallery.translation import N_

PROMPTS = 50_000  # characters on one page of a list; a hundred usual ones have 30,000
COUNTED = 10_000  # pictures, at most
SKIPPED = 50_000  # pictures, at most
RANKED = 500  # matches, the newest, that are put in order of relevance
ENOUGH = 101  # matches, more than any page shows: where the newest pictures have so many, no others are read
LATE = timedelta(days=1)  # by which a picture may be younger than its id, after failed attempts
SOON = timedelta(seconds=1)  # by which it may be older
RANK = 10**9

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]


Moment = AwareDatetime | date | None


class Filters(Schema):
    """Unset filters match all."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    q: Annotated[
        str | None,
        Field(
            max_length=200,
            pattern=r"^[^\x00]*$",
            description="Words of the title, of the request or of the prompt, with or without accents; all of them, of the "
            "last one its beginning",
        ),
    ] = None
    intent: Annotated[Text | None, Field(description="Such as `generate`; of a message")] = None
    provider: Text | None = None
    favorite: bool | None = None
    hidden: Annotated[
        bool,
        Field(description="Those that a moderator has hidden, each with its `hidden_reason`; else only the others"),
    ] = False
    session_id: Annotated[Text | None, Field(description="What this conversation has made")] = None
    album: Annotated[str | None, Field(pattern=f"^{UUID}$", description="`id` of an album of mine")] = None
    since: Annotated[Moment, Field(alias="from", description="Made then or later; a date is a day in UTC")] = None
    until: Annotated[Moment, Field(alias="to", description="Made before; of a date: on that day or before")] = None

    @field_validator("favorite", "hidden", mode="before")
    @classmethod
    def _is_flag(cls, value: object) -> object:
        return _flag(value)

    @field_validator("since", "until", mode="before")
    @classmethod
    def _is_written_out(cls, value: object) -> object:
        """A bare number would be read as seconds."""
        if isinstance(value, str) and not re.match(r"\d{4}-", value):
            raise ValueError(N_("is a date or a moment, such as 2026-11-29T08:00:00Z"))
        return value


class Search(Filters):
    order: Annotated[
        Literal["newest", "oldest", "relevance"],
        Field(
            description="`relevance`: what fits `q` best, of the newest 500 that fit; of the newest 1,000 pictures alone, "
            "where more than 100 of them fit. Without `q`: newest"
        ),
    ] = "newest"
    count: Annotated[bool, Field(description=f"Say how many there are on all pages, up to {COUNTED:,}")] = False
    cursor: Annotated[
        str | None, Field(pattern=rf"^(?:\d{{1,15}}\.)?{UUID}$", description="`next` of the page before")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Pictures of a page, at most")] = 50
    skip: Annotated[
        int, Field(ge=0, le=SKIPPED, description="Pictures after the cursor, or at the beginning, to pass over")
    ] = 0

    @field_validator("count", mode="before")
    @classmethod
    def _is_a_flag(cls, value: object) -> object:
        return _flag(value)


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError(N_("is true or false"))
    return value


@dataclass(frozen=True)
class Page:
    images: list[Image]
    next: str | None
    count: int | None = None  # where it was asked for
    similar: bool = False  # none has the words; these have similar ones


def page(owner_id: uuid.UUID, search: Search, *, deleted: bool = False, fields: Sequence[str] = ()) -> Page:
    """`fields`: only these are loaded, and long prompts do not shorten the page. Raises `NotFound` for an album that is not
    one's own."""
    images = listed(owner_id, search, deleted=deleted)
    if not search.q:
        found = _by_age(images, search, fields)
        counted = images[:COUNTED].count() if search.count else None
        return _page(found, search, fields, counted)
    asked = words.searched(search.q)
    found = _with_words(owner_id, images, search, asked, fields)
    similar = not found and bool(asked := fulltext.corrected(owner_id, asked))
    if similar:
        found = _with_words(owner_id, images, search, asked, fields)
    counted = fulltext.count(images, owner_id, asked, COUNTED) if search.count else None
    return _page(found, search, fields, counted, similar=similar and bool(found))


Found = list[tuple[str, Image]]  # one more than the page holds, each with the cursor of what follows it


def _page(found: Found, search: Search, fields: Sequence[str], counted: int | None, *, similar: bool = False) -> Page:
    images = [image for _, image in found[: search.limit]]
    if not fields:
        lengths = list(accumulate(len(image.prompt) for image in images))
        images = images[: max(1, bisect_right(lengths, PROMPTS))]
    following = found[len(images) - 1][0] if len(found) > len(images) else None
    return Page(images, following, counted, similar)


def listed(owner_id: uuid.UUID, search: Filters, *, deleted: bool = False) -> QuerySet[Image]:
    """All that match the filters except `q`, unordered. Raises `NotFound`."""
    images = Image.objects.filter(owner__pk=owner_id, stage=Image.Stage.SHOWN, hidden=search.hidden)
    images = images.filter(trashed_at__isnull=not deleted).exclude(purpose=Image.Purpose.MASK)
    asked = {"intent": search.intent, "provider": search.provider, "session_id": search.session_id}
    images = images.filter(**{name: value for name, value in asked.items() if value is not None})
    if search.favorite is not None:
        images = images.filter(favorite=search.favorite)
    if search.album:
        images = images.filter(places__album=albums.get(owner_id, search.album))
    return _made_between(images, search.since, search.until)


def _made_between(
    images: QuerySet[Image], since: datetime | date | None, until: datetime | date | None
) -> QuerySet[Image]:
    """A list is read along its ids, which begin with the time when they were made."""
    if since is not None:
        begin = _beginning(since)
        images = images.filter(created_at__gte=begin, pk__gte=first_id(begin - LATE))
    if until is not None:
        end = _beginning(until) + (timedelta() if isinstance(until, datetime) else timedelta(days=1))
        images = images.filter(created_at__lt=end, pk__lt=first_id(end + SOON))
    return images


def _beginning(day: datetime | date) -> datetime:
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
    return min(max(moment, datetime(1970, 1, 2, tzinfo=UTC)), datetime(9000, 1, 1, tzinfo=UTC))


def _order(search: Search) -> str:
    return "pk" if search.order == "oldest" else "-pk"


def _after(images: QuerySet[Image], search: Search) -> QuerySet[Image]:
    if not search.cursor:
        return images
    last = search.cursor.rpartition(".")[2]
    return images.filter(pk__gt=last) if search.order == "oldest" else images.filter(pk__lt=last)


def _by_age(images: QuerySet[Image], search: Search, fields: Sequence[str]) -> Found:
    following = _skip(_after(images, search), search)
    found = _loading(following, fields).order_by(_order(search))
    return [(str(image.pk), image) for image in found[: search.limit + 1]]


def _skip(images: QuerySet[Image], search: Search) -> QuerySet[Image]:
    """From the index alone: the skipped rows are not read."""
    if not search.skip:
        return images
    first = images.order_by(_order(search)).values_list("pk", flat=True)[search.skip : search.skip + 1].first()
    if first is None:
        return images.none()
    return images.filter(pk__gte=first) if search.order == "oldest" else images.filter(pk__lte=first)


def _with_words(
    owner_id: uuid.UUID, images: QuerySet[Image], search: Search, asked: list[str], fields: Sequence[str]
) -> Found:
    if search.order == "relevance":
        return _by_relevance(owner_id, images, search, asked, fields)
    wanted = search.skip + search.limit + 1
    ids = fulltext.ids(_after(images, search), owner_id, asked, _order(search), wanted)[search.skip :]
    rows = _loading(Image.objects.all(), fields).in_bulk(ids)
    return [(str(each), rows[each]) for each in ids if each in rows]


def _by_relevance(
    owner_id: uuid.UUID, images: QuerySet[Image], search: Search, asked: list[str], fields: Sequence[str]
) -> Found:
    ids = fulltext.ids(images, owner_id, asked, "-pk", RANKED, enough=ENOUGH)
    order = sorted(((round(rank * RANK), pk) for rank, pk in fulltext.ranks(ids, owner_id, asked)), reverse=True)
    if search.cursor and "." in search.cursor:
        rank, _, last = search.cursor.partition(".")
        order = [each for each in order if each < (int(rank), uuid.UUID(last))]
    order = order[search.skip : search.skip + search.limit + 1]
    rows = _loading(Image.objects.all(), fields).in_bulk([pk for _, pk in order])
    return [(f"{rank}.{pk}", rows[pk]) for rank, pk in order if pk in rows]


def _loading(images: QuerySet[Image], fields: Sequence[str]) -> QuerySet[Image]:
    return images.only(*fields) if fields else images.defer("words", "request")
