"""Why a picture is hidden, as its owner reads it, and what became of their appeal."""

from typing import Literal

from typing_extensions import TypedDict  # before Python 3.12, pydantic makes no schema of the standard library's

from gallery.snapshot import Snapshot

Code = Literal["child_safety", "sexual", "violence", "hate", "person", "copyright", "misleading", "other"]
AppealState = Literal["open", "accepted", "rejected"]

SENTENCES: dict[str, str] = {
    "child_safety": "It may harm a child, or shows one in a way that is not allowed.",
    "sexual": "It shows nudity or sex.",
    "violence": "It shows violence or cruelty.",
    "hate": "It attacks people for who they are.",
    "person": "It shows a real person in a way that they may not want.",
    "copyright": "It uses a brand, or a work of somebody else.",
    "misleading": "It may make people believe something that is not so.",
    "other": "It breaks the rules of this studio.",
}
OTHER: Code = "other"


class HiddenReason(TypedDict):
    code: Code
    sentence: str  # for the owner: the code's, and the moderator's own words


def hidden_reason(snapshot: Snapshot) -> HiddenReason | None:
    """None unless a moderator has hidden the picture."""
    code = snapshot.get("hidden_code")
    if code is None:
        return None
    known: Code = code if code in SENTENCES else OTHER  # type: ignore[assignment]
    return {"code": known, "sentence": f"{SENTENCES[known]} {snapshot.get('hidden_words', '')}".strip()}


def appeal(snapshot: Snapshot) -> AppealState | None:
    return snapshot.get("appeal") or None
