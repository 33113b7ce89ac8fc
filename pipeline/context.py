"""What a message means in its conversation: which picture "it" is, which message it varies, what was said before."""

from dataclasses import dataclass

from gallery import services as gallery
from pipeline.message import Doc, Status
from pipeline.mongo import database
from pipeline.providers.base import Intent, RefineRequest, Turn

TURNS = 6  # earlier messages that a provider is told


@dataclass(frozen=True)
class It:
    """The picture that a message is about, or the message that may still make it."""

    image_id: str | None = None
    waits_for: str | None = None


def original(doc: Doc) -> Doc | None:
    """The message that this one varies."""
    return database()["messages"].find_one({"_id": doc["variation_of"]}) if doc["variation_of"] else None


def number(doc: Doc) -> int:
    """Which variation this is, from 1: its place among its siblings, so that no two have the same."""
    earlier = {"variation_of": doc["variation_of"], "_id": {"$lt": doc["_id"]}}
    return 1 + database()["messages"].count_documents(earlier)


def find_it(doc: Doc) -> It:
    """The attached picture; else the one that the last message before this one shows, works on, or is still making."""
    named = doc["source_id"] or doc["source_image_id"]
    if named:
        return It(image_id=named)
    earlier = database()["messages"].find(
        {
            **_before(doc),
            "$or": [
                {"status": Status.PROCESSING.value},
                {"image.state": "shown"},
                {"source_image_id": {"$ne": None}},
            ],
        },
        {"status": 1, "image": 1, "source_image_id": 1},
        sort=[("_id", -1)],
    )
    return next((it for last in earlier if (it := _shown_by(last, doc["user_id"]))), It())


def _shown_by(last: Doc, user_id: str) -> It | None:
    if last["status"] == Status.PROCESSING.value:
        return It(waits_for=last["_id"])
    if last["image"] and last["image"]["state"] == "shown":
        return It(image_id=last["image"]["id"])
    source = last["source_image_id"]
    return It(image_id=source) if source and gallery.is_source(user_id, source) else None


def _before(doc: Doc) -> Doc:
    """A variation stands where its original does: its siblings are not before it."""
    return {"session_id": doc["session_id"], "_id": {"$lt": doc["variation_of"] or doc["_id"]}}


def refine_request(doc: Doc, it: It) -> RefineRequest:
    options = doc["options"]
    earlier = database()["messages"].find(_before(doc), sort=[("_id", -1)], limit=TURNS).to_list()
    return RefineRequest(
        content=doc["content"],
        intent=Intent(options["intent"]) if "intent" in options else None,
        style=options.get("style"),
        width=options.get("width"),
        height=options.get("height"),
        has_source=it != It(),
        attached=doc["source_image_id"] is not None,
        has_mask=doc["mask_image_id"] is not None,
        turns=tuple(_turn(turn) for turn in reversed(earlier)),
    )


def _turn(doc: Doc) -> Turn:
    shows = doc["image"] is not None and doc["image"]["state"] == "shown"
    return Turn(doc["content"], doc["refined_prompt"], doc["reply"], shows)
