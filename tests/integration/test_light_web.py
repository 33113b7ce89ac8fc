"""What a web process does not bring along before somebody needs it."""

import os
import subprocess
import sys

from django.conf import settings

LATE = (
    "numpy",
    "PIL",
    "cv2",
    "gallery.pictures",
    "pipeline.steps",
    "cloudinary",
    "urllib3",
    "requests",
    "google.genai",
    "httpx2",
)


def test_a_web_process_starts_without_what_only_pictures_need() -> None:
    look = f"""
import sys, project.asgi, django.urls
django.urls.get_resolver().url_patterns
print([name for name in {LATE!r} if name in sys.modules])
"""
    environment = {**os.environ, "CLOUDINARY_URL": "cloudinary://271:828@cloud"}
    found = subprocess.run(
        [sys.executable, "-c", look],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_the_garbage_collector_need_not_look_through_what_was_loaded() -> None:
    """One look would hold everybody for a tenth of a second."""
    look = "import gc, project.asgi; gc.collect(); print(gc.get_freeze_count() > 10 * len(gc.get_objects()))"
    found = subprocess.run(
        [sys.executable, "-c", look], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "True"


def test_a_worker_that_paints_and_edits_does_without_opencv() -> None:
    """50 MB that only the tools for photographs need."""
    look = "import sys; from pipeline.providers.local import provider; print('cv2' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", look], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
