"""What a message refers to in its conversation: the picture that "it" is, the message that it varies, the turns before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gallery import services as gallery
from pipeline.documents import Filter, Stored
from pipeline.message import Message, Status
from pipeline.providers.adjust import Adjust
from pipeline.providers.base import Intent, Question, RefineRequest, Turn
from pipeline.store.documents import find
from pipeline.store.mongo import database

TURNS = 6  # turns that a provider is told
AT_ONCE = 200  # messages for which the gallery is asked together
# By the database's clock; ids come from the clocks of web processes.
LATEST = [("accepted_at", -1), ("_id", -1)]


@dataclass(frozen=True)
class Source:
    """The picture that a message is about, or the message that is still making it."""

    image_id: str | None = None
    waits_for: str | None = None


def original(message: Message) -> Message | None:
    return find(Message, {"_id": message.variation_of}) if message.variation_of else None


def number(message: Message) -> int:
    """Of a variation: its number among its siblings, from 1."""
    siblings: Filter = {"variation_of": message.variation_of, **_earlier(message)}
    return 1 + database()["messages"].count_documents(siblings)


def turns_before(message: Message) -> Sequence[Stored]:
    """The latest first."""
    return database()["messages"].find(_before(message), sort=LATEST, limit=TURNS).to_list()


def resolve_source(message: Message, turns: Sequence[Stored] | None = None) -> Source:
    """The attached picture; else the one that the last message before shows, works on, or is still making. The database
    is asked only where `turns`, from `turns_before`, do not tell."""
    named = message.source_id or message.source_image_id
    if named:
        return Source(image_id=named)
    if turns is not None:
        found = _shown_by(turns, message.user_id)
        if found or len(turns) < TURNS:
            return found or Source()
    earlier = database()["messages"].find(
        {
            **_before(message),
            "$or": [
                {"status": Status.PROCESSING.value},
                {"image.state": "shown"},
                {"source_image_id": {"$ne": None}},
            ],
        },
        {"status": 1, "image": 1, "source_image_id": 1},
        sort=LATEST,
    )
    while some := list(islice(earlier, AT_ONCE)):
        if found := _shown_by(some, message.user_id):
            return found
    return Source()


def _shown_by(turns: Sequence[Stored], user_id: str) -> Source | None:
    """By the first of them that shows any. The gallery is asked once, and only where it matters."""
    there: set[str] | None = None
    for last in turns:
        if last["status"] == Status.PROCESSING.value:
            return Source(waits_for=last["_id"])
        if last["image"] and last["image"]["state"] == "shown":
            return Source(image_id=last["image"]["id"])
        if (source := last["source_image_id"]) is None:
            continue
        if there is None:
            there = gallery.sources_among(user_id, {turn["source_image_id"] for turn in turns} - {None})
        if source in there:
            return Source(image_id=source)
    return None


def _before(message: Message) -> Filter:
    """The condition for messages before this one; for a variation, before its original."""
    return {"session_id": message.session_id, **_earlier(original(message) or message)}


def _earlier(message: Message) -> Filter:
    """Accepted before. Messages of an old release have no such time: they come first, by id. One order, so that no two
    wait for each other."""
    if message.accepted_at is None:
        return {"accepted_at": None, "_id": {"$lt": message.id}}
    return {"accepted_at": {"$not": {"$gte": message.accepted_at}}}


def refine_request(message: Message, source: Source, turns: Sequence[Stored]) -> RefineRequest:
    options = message.options
    return RefineRequest(
        content=message.content,
        intent=Intent(options["intent"]) if "intent" in options else None,
        style=options.get("style"),
        width=options.get("width"),
        height=options.get("height"),
        has_source=source != Source(),
        attached=len(message.attached),
        has_mask=message.mask_image_id is not None,
        turns=tuple(_turn(Message.of(turn)) for turn in reversed(turns)),
        adjust=Adjust.of(options),
        seed=message.seed,
        resolution=options.get("resolution"),
    )


def question(message: Message, pictures: tuple[bytes, ...], turns: Sequence[Stored]) -> Question:
    return Question(message.content, pictures, tuple(_turn(Message.of(turn)) for turn in reversed(turns)))


def _turn(message: Message) -> Turn:
    """After "go back", the picture that was gone back to counts as the last made."""
    back = _maker(message, message.source_image_id) if message.intent == Intent.REPLY else None
    made = back or message
    shows = made.image is not None and made.image["state"] == "shown"
    width, height = made.options.get("width"), made.options.get("height")
    size = (width, height) if width and height else None
    return Turn(message.content, made.refined_prompt, message.reply, shows, made.plan, size, made.seed)


def _maker(message: Message, image_id: str | None) -> Message | None:
    if image_id is None:
        return None
    return find(Message, {"session_id": message.session_id, "image.id": image_id})


def version_before(message: Message, source: Source) -> str | None:
    """What this picture was made from; of a new one, the picture that was meant before it."""
    made_by = find(Message, {"_id": source.waits_for}) if source.waits_for else _maker(message, source.image_id)
    before = resolve_source(made_by).image_id if made_by else None
    return before if before and gallery.is_source(message.user_id, before) else None
