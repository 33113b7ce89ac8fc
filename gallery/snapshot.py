from typing import Literal, NotRequired, TypedDict

THUMBNAIL_SIDE = 512  # pixels, of the longer side
State = Literal["shown", "hidden", "deleted"]


class Snapshot(TypedDict):
    id: str
    state: State
    width: int
    height: int
    placeholder: str  # a data URL; "" unless the picture is shown
    epoch: int  # of its URLs
    rev: int  # of the row: which snapshot is newer
    # Not in those of older releases; the first two only where a moderator has hidden it.
    hidden_code: NotRequired[str]
    hidden_words: NotRequired[str]
    appeal: NotRequired[Literal["", "open", "accepted", "rejected"]]


class Urls(TypedDict):
    """Both None unless the picture is shown."""

    url: str | None
    thumbnail_url: str | None
