"""What README.md, SECURITY.md and the pages in docs/ say is true, and the example runs."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.studio import HANGS_S, Studio

ROOT: Path = settings.BASE_DIR
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]
SETTINGS_PAGE = PAGES["docs/settings.md"]
SETTINGS = (ROOT / "project" / "environment.py").read_text()
READ = set(re.findall(r'env\.\w+\("(\w+)"', SETTINGS))
MAX_LINES = 150  # lines: README.md is read in one sitting
EVERY_PAGE = pytest.mark.parametrize("page", PAGES)
OLD = PAGES["docs/coming-from-the-old-system.md"]  # names settings of the system that this one replaces


def test_the_readme_is_read_in_one_sitting_and_leads_to_every_page() -> None:
    assert len(README.splitlines()) <= MAX_LINES
    assert set(PAGES) - {"README.md"} <= set(_links(README))


def test_every_setting_is_in_the_table_and_the_table_names_no_other() -> None:
    assert set(re.findall(r"^\| `([A-Z0-9_]+)` \|", SETTINGS_PAGE, re.MULTILINE)) == READ


def test_the_defaults_in_the_table_are_the_real_ones() -> None:
    for name, default in re.findall(r'env\.(?:int|float)\("(\w+)", ([\d.]+)\)', SETTINGS):
        assert f"| `{name}` | {default} |" in SETTINGS_PAGE


@EVERY_PAGE
def test_every_setting_that_a_page_names_is_read(page: str) -> None:
    of_compose = {"STUDIO_PORT"}
    old = {"GEMINI_MODEL"} if PAGES[page] is OLD else set()
    named = set(re.findall(r"\b(?:STUDIO|GEMINI|CLOUDINARY)_[A-Z_]*[A-Z]\b", PAGES[page]))
    assert named <= READ | of_compose | old


def test_the_example_with_curl_runs_as_it_stands(studio: Studio, tmp_path: Path) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", "".join(PAGES.values()), re.DOTALL)
    script = script.replace("http://127.0.0.1:9999", studio.url)
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True, timeout=HANGS_S, env=os.environ)
    assert (tmp_path / "sunset.jpg").read_bytes().startswith(b"\xff\xd8")


@EVERY_PAGE
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: str) -> None:
    for target in _links(PAGES[page]):
        path, _, heading = target.partition("#")
        where = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert where.is_file(), target
        if heading:
            assert heading in _headings(where.read_text()), target


@EVERY_PAGE
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    for path in re.findall(r"`((?:project|chat|pipeline|gallery|static|tests|docs)/[\w/.-]*)`", PAGES[page]):
        assert (ROOT / path).exists(), path


@EVERY_PAGE
def test_every_path_that_a_page_names_is_routed(page: str) -> None:
    routes = " ".join(_routes(get_resolver().url_patterns))
    methods = "(?:(?:GET|POST|PATCH|DELETE) )?"
    for path in re.findall(
        rf"`{methods}/((?:v1|api|swagger|redoc|openapi|asyncapi|healthz|readyz|metrics)[\w/.]*)", PAGES[page]
    ):
        assert path.rstrip("/") in routes, path


@EVERY_PAGE
def test_every_command_that_a_page_names_is_there(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`|; )make ([a-z]+)\b", PAGES[page], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in re.findall(r"manage\.py (\w+)", PAGES[page]):
        assert command in get_commands(), command


def _links(text: str) -> list[str]:
    """Targets of links and pictures that lead to files of ours."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]


def _headings(text: str) -> set[str]:
    """Of each heading the anchor that GitHub makes of it."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        found += _routes(pattern.url_patterns, path) if isinstance(pattern, URLResolver) else [path]
    return found
