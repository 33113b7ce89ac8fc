"""(m) Lists and searches of the gallery on PostgreSQL, with many pictures compared with few."""

import os
import subprocess
import sys
import time
from statistics import median

import httpx
import psycopg
from django.conf import settings

from tests.programs.bench.house import OURS, House, Numbers, house
from tests.support import postgresql

Asked = tuple[str, str]  # a bearer token, a path
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
        with house(0, OURS, DATABASE_URL=url) as studio:
            compared = {
                "first page": (GALLERY, GALLERY),
                "thousandth page over the first": (GALLERY, f"{GALLERY}?cursor={found[0]}"),
                **{name: (GALLERY + query, GALLERY + query) for name, query in SEARCHES.items()},
            }
            days = {
                f"days of {lots:,} pictures on PostgreSQL": 1000 * _taken(studio, (rich[1], f"{GALLERY}days/"), asked)
            }
            return days | {
                f"PostgreSQL, {name}, {lots:,} pictures over {few:,}": _ratio(
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


def _taken(studio: House, ask: Asked, asked: int) -> float:
    """Seconds, the median."""
    token, path = ask
    taken = []
    with httpx.Client(base_url=studio.url, headers={"Authorization": f"Bearer {token}"}) as http:
        for _ in range(asked):
            began = time.perf_counter()
            assert http.get(path).json()["items"]
            taken.append(time.perf_counter() - began)
    return median(taken)


def _ratio(studio: House, one: Asked, other: Asked, asked: int) -> float:
    """How many times as long the other takes; measured alternately."""
    taken: dict[Asked, list[float]] = {one: [], other: []}
    with httpx.Client(base_url=studio.url) as http:
        for _ in range(asked):
            for token, path in taken:
                began = time.perf_counter()
                answer = http.get(path, headers={"Authorization": f"Bearer {token}"})
                taken[token, path].append(time.perf_counter() - began)
                assert answer.json()["items"], answer.text
    return median(taken[other]) / median(taken[one])
