"""Which provider does what. Only the offline one exists yet; the settings refuse keys of others."""

from pipeline.providers.base import Intent, Provider
from pipeline.providers.local.provider import LocalProvider

_OFFLINE = LocalProvider()


def language() -> Provider:
    """The one that reads what people write."""
    return _OFFLINE


def provider_for(intent: Intent) -> Provider:
    """The one that makes pictures of this intent. Raises `LookupError` where none does."""
    if not _OFFLINE.serves(intent):
        raise LookupError(f"No provider serves {intent}.")
    return _OFFLINE
