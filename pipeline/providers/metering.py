"""Tells a `Meter` what a request to a paid service may cost, before it is sent, and what it did cost. Adapters know models
and tokens, the meter knows prices, and may refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from pipeline.providers.base import Usage

NOTHING = Usage()


@dataclass(frozen=True)
class Call:
    """One request. `size`: of its picture, as in `prices.SIZES`."""

    provider: str
    model: str
    at_most: Usage
    size: str = ""


class Meter(Protocol):
    def begin(self, call: Call) -> str:
        """The call's id. Raises `Budget`, and then nothing may be sent; and `Interrupted`."""

    def end(self, id: str, usage: Usage) -> None:
        """Raises nothing, so that what was paid for is not lost."""


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered(meter: Meter) -> Iterator[None]:
    """Meters the requests of this thread."""
    before = _meter.set(meter)
    try:
        yield
    finally:
        _meter.reset(before)


class Payment:
    """Of one request at a time. One that is begun and never ended may have been charged."""

    def __init__(self, call: Call | None) -> None:
        """`meter`: None where nothing is charged."""
        self._call = call
        self._id = ""

    def begin(self) -> None:
        """Just before it is sent. Raises what `Meter.begin` raises."""
        meter = _meter.get()
        self._id = meter.begin(self._call) if meter and self._call else ""

    def end(self, usage: Usage = NOTHING) -> None:
        """`NOTHING`: it was certainly not charged."""
        meter = _meter.get()
        if meter and self._id:
            meter.end(self._id, usage)
        self._id = ""
