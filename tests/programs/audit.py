"""Checks uv.lock for vulnerabilities that the package index knows: `make audit`.

Exits with 1 where a locked release has one, with 2 where a release could not be checked, else with 0.
"""

import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
from pydantic import BaseModel, ValidationError

MAX_CONNECTIONS = 8
LOCK = Path(__file__).parents[2] / "uv.lock"
UNSEEN = (
    "Not asked about, for the index knows nothing of them: what is inside of the wheels (mongod, Valkey, OpenCV's and Pillow's "
    "libraries), the images that Dockerfile and compose.yaml name, and Python itself."
)


class Release(NamedTuple):
    name: str
    version: str
    registry: str  # the index's simple API, as uv.lock has it


class Vulnerability(BaseModel):
    id: str
    aliases: list[str] = []
    fixed_in: list[str] = []
    summary: str | None = None
    withdrawn: str | None = None


class _Page(BaseModel):
    """What we read of the index's JSON about one release."""

    vulnerabilities: list[Vulnerability]


class Findings(NamedTuple):
    known: dict[Release, list[Vulnerability]]
    unasked: dict[Release, str]  # and why
    clean: list[Release]

    @property
    def status(self) -> int:
        return 1 if self.known else 2 if self.unasked else 0


def locked(lock: Path) -> list[Release]:
    """Every release in the lock from an index, of all extras, groups and systems."""
    packages = tomllib.loads(lock.read_text())["package"]
    return [
        Release(package["name"], package["version"], package["source"]["registry"])
        for package in packages
        if "registry" in package["source"]
    ]


def audit(releases: Iterable[Release]) -> Findings:
    found = Findings({}, {}, [])
    with httpx.Client(timeout=30, follow_redirects=True) as http, ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
        asked = list(releases)
        for release, answer in zip(asked, pool.map(lambda one: _ask(http, one), asked), strict=True):
            if isinstance(answer, str):
                found.unasked[release] = answer
            elif answer:
                found.known[release] = answer
            else:
                found.clean.append(release)
    return found


def _ask(http: httpx.Client, release: Release) -> list[Vulnerability] | str:
    """Its vulnerabilities, or why they could not be looked up."""
    place = f"{release.registry.removesuffix('/').removesuffix('/simple')}/pypi/{release.name}/{release.version}/json"
    try:
        page = _Page.model_validate_json(http.get(place).raise_for_status().content)
    except httpx.HTTPStatusError as error:
        return f"the index answers {error.response.status_code}"
    except httpx.HTTPError as error:
        return f"the index cannot be reached ({type(error).__name__})"
    except ValidationError:
        return "the index says nothing of vulnerabilities"
    return [one for one in page.vulnerabilities if one.withdrawn is None]


def report(found: Findings) -> str:
    lines = []
    for release, vulnerabilities in found.known.items():
        for one in vulnerabilities:
            fixed = f"fixed in {', '.join(one.fixed_in)}" if one.fixed_in else "not fixed yet"
            called = " ".join((one.id, *one.aliases))
            lines.append(f"{release.name} {release.version}: {called}, {fixed}. {one.summary or ''}".rstrip())
    total = len(found.known) + len(found.unasked) + len(found.clean)
    lines.append(
        f"{total} releases in uv.lock: {len(found.known)} with known vulnerabilities, {len(found.clean)} without."
    )
    for reason in sorted(set(found.unasked.values())):
        names = [release.name for release, why in found.unasked.items() if why == reason]
        lines.append(f"NOT ASKED, for {reason}: {len(names)}: {', '.join(names)}.")
    return "\n".join((*lines, UNSEEN))


if __name__ == "__main__":
    findings = audit(locked(LOCK))
    print(report(findings))  # noqa: T201
    sys.exit(findings.status)
