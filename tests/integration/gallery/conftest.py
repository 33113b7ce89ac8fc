"""The ground floor alone: files in a folder of the test's own, and nobody above who listens."""

from pathlib import Path
from typing import Any

import pytest

from gallery.signals import image_changed
from project.models import User


@pytest.fixture(autouse=True)
def ground(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PICTURES_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # which takes no time
    monkeypatch.setattr(image_changed, "receivers", [])


@pytest.fixture
def me(transactional_db: None) -> User:
    return User.make_guest()
