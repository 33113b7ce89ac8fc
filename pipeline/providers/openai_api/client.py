import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from gallery.errors import ProviderDown, StudioError
from gallery.translation import _
from pipeline.providers import heard
from pipeline.providers.calls import Calls, Patience
from pipeline.providers.metering import Payment
from pipeline.providers.openai_api import faults
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server
from pipeline.providers.transport import Bounded

log = logging.getLogger(__name__)

T = TypeVar("T")

Files = Mapping[str, tuple[str, bytes, str]]  # name of the field: name of the file, content, MIME type


@dataclass(frozen=True)
class Question:
    path: str  # below the API's base
    fields: Mapping[str, Any]
    files: Files | None = None  # a form, not JSON
    optional: tuple[str, ...] = ()  # fields that some servers refuse

    @property
    def said(self) -> int:
        """Number of bytes of its words."""
        return len(json.dumps(self.fields, ensure_ascii=False).encode())


class Client:
    """Every call is one request. Only if a server refuses an optional field, it is repeated without that field, which
    is left out from then on."""

    def __init__(self, name: str, server: Server) -> None:
        self._name, self._base = name, server.base
        self._calls = Calls(name, server.timeout_s, server.calls)
        self._refused: set[str] = set()  # optional fields
        self._http = httpx2.AsyncClient(
            # A connection for each call: the server may close a kept one just as the request is sent.
            transport=Bounded(limits=httpx2.Limits(max_keepalive_connections=0)),
            auth=httpx2.BasicAuth(*server.key.split(":", 1)) if server.has_login else None,
            headers={"Authorization": f"Bearer {server.key}"} if server.key and not server.has_login else {},
            follow_redirects=False,
            timeout=None,  # `Calls` has a deadline
            trust_env=False,
        )

    def close(self) -> None:
        self._calls.close(self._http.aclose())

    def ask(self, question: Question, patience: Patience, payment: Payment) -> bytes:
        """The answer's body, from which the caller tells the cost. Raises `Rejected`, the errors of
        `gallery.errors`, and what `patience` raises."""
        while True:
            fields = {name: value for name, value in question.fields.items() if name not in self._refused}
            sent: dict[str, Any] = {"json": fields}
            if question.files is not None:
                sent = {"data": fields, "files": question.files}
            try:
                return self._body("POST", f"{self._base}/{question.path}", patience, payment, **sent)
            except Rejected as rejected:
                refused = {name for name in question.optional if name in fields and rejected.mentions(name)}
                if not (rejected.is_complaint and refused):
                    raise
                log.info("action=field_left_out server=%s fields=%s", self._name, ",".join(sorted(refused)))
                self._refused |= refused

    def download(self, url: str, patience: Patience) -> bytes:
        """A file that the server made. Raises `ProviderDown` for an address on another host."""
        ours, theirs = urlsplit(self._base), self._address(url)
        if theirs is None or theirs.hostname != ours.hostname:
            log.warning("action=picture_elsewhere server=%s", self._name)
            raise ProviderDown(_("The picture service keeps its pictures where this studio does not look."))
        # Behind a proxy, a server may not know its own scheme and port.
        return self._body(
            "GET", theirs._replace(scheme=ours.scheme, netloc=ours.netloc).geturl(), patience, Payment(None)
        )

    def _address(self, url: str) -> SplitResult | None:
        try:
            return urlsplit(urljoin(f"{self._base}/", url))
        except ValueError:  # such as "http://[x"
            return None

    def _body(self, method: str, url: str, patience: Patience, payment: Payment, **sent: Any) -> bytes:
        async def asked(http: httpx2.AsyncClient) -> bytes:
            return body(await http.request(method, url, **sent))

        return self.run(asked, patience, payment)

    def run(
        self, work: Callable[[httpx2.AsyncClient], Coroutine[Any, Any, T]], patience: Patience, payment: Payment
    ) -> T:
        """For several requests with one deadline and one payment. Raises as `ask`."""
        done = self._calls.finished(lambda: work(self._http), patience, payment.begin)
        fault: StudioError
        try:
            return done.result()
        except Rejected as rejected:
            if rejected.status not in (408, 504):  # an error that was answered costs nothing
                payment.end()
            heard.note(f"{rejected.status} {rejected.said}")
            # Never the server's words, which may quote our key.
            log.warning("action=server_failed server=%s status=%s", self._name, rejected.status)
            raise
        except faults.RAISED as error:
            if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):  # never sent
                payment.end()
            fault = faults.of_transport(error)
            heard.note(str(error) or type(error).__name__)
            log.warning("action=server_failed server=%s kind=%s", self._name, type(error).__name__)
        raise fault  # here, so that no other error is its context


def body(answer: httpx2.Response, *expected: int) -> bytes:
    """Raises `Rejected` for any other status. `expected`: 200 by default."""
    if answer.status_code not in (expected or (200,)):
        raise Rejected(answer.status_code, answer.content, answer.headers)
    return answer.content
