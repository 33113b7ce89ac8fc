"""What a web process does not bring along before somebody needs it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.support.serving import HANGS_S

LATE = (
    "numpy",
    "PIL",
    "cv2",
    "gallery.pictures",
    "pipeline.worker.runner",
    "pipeline.worker.maintenance",
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


WEB = """
import sys
from project.daphne.__main__ import load
load([*sys.argv[1:], "project.asgi:application"])
print([name for name in ("OpenSSL", "cryptography", "psycopg") if name in sys.modules])
import OpenSSL  # what comes later finds it
"""


@pytest.mark.parametrize(
    ("arguments", "stores", "brought"),
    [
        (["-p", "9999"], {}, []),
        (["-p", "9999"], {"DATABASE_URL": "postgresql://u:p@127.0.0.1/d"}, ["psycopg"]),
        (["-p", "9999"], {"REDIS_URL": "rediss://127.0.0.1"}, ["OpenSSL", "cryptography"]),
        (["-p", "9999"], {"MONGO_URI": "mongodb://127.0.0.1/studio?tls=true"}, ["OpenSSL", "cryptography"]),
        (["-e", "ssl:9999:privateKey=k.pem"], {}, ["OpenSSL", "cryptography"]),
    ],
)
def test_a_web_process_brings_cryptography_where_it_speaks_tls(
    arguments: list[str], stores: dict[str, str], brought: list[str]
) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WEB, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **stores},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(brought)


POLLED = """
import threading, urllib.request
from daphne.server import Server
import django; django.setup()
from project.daphne import requests
from project.daphne.pacing import PacedAnswers
from twisted.internet import reactor
requests.install()

async def answer(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})

class Unlooked(Server):
    def application_checker(self):
        pass

def poll():
    port = server.listening_addresses[0][1]
    for _ in range(20):
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/").read() == b"ok"
    reactor.callFromThread(tell)

def tell():
    print(len(server.connections))
    reactor.stop()

begin = lambda: reactor.callLater(0, threading.Thread(target=poll).start)
server = Unlooked(PacedAnswers(answer), ["tcp:0:interface=127.0.0.1"], ready_callable=begin, signal_handlers=False)
server.run()
"""


def test_nothing_is_kept_of_a_request_that_was_answered() -> None:
    """Daphne would keep it until it looks, once a second."""
    found = subprocess.run(
        [sys.executable, "-c", POLLED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings"},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
    )
    assert found.stdout.strip() == "0", found.stderr


def test_the_garbage_collector_need_not_look_through_what_was_loaded() -> None:
    """One look would hold everybody for a tenth of a second, and looks while it loads are a sixth of a start."""
    look = """
import gc, project
print(not gc.isenabled())
import project.asgi
print(gc.isenabled())
gc.collect()
print(gc.get_freeze_count() > 10 * len(gc.get_objects()))
"""
    found = subprocess.run(
        [sys.executable, "-c", look], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True"] * 3


OFFLINE = """
import sys
from pipeline.providers.base import Intent, PictureRequest, RefineRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.support.listener import Listener

def loaded(*names):
    print([name for name in names if name in sys.modules])

provider = OfflineProvider()
read = provider.refine(RefineRequest("a lake", None, None, 128, 128, False, False, False, ()))
loaded("numpy", "PIL", "cv2")
import io
from PIL import Image
buffer = io.BytesIO()
Image.new("RGB", (32, 32)).save(buffer, "PNG")
edit = PictureRequest(Intent.EDIT, "bluer, sepia", "", None, None, None, 1, buffer.getvalue(), None)
provider.make(edit, Listener())
loaded("cv2")
"""


def test_reading_offline_loads_no_painter_and_editing_no_opencv() -> None:
    """Which only the painter and the tools for photographs need; a web process reads too."""
    found = subprocess.run(
        [sys.executable, "-c", OFFLINE], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert found.stdout.split("\n")[:2] == ["[]", "[]"]
