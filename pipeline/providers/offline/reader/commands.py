"""Short requests about the studio, not about a picture."""

from enum import StrEnum

from pipeline.providers.text import folded

from ..vocabulary import pattern


class Command(StrEnum):
    UNDO = "undo"
    MORE = "more"
    DELETE = "delete"
    DOWNLOAD = "download"
    SURPRISE = "surprise"


_COMMANDS = {command: pattern(command) for command in Command}
_COURTESY, INSULTS = pattern("courtesy"), pattern("insults")


def command(text: str) -> Command | None:
    """Only where nothing else is said: "more blue" is another request."""
    said = " ".join(_COURTESY.sub(" ", folded(text)).split()).strip(" .,;!?…")
    return next((name for name, asks in _COMMANDS.items() if asks.fullmatch(said)), None)
