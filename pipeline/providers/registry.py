"""Which provider does what. Only the offline one exists yet; the settings refuse the keys of others."""

import functools

from pipeline.providers.base import Intent, Provider
from pipeline.providers.local import LABEL


@functools.cache
def _offline() -> Provider:
    # Late: it brings numpy and Pillow, and a web process needs neither.
    from pipeline.providers.local.provider import LocalProvider

    return LocalProvider()


def label() -> str:
    """What the page says of who reads and paints."""
    return LABEL


def language() -> Provider:
    """The one that reads what people write."""
    return _offline()


def provider_for(intent: Intent) -> Provider:
    """The one to make pictures of this intent; ask it whether it `serves` it."""
    return _offline()
