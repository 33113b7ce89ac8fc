"""Every sentence that a person reads is in both languages; docs/translations.md says how to write one."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.utils import translation

from gallery.errors import NotFound
from project import admin_names
from project.catalogue import compiled
from project.http.language import choose
from tests.programs import sentences
from tests.support import bare

VALUES = re.compile(r"\{[^}]*\}|%\(\w+\)[sd]|%[sd]")
# Read by whoever runs the studio or writes programs for it, or by a model.
IN_ENGLISH = (
    "chat/asyncapi.py", "chat/examples.py", "gallery/moderation/append_only.py",
    "project/openapi", "project/management/", "project/serve/", "project/environment.py", "project/environment_checks.py",
    "project/accounts/openid.py",
    "pipeline/management/", "pipeline/huey_queue.py", "pipeline/providers/wording.py",
    "pipeline/providers/gemini/wording.py", "pipeline/providers/orders.py", "project/docs.py",
    "project/models.py",  # the name of a permission, which Django keeps in the database
    "project/templates/docs/swagger.html", "project/templates/docs/redoc.html",
)  # fmt: skip
# Looks like a sentence and is none: names of keys and events, of products, CSS.
NO_SENTENCE = {
    "Home", "End", "Tab", "Escape", "Enter", "Files", "Edge", "Opera", "Firefox", "Chrome", "Safari", "Android", "Windows",
    "Mac", "Mac OS", "Linux", "File size too large", "hide", "block", "Delete", "cost counter",
    "read write", "<x:xmpmeta {}", "translate({}px, {}px) scale({})",
}  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(sentences.ROOT).as_posix()


def checked() -> Iterator[tuple[str, str]]:
    kinds: list[tuple[list[Path], Callable[[str], Iterable[str]]]] = [
        (sentences.python_files(), bare.in_python),
        (sentences.templates(), bare.in_template),
        (sentences.scripts(), bare.in_script),
    ]
    for paths, find in kinds:
        for path in paths:
            if not (name(path).startswith(IN_ENGLISH) or "/migrations/" in name(path)):
                yield from ((name(path), found) for found in find(path.read_text()) if found not in NO_SENTENCE)


def test_no_sentence_goes_around_the_translation() -> None:
    assert list(checked()) == []


def in_the_catalogue() -> dict[tuple[str, ...], str]:
    return {
        (entry.msgid, entry.msgid_plural) if entry.msgid_plural else (entry.msgid,): str(
            entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
        )
        for entry in polib.pofile(str(sentences.PO))
    }


def in_the_page() -> dict[str, str]:
    return dict(sentences.read_js(sentences.JS.read_text()))


MEND = "run `make sentences`, and translate what it names"


def test_the_catalogue_has_what_the_code_says_and_nothing_else() -> None:
    assert set(in_the_catalogue()) == sentences.of_the_server(), MEND


def test_the_pages_catalogue_has_what_its_modules_say_and_nothing_else() -> None:
    assert set(in_the_page()) == {sentence[-1] for sentence in sentences.of_the_page()}, MEND


def test_every_sentence_is_translated() -> None:
    assert sentences.untranslated() == []


def test_a_translation_has_the_same_values() -> None:
    pairs = [(sentence[-1], said) for sentence, said in in_the_catalogue().items()] + list(in_the_page().items())
    assert [pair for pair in pairs if Counter(VALUES.findall(pair[0])) != Counter(VALUES.findall(pair[1]))] == []


def test_every_line_of_the_pages_catalogue_is_an_entry() -> None:
    """As the test reads it a browser reads it."""
    _, _, entries = sentences.JS.read_text().partition("learn({\n")
    assert sentences.ENTRY.sub("", entries).split() == ["});"]


def test_no_sentence_stands_twice() -> None:
    """Two branches may have brought the same one."""
    for catalogue in (
        [entry.msgid for entry in polib.pofile(str(sentences.PO))],
        [english for english, _ in sentences.read_js(sentences.JS.read_text())],
    ):
        assert [each for each, times in Counter(catalogue).items() if times > 1] == [], MEND


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "vi", "vi"),
        (None, "vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        (None, "en-GB,en;q=0.9,vi;q=0.8", "en"),
        (None, "fr,vi;q=0.5", "vi"),
        (None, "fr", "en"),
        (None, "vi;q=0, en", "en"),
        (None, "\x00;;;q=q", "en"),
        ("en", "vi", "en"),
        ("vi", "en", "vi"),
        ("../../etc", "vi", "vi"),
    ],
)
def test_the_switch_goes_before_the_browser(cookie: str | None, accepted: str, language: str) -> None:
    assert choose(cookie, accepted) == language


def test_an_error_is_in_the_language_of_whoever_reads_it() -> None:
    error = NotFound()
    with translation.override("vi"):
        assert error.message == "Không có thứ này, hoặc nó không phải của bạn."
    assert error.message == "There is no such thing, or it is not yours."


def test_a_changed_catalogue_is_compiled_anew(tmp_path: Path) -> None:
    written = tmp_path / "locale/vi/LC_MESSAGES/django.po"
    written.parent.mkdir(parents=True)
    target = tmp_path / "compiled"
    for said in ("một", "hai"):
        written.write_text(
            f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "one"\nmsgstr "{said}"\n'
        )
        compiled(tmp_path / "locale", target)
        assert [entry.msgstr for entry in polib.mofile(str(target / "vi/LC_MESSAGES/django.mo"))] == [said]


def test_the_languages_are_those_of_the_catalogue() -> None:
    assert [code for code, _ in settings.LANGUAGES] == ["en", sentences.LANGUAGE]


@pytest.mark.parametrize(
    "model", [model for model in admin.site._registry if model._meta.app_label in admin_names.OURS]
)
def test_the_admin_calls_what_it_shows_in_vietnamese(model: type[Model]) -> None:
    shown = admin.site._registry[model]
    fields = {field.name: field for field in model._meta.get_fields() if hasattr(field, "verbose_name")}
    named = [fields[name].verbose_name for name in {*shown.list_display, *(shown.fields or ())} if name in fields]
    names = [model._meta.verbose_name, model._meta.verbose_name_plural, *named]
    english = [str(name) for name in names]
    with translation.override("vi"):
        assert [name for name in names if str(name) in english] == []
