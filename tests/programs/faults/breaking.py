"""Fault injection within a process of the studio. Only `web.py` and `worker.py` of this folder load it: the product itself
has no hooks for it.

The harness and the processes communicate through the folder that STUDIO_FAULTS names. A file `armed.<place>` holds a
signal's name; the first process that reaches the place renames it to `fired.<place>`, writes its pid into it and sends itself
the signal.
"""

import functools
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BITES_WITHIN_S = 0.3  # the main thread handles SIGTERM, while this thread waits at the place
_thread = threading.local()  # `place`: where this thread was broken


def _in_folder(name: str) -> Path:
    return Path(os.environ["STUDIO_FAULTS"]) / name


def reach(place: str) -> None:
    """Marks a place; does nothing unless it is armed."""
    fired = _in_folder(f"fired.{place}")
    try:
        _in_folder(f"armed.{place}").rename(fired)
    except FileNotFoundError:
        return
    number = signal.Signals[fired.read_text()]
    fired.write_text(f"{os.getpid()}.")
    _thread.place = place
    if number == signal.SIGTERM:
        os.kill(os.getpid(), number)
        time.sleep(BITES_WITHIN_S)
    else:
        # After os.kill this thread would go on until another one is stopped.
        signal.pthread_kill(threading.get_ident(), number)


def say_over() -> None:
    """Tells the harness that the thread which was frozen at a place has ended its work."""
    if place := vars(_thread).pop("place", None):
        _in_folder(f"over.{place}").touch()


def say_ready() -> None:
    """Tells the harness, which waits for this before it breaks another process."""
    _in_folder(f"ready.{os.getpid()}").touch()


def is_armed(place: str) -> bool:
    return _in_folder(f"armed.{place}").exists()


def switched(name: str) -> Any:
    """The current value that the harness has set under this name, or None."""
    try:
        return json.loads(_in_folder("switches").read_text()).get(name)
    except FileNotFoundError:
        return None


def drops(what: str) -> bool:
    """Whether this one is to be lost; the switch holds the share of `what` to lose."""
    return random.random() < (switched(f"{what} lost") or 0)


def before(owner: Any, name: str, place: Callable[..., str | None]) -> None:
    """Reach a place before each call of `owner.name`; `place` returns its name for the call's arguments, or None."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if at := place(*args, **kwargs):
            reach(at)
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, place: Callable[..., str | None]) -> None:
    """The same after a successful call; `place` gets its result."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if at := place(result):
            reach(at)
        return result

    setattr(owner, name, wrapped)


def replace(owner: Any, name: str, by: Callable[[Any], Any]) -> None:
    """`by` makes the replacement from the original."""
    original = getattr(owner, name)
    setattr(owner, name, functools.wraps(original)(by(original)))
