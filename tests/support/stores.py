"""mongod and Valkey as `manage.py serve` runs them, for tests and measurements that bring their own processes."""

from collections.abc import Iterator
from contextlib import contextmanager

from project.serve import embedded
from project.serve.children import Child, stop


@contextmanager
def up() -> Iterator[dict[str, Child]]:
    """Runs them for the length of the block; the value is their processes by name."""
    started = embedded.stores()
    try:
        for store in started:
            store.child.start()
        for store in started:
            embedded.wait_until_ready(store)
        yield {store.child.name: store.child for store in started}
    finally:
        stop([store.child for store in started])
        embedded.remove_run_dir()
