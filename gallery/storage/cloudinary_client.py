"""Cloudinary's SDK behind checked answers and one error."""

import functools
import time
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, TimeoutError

from gallery.storage.account import Account
from gallery.storage.cloudinary_sdk import CERT_KWARGS, exceptions, uploader, utils

CONNECT_S = 5.0
CHUNK = 256 * 1024
T = TypeVar("T", bound=BaseModel)
MAX_LISTING_BYTES = 4 * 1024 * 1024
MAX_PAUSE_S = 3600.0  # Cloudinary's own counters run for an hour
TYPE = "authenticated"  # neither the original nor what is derived from it is public


class CloudinaryError(Exception):
    """`status`: HTTP's, or 0 without a readable answer; `said`: Cloudinary's text, for the log."""

    def __init__(
        self,
        status: int,
        said: str,
        *,
        retry_after: float | None = None,
        timed_out: bool = False,
        never_sent: bool = False,
    ) -> None:
        self.status, self.said = status, said[:300]
        self.retry_after, self.timed_out, self.never_sent = retry_after, timed_out, never_sent
        super().__init__(f"{status or 'no answer'}: {self.said!r}")

    @property
    def is_limit(self) -> bool:
        return self.status in (420, 429)

    @property
    def is_our_fault(self) -> bool:
        """Wrong key, secret or cloud name: asking again will not help."""
        return self.status in (401, 403)


class Derived(BaseModel):
    secure_url: str = ""


class Uploaded(BaseModel):
    public_id: str
    type: str
    bytes: int
    existing: bool = False  # it was there already, and left alone
    eager: list[Derived] = []


class Destroyed(BaseModel):
    result: str


class Asset(BaseModel):
    public_id: str
    format: str = ""


class Listed(BaseModel):
    resources: list[Asset]
    next_cursor: str = ""


class Client:
    """`timeout_s`: of each silence, and of an answer as a whole."""

    def __init__(self, account: Account, timeout_s: float) -> None:
        self.account = account
        self._timeout_s = timeout_s
        self._timeout = urllib3.Timeout(connect=min(CONNECT_S, timeout_s), read=timeout_s)
        self._http = urllib3.PoolManager(maxsize=8, timeout=self._timeout, **CERT_KWARGS)

    def upload(self, public_id: str, data: bytes, *, overwrite: bool, **more: Any) -> Uploaded:
        """Without `overwrite`, the answer is the asset that is there. Raises `CloudinaryError`."""
        answer = self._call(
            functools.partial(uploader.upload, BytesIO(data), filename=public_id.rpartition("/")[2]),
            public_id=public_id,
            overwrite=overwrite,
            **more,
        )
        uploaded = _read(Uploaded, answer)
        if (uploaded.public_id, uploaded.type) != (public_id, TYPE):
            raise CloudinaryError(200, "it was stored under another name or type")
        return uploaded

    def destroy(self, public_id: str) -> None:
        """Raises `CloudinaryError`."""
        answer = self._call(functools.partial(uploader.destroy, public_id), invalidate=True)
        if (result := _read(Destroyed, answer).result) not in ("ok", "not found"):
            raise CloudinaryError(200, f"destroy: {result}")

    def download_url(self, public_id: str, format: str, seconds: int) -> str:
        """It holds the key, which is no secret, and a signature."""
        until = int(time.time()) + seconds
        return str(utils.private_download_url(public_id, format, type=TYPE, expires_at=until, **self._credentials()))

    def get(self, url: str, at_most: int, *, hops: int = 0, headers: dict[str, str] | None = None) -> bytes:
        """Raises `CloudinaryError`: 413 for more than `at_most` bytes."""
        deadline = time.monotonic() + self._timeout_s
        with closing(self.open(url, at_most, hops=hops, headers=headers)) as body:
            return _read_all(body, deadline)

    def assets(self, prefix: str, cursor: str, limit: int) -> Listed:
        """By the Admin API, which takes some hundred requests an hour. Raises `CloudinaryError`."""
        account, more = self.account, {"next_cursor": cursor} if cursor else {}
        query = urlencode({"prefix": prefix, "max_results": limit, **more})
        url = f"{account.origin}/v1_1/{account.cloud_name}/resources/image/{TYPE}?{query}"
        credentials = urllib3.make_headers(basic_auth=f"{account.api_key}:{account.api_secret}")
        answer = self.get(url, MAX_LISTING_BYTES, headers=credentials)
        try:
            return Listed.model_validate_json(answer)
        except ValidationError as error:
            raise CloudinaryError(200, f"an answer of another form ({error.error_count()} errors)") from None

    def size(self, url: str, at_most: int, *, hops: int = 0) -> int:
        """The body is read only where the header gives no length. Raises as `get`."""
        deadline = time.monotonic() + self._timeout_s
        with closing(self.open(url, at_most, hops=hops)) as body:
            return len(_read_all(body, deadline)) if body.size is None else body.size

    def open(self, url: str, at_most: int, *, hops: int = 0, headers: dict[str, str] | None = None) -> "Body":
        """For slow readers: only Cloudinary's silences are bounded. `headers`: not for where it leads on to. Raises as
        `get`."""
        try:
            answer = self._http.request("GET", url, headers=headers, preload_content=False, retries=_NO_RETRIES)
        except HTTPError as error:  # its text holds the URL, and so a signature
            raise _silence(error) from None
        onward = answer.get_redirect_location()
        if answer.status == 200 and not onward:
            return Body(answer, at_most)
        with answer:
            if not (onward and hops):
                raise _refusal(answer)
        return self.open(_next(url, onward), at_most, hops=hops - 1)

    def _call(self, ask: Any, **options: Any) -> Any:
        """Only a failed connection is tried again."""
        try:
            answer = ask(
                type=TYPE,
                resource_type="image",
                timeout=self._timeout,
                return_error=True,
                **options,
                **self._credentials(),
            )
            error = answer.get("error")
            if error is None:
                return answer
            status, said = int(error["http_code"]), str(error["message"])
        except exceptions.Error as wrapped:
            raise _silence(wrapped.__context__) from None
        except (TypeError, KeyError, AttributeError, ValueError) as odd:  # JSON, but not what the SDK expects
            raise CloudinaryError(0, f"an answer of another form ({type(odd).__name__})") from None
        raise CloudinaryError(status, said, retry_after=_pause(said, {}) if status in (420, 429) else None)

    def _credentials(self) -> dict[str, Any]:
        account = self.account
        return {
            "cloud_name": account.cloud_name,
            "api_key": account.api_key,
            "api_secret": account.api_secret,
            "upload_prefix": account.origin,
            "signature_algorithm": account.signature_algorithm,
        }


