"""The state of each provider, for operators."""

import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from pipeline.providers import table
from pipeline.store import circuits, stage_times
from pipeline.store.circuits import State
from pipeline.store.ledger import STUDIO
from pipeline.store.spending import today_of

CONNECT_S = 2.0
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Provider:
    """`medians`: seconds, by stage. `cost`: of today, in millionths of the currency."""

    name: str
    setting: str | None  # that configures it
    address: str | None  # host and port; None if it is not configured, or runs on this machine
    makes: Sequence[str]
    makes_second: Sequence[str]
    reads: bool
    medians: Mapping[str, float]
    state: State | None  # None: it never failed
    cost: int

    @property
    def is_used(self) -> bool:
        return bool(self.makes or self.makes_second or self.reads)

    @property
    def is_known(self) -> bool:
        """Whether it is configured, or was ever used."""
        return bool(self.address or self.state or self.cost)


def of_all() -> list[Provider]:
    times, states, costs = stage_times.medians(), circuits.states(), today_of(STUDIO).by
    makes = table.served(settings.PROVIDERS)
    second = table.served(settings.SECOND_CHOICES)
    return [
        Provider(
            name=name,
            setting=setting,
            address=_address(name),
            makes=makes.get(name, []),
            makes_second=second.get(name, []),
            reads=settings.PROVIDERS[table.READER] == name,
            medians={of.partition(".")[2]: seconds for of, seconds in times.items() if of.partition(".")[0] == name},
            state=states.get(name),
            cost=costs.get(name, 0),
        )
        for name, setting in table.BROUGHT_BY.items()
    ]


def reachable(providers: Sequence[Provider]) -> dict[str, bool]:
    """By name, for those with an address: whether a connection can be opened. Sends nothing that could cost money."""
    asked = [(provider.name, provider.address) for provider in providers if (provider.address or "").startswith("http")]
    with ThreadPoolExecutor(len(asked) or 1) as threads:
        return dict(zip((name for name, _ in asked), threads.map(_listens, (url for _, url in asked)), strict=True))


def _address(name: str) -> str | None:
    setting = table.BROUGHT_BY[name]
    if setting is None or not settings.CONFIGURED[setting]:
        return None
    if name == table.CLOUDINARY:
        account = settings.CLOUDINARY_ACCOUNT
        return account.origin if account else None
    if name == table.DIFFUSERS:
        return str(settings.DIFFUSERS_MODEL and settings.DIFFUSERS_MODEL.path)
    servers = {table.IMAGES: settings.IMAGES_SERVER, table.CHAT: settings.CHAT_SERVER}
    server = servers.get(name)
    return server.url if server else settings.GEMINI_BASE_URL


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or PORTS[parts.scheme]), CONNECT_S):
            return True
    except OSError:
        return False
