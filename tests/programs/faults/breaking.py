"""Breaking a process of the studio on purpose. Loaded by `web.py` and `worker.py` of this folder only: the product has no hook
for it, so there is nothing to leave on in production.

The harness and the processes meet in the folder that STUDIO_FAULTS names. A file `armed.<place>` holds a signal's name; the
first process that reaches the place renames it to `fired.<place>`, leaves its pid in it and sends itself the signal.
"""

import functools
import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BITES_WITHIN_S = 0.3  # SIGTERM is heard by the main thread, while this one has reached the place


def _in_folder(name: str) -> Path:
    return Path(os.environ["STUDIO_FAULTS"]) / name


def reach(place: str) -> None:
    """This place is reached: nothing happens, unless it is armed."""
    fired = _in_folder(f"fired.{place}")
    try:
        _in_folder(f"armed.{place}").rename(fired)
    except FileNotFoundError:
        return
    number = signal.Signals[fired.read_text()]
    fired.write_text(f"{os.getpid()}.")
    os.kill(os.getpid(), number)
    if number == signal.SIGTERM:
        time.sleep(BITES_WITHIN_S)


def say_ready() -> None:
    """The harness waits for this one to be able to take over, before it breaks another one."""
    _in_folder(f"ready.{os.getpid()}").touch()


def is_armed(place: str) -> bool:
    return _in_folder(f"armed.{place}").exists()


def switched(name: str) -> Any:
    """What the harness has set under this name, now; None when it has not."""
    try:
        return json.loads(_in_folder("switches").read_text()).get(name)
    except FileNotFoundError:
        return None


def drops(what: str) -> bool:
    """Is this one of those that get lost? The switch holds which share of `what` does."""
    return random.random() < (switched(f"{what} lost") or 0)


def before(owner: Any, name: str, place: Callable[..., str | None]) -> None:
    """Reach a place before each call of `owner.name`; `place` names it by the call's arguments, or says None."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if at := place(*args, **kwargs):
            reach(at)
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, place: Callable[..., str | None]) -> None:
    """The same after the call has succeeded; `place` is told its result."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if at := place(result):
            reach(at)
        return result

    setattr(owner, name, wrapped)


def replace(owner: Any, name: str, by: Callable[[Any], Any]) -> None:
    """`by` makes the substitute from the original."""
    original = getattr(owner, name)
    setattr(owner, name, functools.wraps(original)(by(original)))