_NO_RETRIES = urllib3.Retry(total=None, connect=0, read=0, other=0, redirect=0, raise_on_redirect=False)


def _next(url: str, onward: str) -> str:
    """Only HTTPS, or the very same host."""
    following = urljoin(url, onward)
    if urlsplit(following).scheme != "https" and urlsplit(following)[:2] != urlsplit(url)[:2]:
        raise CloudinaryError(302, "it leads somewhere else")
    return following


def _read(model: type[T], answer: Any) -> T:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise CloudinaryError(200, f"an answer of another form ({error.error_count()} errors)") from None


class Body:
    """`size`: as announced; not one byte of it may be missing."""

    def __init__(self, answer: urllib3.BaseHTTPResponse, at_most: int) -> None:
        self._answer, self._room = answer, at_most
        announced = answer.headers.get("Content-Length", "")
        self.size = int(announced) if announced.isascii() and announced.isdigit() else None

    def read(self, size: int, /) -> bytes:
        """What has come by now, however little. Raises `CloudinaryError`."""
        try:
            chunk = self._answer.read1(size, decode_content=False)
        except HTTPError as error:
            raise _silence(error) from None
        self._room -= len(chunk)
        if self._room < 0:
            raise CloudinaryError(413, "more bytes than any picture of ours")
        return chunk

    def close(self) -> None:
        self._answer.close()


def _read_all(body: Body, deadline: float) -> bytes:
    data = bytearray()
    while chunk := body.read(CHUNK):
        data += chunk
        if time.monotonic() > deadline:
            raise CloudinaryError(0, "the download took too long", timed_out=True)
    return bytes(data)


def _refusal(answer: urllib3.BaseHTTPResponse) -> CloudinaryError:
    said = answer.headers.get("X-Cld-Error", "")
    return CloudinaryError(answer.status, said, retry_after=_pause(said, answer.headers))


def _silence(error: BaseException | None) -> CloudinaryError:
    cause = getattr(error, "reason", None) or error
    timed_out = isinstance(cause, TimeoutError) and not isinstance(cause, NewConnectionError)
    never_sent = isinstance(cause, NewConnectionError | ConnectTimeoutError)
    return CloudinaryError(0, type(cause).__name__, timed_out=timed_out, never_sent=never_sent)


def _pause(said: str, headers: Any) -> float | None:
    """From a header, or from "… Try again on 2026-10-04 14:00:00 UTC"."""
    try:
        if seconds := headers.get("Retry-After", ""):
            pause = float(seconds)
        elif at := headers.get("X-FeatureRateLimit-Reset", ""):
            pause = (parsedate_to_datetime(at) - datetime.now(UTC)).total_seconds()
        else:
            at = said.partition("Try again on ")[2][:19]
            pause = (datetime.fromisoformat(at).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(MAX_PAUSE_S, max(1.0, pause))
