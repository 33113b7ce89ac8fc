import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from bson.timestamp import Timestamp
from pydantic import Field

from gallery.snapshot import Snapshot
from pipeline.documents import (
    SERVER_TIME,
    Document,
    Form,
    Public,
    PublicOnly,
    SignUrls,
    Sparse,
    Stored,
    made,
    new_id,
    timestamp,
)  # fmt: skip
from pipeline.message_parts import CallForm, DelayForm, ErrorForm, Options, ReservationForm, SuggestionForm, picture

# `turn` of a message that a worker has begun: it is continued before others are begun.
BEGUN = Timestamp(1, 0)
SEEDS = 2**53


class Status(StrEnum):
    PROCESSING = "PROCESSING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Stage(StrEnum):
    QUEUED = "queued"  # no worker has begun it
    REFINING = "refining"
    GENERATING = "generating"
    UPLOADING = "uploading"


WORK = (Stage.REFINING, Stage.GENERATING, Stage.UPLOADING)
_STATUSES, _STAGES = {status.value: status for status in Status}, {stage.value: stage for stage in Stage}


@dataclass(frozen=True, kw_only=True)
class Message(Document):
    collection = "messages"

    session_id: Public[str]
    user_id: str
    client_id: Public[str]
    request_hash: str
    content: Public[str]
    language: Annotated[
        Public[Sparse[str]],
        Field(
            description="Of `reply`, of labels and of `error.message`: `en` or `vi`. Null in messages of the release before."
        ),
    ] = None
    source_image_id: Public[str | None] = None
    source_image_ids: Annotated[
        PublicOnly[list[str]],
        Field(
            description="All attached pictures: “picture 1”, “picture 2” in the words. The first is `source_image_id`."
        ),
    ] = field(default_factory=list)
    mask_image_id: Public[str | None] = None
    variation_of: Public[str | None] = None
    options: Public[Options]
    status: Public[Status] = Status.PROCESSING
    stage: Public[Stage] = Stage.QUEUED
    intent: Public[str | None] = None
    refined_prompt: Public[str | None] = None
    reply: Public[str | None] = None
    suggestions: Public[list[SuggestionForm]] = field(default_factory=list)
    edited_image_id: Annotated[
        PublicOnly[str | None],
        Field(
            description="The picture that is changed, once that is known: what “it” meant. Null where a new one is made."
        ),
    ] = None
    image: Public[Snapshot | None] = None
    image_url: PublicOnly[str | None] = None
    provider: Public[str | None] = None
    error: Public[ErrorForm | None] = None
    delay: Annotated[
        Public[Sparse[DelayForm]],
        Field(description="Why it waits, where a provider is down: it is tried again by itself. Else null."),
    ] = None
    version: Public[int] = 1
    position: Annotated[
        PublicOnly[int | None],
        Field(description="In the queue; 1 is next. Only where one message is asked for, and among the first 200."),
    ] = None
    eta_s: Annotated[
        PublicOnly[float | None],
        Field(description="About how many seconds until it is done; null where nobody can tell."),
    ] = None
    created_at: Public[datetime]
    updated_at: Public[datetime]
    changed_at: Timestamp = SERVER_TIME
    accepted_at: Sparse[Timestamp] = (
        None  # never changed; orders a conversation, even if the clocks behind the ids differ
    )
    further_image_ids: Sparse[list[str]] = None  # attached pictures after the first
    seed: int
    style: str | None = None  # the refinement's
    plan: Mapping[str, Any] | None = None  # the refinement's, for its provider
    source_id: str | None = None  # the picture that the message is about
    artifact: str | None = None
    attempts: int = 0
    waits_for: str | None = None  # the message that has to end first
    starts_as: Sparse[Stage] = None  # the stage after the claim
    turn: Sparse[Timestamp] = None  # see `pipeline.transitions`
    token: Sparse[str] = None  # of the worker that holds it: a lease
    leased_at: Sparse[datetime] = None
    released_at: Sparse[datetime] = None
    delay_ms: Sparse[int] = None  # after `released_at`
    # Money: see `pipeline.store.reservations`.
    reservation: Sparse[ReservationForm] = None  # until it is settled
    calls: Sparse[Mapping[str, CallForm]] = None  # under that reservation, by id
    cost: Sparse[int] = None  # of what is settled, in millionths of the currency
    usage: Sparse[Mapping[str, int]] = None  # what paid providers charged, by name (pipeline.providers.base.Usage)

    @staticmethod
    def new(
        *,
        session_id: str,
        user_id: str,
        client_id: str,
        request_hash: str,
        content: str,
        seed: int,
        options: Options,
        source_image_ids: Sequence[str] = (),
        mask_image_id: str | None = None,
        variation_of: str | None = None,
        waits_for: str | None = None,
        language: str | None = None,
        reservation: ReservationForm | None = None,
    ) -> "Message":
        """With a request for a turn, unless it waits for another message."""
        now = datetime.now(UTC)
        return made(
            Message,
            id=new_id(),
            session_id=session_id,
            user_id=user_id,
            client_id=client_id,
            request_hash=request_hash,
            content=content,
            language=language,
            source_image_id=source_image_ids[0] if source_image_ids else None,
            further_image_ids=list(source_image_ids[1:]) or None,
            mask_image_id=mask_image_id,
            variation_of=variation_of,
            options=options,
            created_at=now,
            updated_at=now,
            accepted_at=SERVER_TIME,
            seed=seed,
            waits_for=waits_for,
            starts_as=Stage.REFINING,
            turn=None if waits_for else SERVER_TIME,
            reservation=reservation,
        )

    @classmethod
    def of(cls, stored: Stored) -> Self:
        message = super().of(stored)
        values = message.__dict__
        values["status"], values["stage"] = _STATUSES[stored["status"]], _STAGES[stored["stage"]]
        # Earlier releases stored no suggestions, or suggestions without an action.
        values["suggestions"] = [{"action": None, "image_id": None, **each} for each in stored.get("suggestions", ())]
        return message

    def public(self, urls: SignUrls) -> Form:
        """`urls` signs the picture's URLs."""
        image = picture(self.image, urls)
        form = self._form()
        form["source_image_ids"] = self.attached
        form["edited_image_id"] = self.source_id
        form["image"], form["image_url"] = image, image and image["url"]
        form["created_at"], form["updated_at"] = timestamp(self.created_at), timestamp(self.updated_at)
        return form

    @property
    def attached(self) -> list[str]:
        """Ids of the attached pictures, in the order of their numbers."""
        return [self.source_image_id, *(self.further_image_ids or ())] if self.source_image_id else []

    @property
    def has_ended(self) -> bool:
        return self.status is not Status.PROCESSING

    @property
    def charged(self) -> int:
        """What its calls have cost at most."""
        return sum(call.get("cost", call["at_most"]) for call in (self.calls or {}).values())

    @property
    def spent(self) -> int:
        """Over all attempts."""
        return (self.cost or 0) + self.charged

    @property
    def open_calls(self) -> list[str]:
        """Calls whose cost is not known yet."""
        return [id for id, call in (self.calls or {}).items() if "cost" not in call]

    @property
    def claimed_stage(self) -> Stage:
        """The stage once it is claimed. Messages of the release before have no `starts_as`, and stay at `queued`."""
        return Stage.REFINING if self.stage is Stage.QUEUED else self.stage

    @property
    def waits_for_turn(self) -> bool:
        """Whether it is in line, or next."""
        waits = not self.has_ended and self.waits_for is None
        return waits and self.turn != BEGUN and self.token is None

    @property
    def resumes_at(self) -> Stage:
        """The stage at which a retry continues, so that nothing is paid for twice."""
        if self.stage is Stage.UPLOADING and not self.artifact:
            return Stage.GENERATING
        return Stage.QUEUED if self.stage is Stage.REFINING else self.stage

    @property
    def is_unrefined(self) -> bool:
        """Whether its refinement is still to come, for a variation to reuse."""
        return not self.has_ended and self.stage in (Stage.QUEUED, Stage.REFINING)


Message.prepare()


_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode


def request_hash(request: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(request).encode()).hexdigest()
