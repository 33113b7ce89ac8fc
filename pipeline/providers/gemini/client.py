"""Every call is one request."""

import logging
from dataclasses import dataclass

import httpx2
from google import genai
from google.genai import types

from gallery.errors import StudioError
from pipeline.providers.base import Usage
from pipeline.providers.calls import Calls, Patience
from pipeline.providers.gemini import answers, faults
from pipeline.providers.gemini.account import Account
from pipeline.providers.metering import Call, Payment
from pipeline.providers.transport import Bounded

log = logging.getLogger(__name__)

NAME = "gemini"
PICTURE_TOKENS = 3000  # of a picture that is shown to the model, at most
OVERHEAD_TOKENS = 1500  # of a request, beside its words: its schema
API_VERSION = "v1"  # the SDK's default, which an environment variable would change


@dataclass(frozen=True)
class Question:
    model: str
    parts: tuple[types.Part, ...]
    config: types.GenerateContentConfig


class Client:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._calls = Calls("gemini", account.timeout_s, account.calls)
        self._transports = httpx2.Client(), httpx2.AsyncClient(transport=Bounded(), follow_redirects=False)
        self._sdk = _sdk(account, *self._transports)

    def close(self) -> None:
        never_used, transport = self._transports
        never_used.close()
        self._calls.close(transport.aclose())

    def ask(self, question: Question, patience: Patience) -> types.GenerateContentResponse:
        """Raises the errors of `gallery.errors` only, and what `patience` raises."""
        payment = Payment(_priced(question))
        done = self._calls.finished(lambda: self._call(question), patience, payment.begin)
        fault: StudioError
        try:
            answer = done.result()
            payment.end(answers.billed(answer))
            return answer
        except faults.RAISED as error:
            if faults.is_free(error):
                payment.end()
            fault = faults.of(error)
            # Never the error itself: the service quotes keys, and the SDK's error holds our request's headers.
            code, kind = getattr(error, "code", ""), type(error).__name__
            log.warning("action=gemini_failed model=%s kind=%s code=%s", question.model, kind, code)
        raise fault  # out here, so that no other error is its context

    async def _call(self, question: Question) -> types.GenerateContentResponse:
        contents = types.Content(role="user", parts=list(question.parts))
        return await self._sdk.aio.models.generate_content(
            model=question.model, contents=contents, config=_once(question.config)
        )


def _priced(question: Question) -> Call:
    """A token is a byte at least."""
    config, size = question.config, question.config.image_config
    shown = sum(part.inline_data is not None for part in question.parts)
    words = "".join([str(config.system_instruction or ""), *(part.text or "" for part in question.parts)])
    asked = len(words.encode()) + shown * PICTURE_TOKENS + OVERHEAD_TOKENS
    at_most = Usage(asked, config.max_output_tokens or 0, pictures=1 if size else 0)
    return Call(NAME, question.model, at_most, (size.image_size if size else None) or "")


def _once(config: types.GenerateContentConfig) -> types.GenerateContentConfig:
    """The SDK would send more requests where an answer was cut, or called for a function."""
    by_itself = {
        "automatic_continuation": False,
        "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
    }
    return config.model_copy(update=by_itself)


def _sdk(account: Account, never_used: httpx2.Client, transport: httpx2.AsyncClient) -> genai.Client:
    """The SDK's own transports would follow a redirect with our key, or repeat a failed request (aiohttp)."""
    options = types.HttpOptions(
        base_url=account.base_url,
        api_version=API_VERSION,
        timeout=round(account.timeout_s * 1000),
        httpx_client=never_used,
        httpx_async_client=transport,
    )
    return genai.Client(vertexai=False, api_key=account.key, http_options=options)
