"""Bounds answers: whoever asks reads each one whole."""

from collections.abc import AsyncIterator

import httpx2

MAX_ANSWER_BYTES = 40 * 1024 * 1024  # bytes: two pictures and a draft in base64


class Bounded(httpx2.AsyncHTTPTransport):
    """Refuses compressed answers, which cannot be counted."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        answer = await super().handle_async_request(request)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            await answer.aclose()
            raise httpx2.DecodingError("a packed answer", request=request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        answer.stream = _Counted(answer.stream, request)
        return answer


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, request: httpx2.Request) -> None:
        self._stream, self._request = stream, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > MAX_ANSWER_BYTES:
                raise httpx2.DecodingError(f"more than {MAX_ANSWER_BYTES} bytes", request=self._request)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
