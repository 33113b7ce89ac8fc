"""The sentences of the code, and the catalogues of their translations: `make sentences` updates those."""

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import allauth
import django
import polib
from babel.messages.extract import extract_javascript, extract_python
from django.utils.translation.template import templatize

from pipeline.providers.offline.vocabulary import OFFERS, SENTENCES

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = "vi"
PO = ROOT / "locale" / LANGUAGE / "LC_MESSAGES/django.po"
JS = ROOT / "static/studio/locale" / f"{LANGUAGE}.js"
FOLDERS = ("gallery", "pipeline", "chat", "project")
PYTHON = {
    **dict.fromkeys(("_", "N_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
}
JAVASCRIPT = {"t": None, "plural": (2, 3)}
ENTRY = re.compile(r'^  ("(?:[^"\\]|\\.)*"): ("(?:[^"\\]|\\.)*"),$', re.MULTILINE)

# Sentences of our packages that people read, where the packages have no Vietnamese.
ALLAUTH, DJANGO = (Path(str(package.__file__)).parent for package in (allauth, django))
OF_ALLAUTH = (
    *(
        f"{app}/**/{module}.py"
        for app in ("account", "mfa", "socialaccount")
        for module in ("adapter", "fields", "forms")
    ),
    "templates/*/email/*.txt",
)
OF_DJANGO = (
    *(f"contrib/admin/templates/admin/{name}.html" for name in (
        "app_index", "app_list", "base", "change_form", "change_list", "color_theme_toggle", "index", "login",
        "nav_sidebar", "object_history",
    )),
    "contrib/admin/templatetags/admin_list.py", "contrib/admin/options.py", "contrib/auth/password_validation.py",
    "core/validators.py", "forms/fields.py",
)  # fmt: skip

Sentence = tuple[str, ...]  # of a plural: singular, plural


def python_files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def templates() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("templates/**/*") if path.is_file())


def scripts() -> list[Path]:
    return sorted(path for path in (ROOT / "static/studio").rglob("*.js") if path != JS)


def in_python(text: str) -> Iterator[Sentence]:
    yield from _sentences(extract_python(io.BytesIO(text.encode()), PYTHON, [], {"encoding": "utf-8"}))


def in_template(text: str) -> Iterator[Sentence]:
    """Django turns it into Python with the same line numbers."""
    yield from in_python("\n".join(line.lstrip() for line in templatize(text).split("\n")))


def in_script(text: str) -> Iterator[Sentence]:
    yield from _sentences(
        extract_javascript(io.BytesIO(text.encode()), JAVASCRIPT, [], {"parse_template_string": True})
    )


def _sentences(found: Iterable[tuple[Any, ...]]) -> Iterator[Sentence]:
    """Calls whose argument is not a literal are left out."""
    for _line, _function, message, _comments in found:
        if parts := tuple(filter(None, [message] if isinstance(message, str) else message or ())):
            yield parts


def of_the_server() -> set[Sentence]:
    found = {sentence for path in python_files() for sentence in in_python(path.read_text())}
    found |= {sentence for path in templates() for sentence in in_template(path.read_text())}
    return found | {(sentence,) for sentence in (*SENTENCES.values(), *OFFERS.values())} | of_packages()


def of_packages() -> set[Sentence]:
    files = [
        path
        for folder, names in ((ALLAUTH, OF_ALLAUTH), (DJANGO, OF_DJANGO))
        for name in names
        for path in folder.glob(name)
    ]
    assert files
    found = {each for path in files for each in (in_python if path.suffix == ".py" else in_template)(path.read_text())}
    known = {
        entry.msgid
        for path in DJANGO.rglob("locale/vi/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
        if entry.translated()
    }
    return {sentence for sentence in found if sentence[0] not in known and re.search(r"[a-z]{3}", sentence[0])}


def of_the_page() -> set[Sentence]:
    return {sentence for path in scripts() for sentence in in_script(path.read_text())}


def read_js(text: str) -> list[tuple[str, str]]:
    return [(json.loads(english), json.loads(translated)) for english, translated in ENTRY.findall(text)]


def read_po(text: str) -> polib.POFile:
    """Where git merged two translations of the same sentence from two branches, the last one counts."""
    return polib.pofile(re.sub(r'^(msgstr[^"\n]* "[^\n]*"\n)+(?=msgstr)', "", text, flags=re.MULTILINE), wrapwidth=0)


def update_po(sentences: set[Sentence]) -> None:
    known = {entry.msgid: entry for entry in read_po(PO.read_text())}
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for one, *more in sorted(sentences):
        kept = known.get(one)
        if more:
            said = kept.msgstr_plural.get(0, "") if kept else ""
            catalogue.append(polib.POEntry(msgid=one, msgid_plural=more[0], msgstr_plural={0: said}))
        else:
            catalogue.append(polib.POEntry(msgid=one, msgstr=kept.msgstr if kept else ""))
    catalogue.save(str(PO))


def update_js(sentences: set[Sentence]) -> None:
    text = JS.read_text()
    known = dict(read_js(text))
    head = text[: text.index("learn({\n")]
    lines = [
        f"  {json.dumps(each, ensure_ascii=False)}: {json.dumps(known.get(each, ''), ensure_ascii=False)},\n"
        for each in sorted(sentence[-1] for sentence in sentences)
    ]
    JS.write_text(f"{head}learn({{\n{''.join(lines)}}});\n")


def untranslated() -> list[str]:
    po = [entry.msgid for entry in polib.pofile(str(PO)) if not entry.translated()]
    return po + [english for english, translated in read_js(JS.read_text()) if not translated]


if __name__ == "__main__":
    update_po(of_the_server())
    update_js(of_the_page())
    for each in untranslated():
        sys.stdout.write(f"without a translation: {each}\n")
