"""Why a picture is hidden, as its owner reads it, and what became of their appeal."""

from typing import Literal

from typing_extensions import TypedDict  # before Python 3.12, pydantic makes no schema of the standard library's

from gallery.snapshot import Snapshot
from gallery.translation import N_, _

Code = Literal["child_safety", "sexual", "violence", "hate", "person", "copyright", "misleading", "other"]
AppealState = Literal["open", "accepted", "rejected"]

SENTENCES: dict[str, str] = {
    "child_safety": N_("It may harm a child, or shows one in a way that is not allowed."),
    "sexual": N_("It shows nudity or sex."),
    "violence": N_("It shows violence or cruelty."),
    "hate": N_("It attacks people for who they are."),
    "person": N_("It shows a real person in a way that they may not want."),
    "copyright": N_("It uses a brand, or a work of somebody else."),
    "misleading": N_("It may make people believe something that is not so."),
    "other": N_("It breaks the rules of this studio."),
}
# Short ones, for moderators to choose from.
LABELS: dict[str, str] = {
    "child_safety": N_("Child safety"),
    "sexual": N_("Nudity, sex"),
    "violence": N_("Violence"),
    "hate": N_("Hate"),
    "person": N_("A real person"),
    "copyright": N_("Brand, others' work"),
    "misleading": N_("Misleading"),
    "other": N_("Other rules"),
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
    return {"code": known, "sentence": f"{_(SENTENCES[known])} {snapshot.get('hidden_words', '')}".strip()}


def appeal(snapshot: Snapshot) -> AppealState | None:
    return snapshot.get("appeal") or None
