"""What the pages must never contain: anything the Content-Security-Policy would stop, any way for text to become markup."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    ROOT / "chat/templates/chat/page.html",
    ROOT / "gallery/templates/gallery/page.html",
    ROOT / "project/templates/you/keys.html",
]
SCRIPTS = sorted((ROOT / "static/studio").rglob("*.js"))
STYLES = sorted((ROOT / "static/studio").rglob("*.css"))
FILES = [*PAGES, *SCRIPTS, *STYLES, *sorted((ROOT / "static/studio").rglob("*.svg"))]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check() -> None:
    assert SCRIPTS
    assert STYLES
    assert all(page.exists() for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=name)
@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(r"<script(?![^>]*\bsrc=)", id="inline script"),
        pytest.param(r"<style\b", id="inline style"),
        pytest.param(r"\sstyle\s*=", id="style attribute"),
        pytest.param(r"\son\w+\s*=", id="event handler attribute"),
        pytest.param(r"javascript:", id="javascript URL"),
        pytest.param(r"\|\s*safe\b|autoescape\s+off", id="unescaped value"),
    ],
)
def test_a_page_has_nothing_inline(page: Path, forbidden: str) -> None:
    assert not re.search(forbidden, page.read_text(), re.IGNORECASE)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(r"\b(inner|outer)HTML\b|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment", id="markup"),
        pytest.param(r"\bDOMParser\b|document\.write|\bsrcdoc\b", id="parsed markup"),
        pytest.param(r"\beval\s*\(|\bnew\s+Function\b|set(Timeout|Interval)\(\s*[\"'`]", id="text as code"),
        pytest.param(r"setAttribute\(\s*[\"']style", id="style attribute"),
    ],
)
def test_a_script_turns_no_text_into_markup_or_code(script: Path, forbidden: str) -> None:
    assert not re.search(forbidden, script.read_text())


# XML namespaces and IPTC's terms are written as addresses, and never asked.
ONLY_NAMES = ("http://www.w3.org/", "http://ns.adobe.com/xap/", "http://cv.iptc.org/newscodes/", "http://iptc.org/std/")


@pytest.mark.parametrize("file", FILES, ids=name)
def test_nothing_is_loaded_from_elsewhere(file: Path) -> None:
    addresses = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z0-9.-]+[^\s\"')]*", file.read_text(), re.IGNORECASE)
    assert [address for address in addresses if not address.startswith(ONLY_NAMES)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_module_imports_only_what_is_there(script: Path) -> None:
    for module in re.findall(r"^(?:import|\} from)[^;]*?\"(.+?)\";", script.read_text(), re.MULTILINE):
        assert (script.parent / module).exists(), module


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_only_static_files_that_are_there(page: Path) -> None:
    for file in re.findall(r"{% static '(.+?)' %}", page.read_text()):
        assert (ROOT / "static" / file).exists(), file


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_script_imports_what_translates_its_sentences_once(script: Path) -> None:
    text = script.read_text()
    imported = re.findall(r"^import \{([^}]*)\} from \"[./a-z]*translate\.js\";$", text, re.MULTILINE)
    names = {each.strip() for each in ",".join(imported).split(",")}
    called = {each for each in ("t", "plural") if re.search(rf"(?<![\w.$]){each}\(", text)}
    if script.name != "translate.js":
        assert (called <= names, len(imported) <= 1) == (True, True), names
