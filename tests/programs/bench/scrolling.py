"""(n) A gallery page with many pictures, scrolled from top to end in Chromium: its longest frame, the page's own work in it,
and the number of elements."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from playwright.sync_api import BrowserContext, Page

from tests.programs.bench.testbed import Numbers
from tests.support.browser import find_chromium, launched
from tests.support.serving import serving

SCROLL = """
async () => {
  let [longest, most, before] = [0, 0, 0];
  const seen = new Set();
  const frame = async () => {
    const now = await new Promise(requestAnimationFrame);
    longest = Math.max(longest, before && now - before);
    before = now;
    most = Math.max(most, document.querySelectorAll("*").length);
  };
  const isThere = () => !document.querySelector(".hole, gallery-card img:not(.loaded)");
  const far = document.documentElement.scrollHeight - innerHeight;
  await frame();
  for (let at = 0; at < STEPS; at += 1) {
    scrollTo(0, at < STEPS / 2 ? at * 120 : (far * at) / STEPS);
    await frame();
    for (let rest = 0; at % RUN === 0 && rest < 600 && (rest < 30 || !isThere()); rest += 1) await frame();
    for (const card of document.querySelectorAll("gallery-card:has(img.loaded)")) seen.add(card.image.id);
  }
  return [longest, most, seen.size];
}
"""
STEPS = 600  # half of them one notch of a wheel each, half of them far jumps
RUN = 15  # steps until it pauses, so that pictures load
PAINTED = 24  # files, which the pictures share
TASK = "ThreadControllerImpl::RunTask"


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
        page.wait_for_timeout(3500)  # what it loads once scrolling stops
        browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
        longest, most, seen = page.evaluate(SCROLL.replace("STEPS", str(STEPS)).replace("RUN", str(RUN)))
        busiest = _longest_task(json.loads(browser.stop_tracing())["traceEvents"])
    return {
        f"scrolling {pictures:,} pictures: longest frame": longest,
        f"scrolling {pictures:,} pictures: longest work of a frame": busiest,
        f"scrolling {pictures:,} pictures: elements": most,
        f"scrolling {pictures:,} pictures: shown on the way": seen,
    }


def _longest_task(events: list[dict[str, Any]]) -> float:
    """Milliseconds of CPU time of the longest task in the page's thread, which do not depend on other load."""
    pages = {(each["pid"], each["tid"]) for each in events if each.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [each for each in events if each["name"] == TASK and (each["pid"], each["tid"]) in pages]
    return max(float(each.get("tdur", 0)) for each in tasks) / 1000


def _fill(page: Page, context: BrowserContext, folder: Path, pictures: int) -> None:
    page.goto("/gallery/")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    headers = {"X-CSRFToken": token, "Referer": page.url}
    answer: dict[str, Any] = context.request.post("/api/v1/auth/cookie/", headers=headers).json()
    run = [sys.executable, "manage.py", "seed_gallery", str(pictures), "--painted", str(PAINTED)]
    environment = {**os.environ, "STUDIO_DATA": str(folder)}
    run += ["--owner", answer["user"]["id"]]
    subprocess.run(run, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.DEVNULL)
