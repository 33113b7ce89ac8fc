"""The catalogue of translations, `locale/`, in the form that Django reads."""

import hashlib
import os
from pathlib import Path


def compiled(source: Path, target: Path) -> Path:
    """`target`, brought up to date where a .po file has changed; safe to interrupt, and in several processes at once."""
    for written in source.glob("*/LC_MESSAGES/*.po"):
        catalogue = (target / written.relative_to(source)).with_suffix(".mo")
        stamp, digest = catalogue.with_suffix(".sha256"), hashlib.sha256(written.read_bytes()).hexdigest()
        if not (stamp.exists() and stamp.read_text() == digest):
            _compile(written, catalogue)
            stamp.write_text(digest)
    return target


def _compile(written: Path, catalogue: Path) -> None:
    import polib  # late: mostly there is nothing to do

    catalogue.parent.mkdir(parents=True, exist_ok=True)
    temporary = catalogue.with_suffix(f".{os.getpid()}")
    polib.pofile(str(written)).save_as_mofile(str(temporary))
    temporary.replace(catalogue)
