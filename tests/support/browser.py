"""Debian's Chromium, as the tests start it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# Chromium obeys only the last list of features, so this one repeats Playwright's, as far as they matter here, and adds the two
# pages that each new window loads for its invisible address bar, which take half of the window's time.
WITHOUT = (
    "PaintHolding", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "DestroyProfileOnBrowserClose", "MediaRouter",
    "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--disable-features={','.join(WITHOUT)}",
)  # fmt: skip


def find_chromium() -> Path | None:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return Path(found) if found else None


@contextmanager
def launched(chromium: Path) -> Iterator[Browser]:
    """Playwright runs an event loop in this thread meanwhile, so other tests of the thread cannot run one of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()
