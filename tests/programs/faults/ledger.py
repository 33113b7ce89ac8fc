"""The fake service behind the fake provider, which answers well or badly; its ledger counts the calls. It also speaks
OpenAI's image API."""

import base64
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.studio import HANGS_S, picture

SLOW_S, NEVER_S = 0.6, 2.5  # below and above the fake's timeout
PICTURE = picture(128, 128)
IMAGES = ("/v1/images/generations", "/v1/images/edits")
REFINED = ", refined"


class Ledger:
    """`starts` counts calls by (kind, content); of variations, which share a prompt, only the one that was started most often.
    `charged` counts the pictures that would be billed: all that were made, even if the client has gone. `behaviour` is how the
    next `bad` calls are answered; later ones succeed. Those that are "held" wait for `go_on`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.starts: Counter[tuple[str, str]] = Counter()
        self._of_seed: Counter[tuple[str, str, int]] = Counter()
        self.charged = 0
        self.is_free = False
        self.behaviour = "well"
        self.bad = 0
        self.go_on = threading.Event()
        self._lock = threading.Lock()

    def behave(self, behaviour: str, calls: int = 10**9) -> None:
        with self._lock:
            self.behaviour, self.bad = behaviour, calls
        if behaviour == "held":
            self.go_on.clear()
        else:
            self.go_on.set()

    def started(self, what: str, content: str, seed: int) -> str:
        """Count a call; returns how to answer it."""
        with self._lock:
            self._of_seed[what, content, seed] += 1
            self.starts[what, content] = max(self.starts[what, content], self._of_seed[what, content, seed])
            behaviour = "well" if self.bad <= 0 else self.behaviour
            self.bad -= 1
            if what == "make" and behaviour != "with an error" and not self.is_free:
                self.charged += 1
            return behaviour


@contextmanager
def listening() -> Iterator[Ledger]:
    ledger = Ledger("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path in IMAGES:
                content, seed = _asked_for(sent)
                status, body = _answer("images", content, ledger.started("make", content, seed))
            else:
                what, content = self.path.strip("/"), sent.decode()
                behaviour = ledger.started(what, content, 0)
                if behaviour == "held":
                    ledger.go_on.wait(HANGS_S)
                status, body = _answer(what, content, behaviour)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client is dead, or has timed out

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ledger.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ledger
    finally:
        server.shutdown()
        server.server_close()


def _asked_for(sent: bytes) -> tuple[str, int]:
    """The message's text, from the prompt in a JSON body or a form, and the seed."""
    if sent.startswith(b"{"):
        fields = json.loads(sent)
    else:
        found = re.findall(rb'name="(prompt|seed)"\r\n\r\n(.*?)\r\n--', sent, re.DOTALL)
        fields = {name.decode(): value.decode() for name, value in found}
    return fields["prompt"].rpartition("\n\n")[2].removesuffix(REFINED), int(fields["seed"])


def _answer(what: str, content: str, behaviour: str) -> tuple[int, bytes]:
    if behaviour == "slowly":
        time.sleep(SLOW_S)
    if behaviour == "never":
        time.sleep(NEVER_S)
    if behaviour == "with an error":
        return 500, b"provider's own words"
    if behaviour == "with garbage":
        return 200, b'\x89PNG\r\n\x1a\n{"prompt": '
    if what == "make":
        return 200, PICTURE
    if what == "images":
        return 200, json.dumps({"data": [{"b64_json": base64.b64encode(PICTURE).decode()}]}).encode()
    return 200, json.dumps({"prompt": content + REFINED}).encode()
