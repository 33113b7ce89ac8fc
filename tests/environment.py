"""Loaded first (`-p tests.environment`): keeps the tests away from the data, servers and keys of whoever runs them."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

for name in list(os.environ):
    if name.startswith(("STUDIO_", "GEMINI_", "GOOGLE_")):
        del os.environ[name]
for name in ("MONGO_URI", "REDIS_URL", "DATABASE_URL", "CLOUDINARY_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS"):
    os.environ.pop(name, None)

# What `tests/integration/gallery/test_on_postgresql.py` gives those that it runs.
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

DATA = Path(tempfile.mkdtemp(prefix="studio-test-"))
os.environ["STUDIO_DATA"] = str(DATA)
os.environ["STUDIO_GUESTS_PER_MINUTE"] = "100000"  # every test comes from this machine
os.environ["STUDIO_READS_PER_MINUTE"] = "1000000"
os.environ["STUDIO_SCREENING"] = "off"  # half of what a small picture costs; its own tests switch it on
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
TORCH_IS_MISSING = bool(os.environ.get("TORCH_IS_MISSING"))  # `.ci/run` says so where its 5 GB could not be fetched


def _hides_something(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """In CI everything is installed: a test that skips itself there hides something."""
    excused = TORCH_IS_MISSING and "diffusers.stamp" in str(report.longrepr)
    return IN_CI and report.skipped and not excused and not hasattr(report, "wasxfail")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _hides_something(report):
        report.outcome = "failed"
        report.longrepr = f"skipped, which in CI is a failure: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _hides_something(report):
        report.outcome = "failed"
        report.longrepr = f"skipped, which in CI is a failure: {report.longrepr}"
    return report
