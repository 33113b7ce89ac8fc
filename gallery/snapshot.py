from typing import Literal, TypedDict

State = Literal["shown", "hidden", "deleted"]


class Snapshot(TypedDict):
    id: str
    state: State
    width: int
    height: int
    placeholder: str  # a data URL; "" unless the picture is shown
    epoch: int  # of its URLs
    rev: int  # of the row: which snapshot is newer


class Urls(TypedDict):
    """Both None unless the picture is shown."""

    url: str | None
    thumbnail_url: str | None
