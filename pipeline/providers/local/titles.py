"""What a conversation is called: its first request, without the asking."""

import re

from pipeline.providers.local.replies import UNTITLED

LONGEST = 60  # characters

_ASKING = re.compile(
    r"^(?:(?:please|hey|hi|hello|can you|could you|would you|i want you to|i want|i would like|i'd like)[ ,]+)*"
    r"(?:create|draw|paint|generate|make(?= me| us| an? | some)|give me|show me)(?: me| us)?\b"
    r"(?: (?:an?|the|some))?(?: (?:picture|image|photo|painting)s?(?: of)?)?(?: (?:an?|the|some))? "
    r"|^(?:(?:hãy|xin|vui lòng|giúp tôi|tôi muốn)[ ,]+)*(?:vẽ|tạo)(?: (?:cho|giúp) (?:tôi|mình|em|anh))?"
    r"(?: (?:một|1))?(?: (?:bức tranh|bức ảnh|bức hình|tấm ảnh|hình ảnh|tranh|ảnh|hình))?(?: về)?(?: một)? ",
    re.IGNORECASE,
)


def title(content: str) -> str:
    """At most LONGEST characters, one line, never empty: "Create a sunset landscape" is called "Sunset landscape"."""
    line = " ".join("".join(char if char.isprintable() else " " for char in content).split())
    short = _cut(_ASKING.sub("", line).strip(" .,;:!\"'"))
    if not any(char.isalnum() for char in short):
        return UNTITLED.to(content)
    return (short[0].upper() + short[1:])[:LONGEST]  # "ß" becomes two


def _cut(line: str) -> str:
    """At a space, if there is one in the second half."""
    if len(line) <= LONGEST:
        return line
    start = line[: LONGEST - 1]
    space = start.rfind(" ")
    return (start[:space] if space > LONGEST // 2 else start).rstrip(" ,;:.") + "…"
