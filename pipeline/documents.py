"""One frozen, typed definition of a document says what is stored and what clients read.

Rules for every change: times that decide are written by `$currentDate` and compared with `$$NOW`, the database's clock;
each change of the public form raises `version` in the same update; no update is a pipeline, which would execute
people's text ("$token").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, ParamSpec, Self, TypeVar, get_type_hints

import uuid_utils
from bson.timestamp import Timestamp
from bson.tz_util import utc as STORED_ZONE

from gallery.snapshot import Snapshot, Urls

T = TypeVar("T")
D = TypeVar("D", bound="Document")
P = ParamSpec("P")
__all__ = ["evolve"]  # re-exported for mypy
Filter = Mapping[str, object]  # of MongoDB
Update = Mapping[str, object]
Stored = Mapping[str, Any]  # from MongoDB, maybe written by another release
Form = dict[str, object]  # JSON, as clients read it
SignUrls = Callable[[Snapshot], Urls]

SERVER_TIME = Timestamp(0, 0)  # at insert the server replaces it with its own, strictly increasing timestamp


class Mark(Enum):
    PUBLIC = "clients read it"
    SPARSE = "where it has no value, it is not stored"
    UNSTORED = "it is known, or made, when the document is written out"


Public = Annotated[T, Mark.PUBLIC]
Sparse = Annotated[T | None, Mark.SPARSE]
Unstored = Annotated[T, Mark.UNSTORED]
PublicOnly = Annotated[T, Mark.PUBLIC, Mark.UNSTORED]


@dataclass(frozen=True)
class Change:
    """A compare-and-set: applied only if `filter` still matches."""

    filter: Filter
    update: Update


def marked(document: type["Document"], mark: Mark) -> list[str]:
    hints = get_type_hints(document, include_extras=True)
    return [field.name for field in fields(document) if mark in getattr(hints[field.name], "__metadata__", ())]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A field is stored under its own name, `id` as `_id`."""

    collection: ClassVar[str]
    id: Public[str]  # a UUIDv7

    _defaults: ClassVar[Mapping[str, Any]]
    _sparse: ClassVar[list[str]]
    _stored: ClassVar[list[str]]
    _public: ClassVar[list[str]]

    @classmethod
    def prepare(cls) -> type[Self]:
        """Precomputes the field tables of a definition, which every poll and event uses."""
        unstored = marked(cls, Mark.UNSTORED)
        defaults = {
            field.name: field.default_factory() for field in fields(cls) if field.default_factory is not MISSING
        }
        cls._defaults = defaults | {field.name: field.default for field in fields(cls) if field.default is not MISSING}
        cls._sparse = marked(cls, Mark.SPARSE)
        cls._stored = [field.name for field in fields(cls) if field.name not in ("id", *unstored)]
        cls._public = marked(cls, Mark.PUBLIC)
        return cls

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """Missing fields have their defaults; unknown ones are ignored."""
        values = {**cls._defaults, **stored}
        values["id"] = values.pop("_id")
        return _made(cls, values)

    def stored(self) -> dict[str, object]:
        values = self.__dict__
        document = {name: values[name] for name in self._stored}
        for name in self._sparse:
            if values[name] is None:
                del document[name]
        return {"_id": self.id, **document}

    def _form(self) -> Form:
        values = self.__dict__
        return {name: values[name] for name in self._public}


def _made(cls: type[D], values: dict[str, Any]) -> D:
    """Without `__init__`, which is four times as slow in a frozen class."""
    document = object.__new__(cls)
    object.__setattr__(document, "__dict__", values)
    return document


if TYPE_CHECKING:
    from dataclasses import replace as evolve  # for mypy

    def made(cls: Callable[P, D], *positional: P.args, **values: P.kwargs) -> D: ...

else:

    def made(cls: type[D], /, **values: Any) -> D:
        return _made(cls, {**cls._defaults, **values})

    def evolve(document: D, /, **changes: Any) -> D:
        return _made(type(document), {**document.__dict__, **changes})


def changed(
    values: Mapping[str, object],
    *,
    unset: Iterable[str] = (),
    counts: Mapping[str, int] = {},
    **times: object,
) -> Update:
    """The update of a change that clients see. `times`: further fields for `$currentDate`."""
    update = {
        "$set": dict(values),
        "$unset": {name: "" for name in unset if name not in values},
        "$inc": {"version": 1, **counts},
        "$currentDate": {"updated_at": True, "changed_at": {"$type": "timestamp"}, **times},
    }
    return {operator: fields for operator, fields in update.items() if fields}


def new_id() -> str:
    """A UUIDv7. Newer ids are greater; strictly so within one process."""
    return str(uuid_utils.uuid7())


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds: what MongoDB stores."""
    if moment.tzinfo is not STORED_ZONE and moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    date, clock = (moment.year, moment.month, moment.day), (moment.hour, moment.minute, moment.second)
    # Twice as fast as `isoformat` or an f-string.
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (*date, *clock, moment.microsecond // 1000)  # noqa: UP031
