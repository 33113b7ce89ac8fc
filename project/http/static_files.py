"""The page's files under hashed names, compressed once."""

import hashlib
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from servestatic.storage import CompressedManifestStaticFilesStorage

OURS = "studio"  # the folder below static/; packages' files keep their names
IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*["'](\.{1,2}/[^"']+)["'];""", re.MULTILINE)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # servestatic has no types
    """Before `build`, and with STUDIO_DEBUG, files keep their names."""

    support_js_module_import_aggregation = True  # rewrites the names that modules import
    max_post_process_passes = 20  # as deep as imports go

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if name in self.hashed_files else name


def build() -> None:
    """Fills STATIC_ROOT unless it is up to date. Safe to interrupt: the manifest is written last."""
    root = Path(settings.STATIC_ROOT)
    stamp, sources = root / "sources", _digest()
    if stamp.exists() and stamp.read_text() == sources:
        return
    others = {path.partition("/")[0] for finder in finders.get_finders() for path, _ in finder.list(None)} - {OURS}
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=sorted(others))
    stamp.write_text(sources)


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted((settings.BASE_DIR / "static" / OURS).rglob("*")):
        if path.is_file():
            found.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


@cache
def imported_by(module: str) -> tuple[str, ...]:
    """Also indirectly; names below static/."""
    seen: dict[str, None] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop(0)
        text = Path(str(finders.find(name))).read_text()
        for match in IMPORT.finditer(text):
            imported = normpath(join(dirname(name), match[1]))
            if imported not in seen and imported != module:
                seen[imported] = None
                waiting.append(imported)
    return tuple(seen)
