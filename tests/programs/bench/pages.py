"""(l) Lighthouse on the two pages of a studio that has just started, if Node is installed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.programs.bench.table import PAGES
from tests.programs.bench.testbed import Numbers
from tests.support.browser import find_chromium
from tests.support.serving import HANGS_S, serving

LIGHTHOUSE = "lighthouse@12"  # 13 asks for Node 22
TRIES = 3  # on a busy machine it may miss the beginning of a page, and fail
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def is_installed() -> bool:
    return bool(shutil.which("npx") and find_chromium())


def lighthouse() -> Numbers:
    with TemporaryDirectory(prefix="studio-pages-") as folder, serving(Path(folder) / "data") as studio:
        return {name: number for page in PAGES for name, number in _look(studio.address + page[1:], page).items()}


def _look(address: str, page: str) -> Numbers:
    """Empty where it could not be run; the reason is printed."""
    report = next(filter(None, (_report(address) for _ in range(TRIES))), None)
    if report is None:
        return {}
    categories = report["categories"].values()
    paint = report["audits"]["largest-contentful-paint"]["numericValue"] / 1000
    return {
        **{f"Lighthouse, {page}: {category['title']}": category["score"] for category in categories},
        f"Lighthouse, {page}: largest paint on a slow phone": paint,
    }


def _report(address: str) -> dict[str, Any] | None:
    only = f"--only-categories={','.join(CATEGORIES)}"
    run = subprocess.run(
        [
            "npx",
            "--yes",
            LIGHTHOUSE,
            address,
            "--quiet",
            "--output=json",
            only,
            "--chrome-flags=--headless --no-sandbox",
        ],
        env={**os.environ, "CHROME_PATH": str(find_chromium())},
        capture_output=True,
        text=True,
        timeout=2 * HANGS_S,
    )
    if run.returncode:
        sys.stderr.write(f"Lighthouse failed: {run.stderr.strip()[-200:]}\n")
        return None
    return dict(json.loads(run.stdout))
