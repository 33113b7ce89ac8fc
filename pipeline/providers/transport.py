"""Bounds answers, because callers read each one as a whole."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2

MAX_ANSWER_BYTES = 40 * 1024 * 1024  # bytes: two pictures and a draft in base64, unless an adapter needs more


class Bounded(httpx2.AsyncHTTPTransport):
    """Refuses compressed answers, whose size is not known."""

    def __init__(self, *, at_most: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._at_most = at_most  # bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        answer = await super().handle_async_request(request)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            await answer.aclose()
            raise httpx2.DecodingError("a packed answer", request=request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        answer.stream = _Counted(answer.stream, request, self._at_most or MAX_ANSWER_BYTES)
        return answer


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, request: httpx2.Request, at_most: int) -> None:
        self._stream, self._request, self._at_most = stream, request, at_most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > self._at_most:
                raise httpx2.DecodingError(f"more than {self._at_most} bytes", request=self._request)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
