"""Every call is one request."""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import httpx2
from google import genai
from google.genai import types

from gallery.errors import StudioError
from pipeline.providers import heard
from pipeline.providers.base import Usage
from pipeline.providers.calls import Calls, Patience
from pipeline.providers.gemini import answers, faults
from pipeline.providers.gemini.account import RESPONSE_FORMAT, Account
from pipeline.providers.gemini.shapes import Shape
from pipeline.providers.metering import Call, Payment
from pipeline.providers.transport import Bounded

log = logging.getLogger(__name__)

NAME = "gemini"
PICTURE_TOKENS = 3000  # of a picture in the request, at most
OVERHEAD_TOKENS = 1500  # of a request's schema
MAX_ANSWER_BYTES = 96 * 1024 * 1024  # a picture of 4K as a PNG, and drafts, in base64


@dataclass(frozen=True)
class Question:
    model: str
    parts: tuple[types.Part, ...]
    config: types.GenerateContentConfig
    shape: Shape | None = None  # of the picture that is to be made


class Client:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._calls = Calls("gemini", account.timeout_s, account.calls)
        bounded = Bounded(at_most=MAX_ANSWER_BYTES)
        self._transports = httpx2.Client(), httpx2.AsyncClient(transport=bounded, follow_redirects=False)
        self._sdk = _sdk(account, *self._transports)

    def close(self) -> None:
        never_used, transport = self._transports
        never_used.close()
        self._calls.close(transport.aclose())

    def ask(self, question: Question, patience: Patience) -> types.GenerateContentResponse:
        """Raises the errors of `gallery.errors` only, and what `patience` raises."""
        return self._answer(question, lambda: self._whole(question), patience)

    def watch(
        self, question: Question, patience: Patience, draft: Callable[[bytes], None]
    ) -> types.GenerateContentResponse:
        """As `ask`. `draft`: called in this thread with each intermediate picture."""
        drafts: SimpleQueue[bytes] = SimpleQueue()

        def asked(seconds: float) -> None:
            patience.asked(seconds)
            while not drafts.empty():
                draft(drafts.get())

        return self._answer(question, lambda: self._streamed(question, drafts.put), Patience(patience.queued, asked))

    def _answer(
        self,
        question: Question,
        call: Callable[[], Coroutine[Any, Any, types.GenerateContentResponse]],
        patience: Patience,
    ) -> types.GenerateContentResponse:
        payment = Payment(_priced(question))
        done = self._calls.finished(call, patience, payment.begin, self._timeout_s(question))
        fault: StudioError
        try:
            answer = done.result()
            payment.end(answers.billed(answer))
            return answer
        except faults.RAISED as error:
            if faults.is_free(error):
                payment.end()
            fault = faults.of(error)
            heard.note(str(error) or type(error).__name__)
            # Never the error itself: the service quotes keys, and the SDK's error holds our request's headers.
            code, kind = getattr(error, "code", ""), type(error).__name__
            log.warning("action=gemini_failed model=%s kind=%s code=%s", question.model, kind, code)
        raise fault  # here, so that no other error is its context

    def _timeout_s(self, question: Question) -> float:
        return self._account.picture_timeout_s if question.shape else self._account.timeout_s

    async def _whole(self, question: Question) -> types.GenerateContentResponse:
        return await self._sdk.aio.models.generate_content(**self._request(question))

    async def _streamed(self, question: Question, draft: Callable[[bytes], None]) -> types.GenerateContentResponse:
        chunks: list[types.GenerateContentResponse] = []
        async for chunk in await self._sdk.aio.models.generate_content_stream(**self._request(question)):
            chunks.append(chunk)
            for data in answers.drafts(chunk):
                draft(data)
        return answers.merged(chunks)

    def _request(self, question: Question) -> dict[str, Any]:
        contents = types.Content(role="user", parts=list(question.parts))
        return {"model": question.model, "contents": contents, "config": self._config(question)}

    def _config(self, question: Question) -> types.GenerateContentConfig:
        """Without the SDK's own repetitions: it would send further requests for a cut answer or a function call."""
        changes: dict[str, Any] = {
            "automatic_continuation": False,
            "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
        }
        timeout = types.HttpOptions(timeout=round(self._timeout_s(question) * 1000))
        if question.shape and self._account.image_form == RESPONSE_FORMAT:
            # The SDK sends this one only to another of Google's services.
            timeout.extra_body = {"generationConfig": {"responseFormat": {"image": question.shape.response_format}}}
        elif question.shape:
            changes["image_config"] = question.shape.image_config
        return question.config.model_copy(update={**changes, "http_options": timeout})


def _priced(question: Question) -> Call:
    """A token has at least one byte."""
    config, size = question.config, question.shape.size if question.shape else ""
    shown = sum(part.inline_data is not None for part in question.parts)
    words = "".join([str(config.system_instruction or ""), *(part.text or "" for part in question.parts)])
    asked = len(words.encode()) + shown * PICTURE_TOKENS + OVERHEAD_TOKENS
    return Call(NAME, question.model, Usage(asked, config.max_output_tokens or 0, pictures=1 if size else 0), size)


def _sdk(account: Account, never_used: httpx2.Client, transport: httpx2.AsyncClient) -> genai.Client:
    """The SDK's own transports would follow a redirect with our key, or repeat a failed request (aiohttp)."""
    options = types.HttpOptions(
        base_url=account.base_url,
        api_version=account.api_version,
        timeout=round(account.timeout_s * 1000),
        httpx_client=never_used,
        httpx_async_client=transport,
    )
    return genai.Client(vertexai=False, api_key=account.key, http_options=options)
