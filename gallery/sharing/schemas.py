from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from gallery.sharing import links
from gallery.sharing.models import Report, Share

YEAR_S = 366 * 24 * 3600
Reason = Report.Reason


class ShareBody(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)

    expires_in_s: Annotated[
        int | None, Field(ge=60, le=10 * YEAR_S, description="Seconds until it ends; null: without an end")
    ] = None


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
