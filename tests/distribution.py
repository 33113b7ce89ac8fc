"""Which tests run in one process, one after the other: those that share what is dear to start, such as a studio, then each
file by itself. Those that take longest begin first, so that no process is left with them in the end."""

from collections import defaultdict
from pathlib import Path

import pytest

BROWSERS = ("first browser", "second browser")  # half of those files each
FOLDERS = {"cluster": "fleet", "security": "target"}
FIXTURES = {"studio": "studio", "limited": "studio", "queueing": "studio", "postgres": "postgres"}
SLOWEST_GROUPS = (
    *BROWSERS,
    "fleet",
    "studio",
    "target",
    "integration/test_faults.py",
    "postgres",
    "integration/chat/test_view.py",
)


def grouped(items: list[pytest.Item]) -> list[pytest.Item]:
    """In the order in which they are to begin, each marked with its group."""
    files: defaultdict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    groups: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for path, found in files.items():
        groups[_group(path, found)] += found
    order = sorted(
        groups, key=lambda name: SLOWEST_GROUPS.index(name) if name in SLOWEST_GROUPS else len(SLOWEST_GROUPS)
    )
    for name in order:
        for item in groups[name]:
            item.add_marker(pytest.mark.xdist_group(name))
    return [item for name in order for item in groups[name]]


def _group(path: Path, items: list[pytest.Item]) -> str:
    own = str(path.relative_to(Path(__file__).parent))
    if path.parent.name == "e2e":
        return BROWSERS[path.name > "test_m"]
    if path.parent.name in FOLDERS:
        return FOLDERS[path.parent.name]
    return next((FIXTURES[name] for item in items for name in _everybodys(item) if name in FIXTURES), own)


def _everybodys(item: pytest.Item) -> list[str]:
    """The fixtures that it asks for and that are made once; a file may have another one under the same name."""
    found = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return [name for name, definitions in found.items() if definitions[-1].scope == "session"]
