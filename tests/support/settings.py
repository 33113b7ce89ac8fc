import runpy
import sys

import pytest
from django.conf import settings

import project

READ_ONCE = ("environment", "environment_checks")


def read_settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """From the environment of now. The settings of this process stay what they are."""
    for name in READ_ONCE:
        monkeypatch.delitem(sys.modules, f"project.{name}")
        monkeypatch.delattr(project, name)
    return runpy.run_path(str(settings.BASE_DIR / "project" / "settings.py"))
