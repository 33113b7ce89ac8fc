"""Which provider does what. Only the offline one exists yet; the settings refuse the keys of others."""

from pipeline.providers.base import Intent, Provider
from pipeline.providers.local.provider import LocalProvider

_OFFLINE = LocalProvider()


def language() -> Provider:
    """The one that reads what people write."""
    return _OFFLINE


def provider_for(intent: Intent) -> Provider:
    """The one to make pictures of this intent; ask it whether it `serves` it."""
    return _OFFLINE
