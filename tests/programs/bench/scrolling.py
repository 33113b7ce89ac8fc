"""(n) The gallery page of somebody with many pictures, scrolled from its top to its end in Chromium: its longest frame, and how
many elements it has."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from playwright.sync_api import BrowserContext, Page

from tests.programs.bench.house import Numbers
from tests.support.browser import find_chromium, launched
from tests.support.serving import serving

SCROLL = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const root = document.documentElement;
  const far = root.scrollHeight - innerHeight;
  let [longest, most, before] = [0, 0, await frame()];
  for (let at = 0; at < STEPS; at += 1) {
    scrollTo(0, at < STEPS / 2 ? at * 120 : (far * at) / STEPS);
    const now = await frame();
    longest = Math.max(longest, now - before);
    before = now;
    most = Math.max(most, document.querySelectorAll("*").length);
  }
  return [longest, most];
}
"""
STEPS = 600  # half of them one notch of a wheel each, half of them far jumps


def is_installed() -> bool:
    return bool(find_chromium())


def gallery(pictures: int) -> Numbers:
    chromium = find_chromium()
    assert chromium
    with (
        TemporaryDirectory(prefix="studio-scrolling-") as folder,
        serving(Path(folder) / "data", "--workers", "0", environment={"STUDIO_LIMITS": "off"}) as studio,
        launched(chromium) as browser,
    ):
        context = browser.new_context(base_url=studio.address, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.set_default_timeout(120_000)
        _fill(page, context, studio.folder, pictures)
        page.goto("/gallery/")
        page.wait_for_selector("gallery-card")
        page.wait_for_timeout(3500)  # the windows that it fetches once it has come to rest
        longest, most = page.evaluate(SCROLL.replace("STEPS", str(STEPS)))
    return {
        f"scrolling {pictures:,} pictures: longest frame": longest,
        f"scrolling {pictures:,} pictures: elements": most,
    }


def _fill(page: Page, context: BrowserContext, folder: Path, pictures: int) -> None:
    page.goto("/gallery/")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    headers = {"X-CSRFToken": token, "Referer": page.url}
    answer: dict[str, Any] = context.request.post("/api/v1/auth/cookie/", headers=headers).json()
    run = [sys.executable, "manage.py", "seed_gallery", str(pictures)]
    environment = {**os.environ, "STUDIO_DATA": str(folder)}
    seeded = subprocess.run(
        run, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    with closing(sqlite3.connect(folder / "studio.sqlite3", timeout=60)) as database, database:
        owners = (answer["user"]["id"].replace("-", ""), seeded.split()[0].replace("-", ""))
        database.execute("UPDATE gallery_image SET owner_id = ? WHERE owner_id = ?", owners)
