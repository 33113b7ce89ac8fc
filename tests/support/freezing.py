import signal
from collections.abc import Iterator
from contextlib import contextmanager

from project.serve.children import Child


@contextmanager
def frozen(child: Child) -> Iterator[None]:
    child.send(signal.SIGSTOP)
    try:
        yield
    finally:
        child.send(signal.SIGCONT)
