"""(m) Lists and searches of the gallery on PostgreSQL, with many pictures compared with few."""

import os
import subprocess
import sys

import psycopg
from django.conf import settings

from tests.programs.bench.testbed import OURS, Numbers, running_studio
from tests.programs.bench.timing import medians_s, times_as_long
from tests.support import postgresql

GALLERY = "/v1/gallery/"
DEEP = 999 * 50  # pictures before the thousandth page
SEARCHES = {
    "search for a word that all have": "?q=light",
    "search for a rare word": "?q=777&limit=1",  # one picture has this number, and it begins some others
    "search by relevance": "?q=castle&order=relevance",
    "favourites": "?favorite=true&limit=15",
    "one intent": "?intent=remove_background",
    "a rare provider": "?provider=stable-diffusion&limit=1",
}


def pages(few: int, lots: int, asked: int) -> Numbers:
    if not postgresql.binaries():
        return {}
    with postgresql.running() as url:
        _manage(url, "migrate", "--verbosity", "0")
        poor, rich = (_manage(url, "seed_gallery", str(count)).split() for count in (few, lots))
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("VACUUM ANALYZE")
            below = "SELECT id FROM gallery_image WHERE owner_id = %s ORDER BY id DESC OFFSET %s LIMIT 1"
            found = server.execute(below, [rich[0], min(DEEP, lots // 2)]).fetchone()
        assert found
        with running_studio(0, OURS, DATABASE_URL=url) as studio:
            compared = {
                "first page": (GALLERY, GALLERY),
                "thousandth page over the first": (GALLERY, f"{GALLERY}?cursor={found[0]}"),
                **{name: (GALLERY + query, GALLERY + query) for name, query in SEARCHES.items()},
            }
            (days,) = medians_s(studio, [(rich[1], f"{GALLERY}days/")], asked)
            return {f"days of {lots:,} pictures on PostgreSQL": 1000 * days} | {
                f"PostgreSQL, {name}, {lots:,} pictures over {few:,}": times_as_long(
                    studio, (poor[1], one), (rich[1], other), asked
                )
                for name, (one, other) in compared.items()
            }


def _manage(url: str, *command: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url}
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(
        run, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
