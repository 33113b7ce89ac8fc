from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from gallery.sharing import links
from gallery.sharing.models import Report, Share

YEAR_S = 366 * 24 * 3600
Reason = Report.Reason


def _whole(value: object) -> object:
    """60.0 is a whole number in JSON, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Seconds = Annotated[int, Field(ge=60, le=10 * YEAR_S), BeforeValidator(_whole)]


class ShareBody(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)

    expires_in_s: Annotated[Seconds | None, Field(description="Until it ends; null: without an end")] = None


class ShareForm(Schema):
    id: str
    url: str  # path-absolute, /s/<token>/: whoever has it sees the picture
    token: str
    created_at: datetime
    expires_at: datetime | None


class ShareList(Schema):
    items: list[ShareForm]  # at most 20
    next: None  # always null


class ReportBody(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Reason, Field(description="What is wrong with the picture")]
    text: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")] = ""


def form(share: Share) -> dict[str, object]:
    return {
        "id": str(share.pk),
        "url": links.path(share.pk),
        "token": links.token(share.pk),
        "created_at": share.created_at,
        "expires_at": share.expires_at,
    }
