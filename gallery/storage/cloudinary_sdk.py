"""On import the SDK reads CLOUDINARY_… from the environment: only our settings shall count."""

import time
from dataclasses import dataclass
from typing import Any

import cloudinary
import urllib3
from urllib3.exceptions import ReadTimeoutError, ResponseError

cloudinary.config().__dict__.clear()
cloudinary.config(signature_version=2)

from cloudinary import CERT_KWARGS, exceptions, uploader, utils  # noqa: E402  it is connected as the configuration says now

__all__ = ["CERT_KWARGS", "exceptions", "uploader", "utils"]

MAX_ANSWER_BYTES = 1024 * 1024  # bytes; its JSON has some hundred
CHUNK = 64 * 1024
# The SDK's own pool would follow redirects with our signed request. Only a failed connection is tried again.
RETRIES = urllib3.Retry(total=None, connect=2, read=0, redirect=0, status=0, other=0, raise_on_redirect=False)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    data: bytes


class Bounded:
    """Bounds answers in bytes and in time."""

    def __init__(self, pool: urllib3.PoolManager) -> None:
        self._pool = pool

    def request(self, *, timeout: urllib3.Timeout, url: str, **how: Any) -> Answer:
        with self._pool.request(url=url, timeout=timeout, retries=RETRIES, preload_content=False, **how) as answer:
            deadline = time.monotonic() + float(timeout.read_timeout or 0)
            data = bytearray()
            while chunk := answer.read1(CHUNK, decode_content=False):
                data += chunk
                if len(data) > MAX_ANSWER_BYTES:
                    raise ResponseError("an answer larger than any of Cloudinary's")
                if time.monotonic() > deadline:
                    raise ReadTimeoutError(None, url, "the answer took too long")  # type: ignore[arg-type]
            return Answer(answer.status, answer.headers, bytes(data))


uploader._http = Bounded(uploader._http)
