import json
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from gallery.errors import ProviderDown, Refused, StudioError, TooLarge
from gallery.translation import _
from pipeline.providers import reading
from pipeline.providers.base import Refinement, RefineRequest, Usage
from pipeline.providers.calls import Patience, until_busy, usage_on_errors
from pipeline.providers.metering import Call, Payment
from pipeline.providers.openai_api import faults
from pipeline.providers.openai_api.client import Client, Question
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server

MAX_OUTPUT_TOKENS = 2048  # of a reading, thoughts included
OVERHEAD_TOKENS = 500  # of a request, beside its words
MAX_TOKENS = 2**31 - 1  # that a database can add up
SCHEMA = {**reading.Reading.model_json_schema(), "additionalProperties": False}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "reading", "strict": True, "schema": SCHEMA}}
_IN_WORDS = f"Answer with the JSON object alone. Its schema:\n{json.dumps(SCHEMA)}"
# OpenAI and vLLM, llama.cpp, LM Studio
_TOO_LONG = ("context_length", "exceed_context", "context length", "context size", "maximum context", "context window")
_NO_SCHEMA = ("response_format", "json_schema", "json schema", "grammar")


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Answer(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class ChatRefiner:
    name = "chat"

    def __init__(self, server: Server) -> None:
        self._server = server
        self._takes_schemas = True  # until the server refuses one
        self._client = Client(self.name, server)

    def close(self) -> None:
        self._client.close()

    def refine(self, request: RefineRequest) -> Refinement:
        """With the schema; once more without it if the server refuses it, or the answer does not fit it."""
        usage = Usage()
        for with_schema in (True, False) if self._takes_schemas else (False,):
            with usage_on_errors(usage):
                answer = self._ask(request, with_schema)
                if answer is None:
                    continue
                usage = _sum(usage, answer.usage)
            with usage_on_errors(usage):
                if refinement := self._read(answer, request, usage):
                    return refinement
        fault = ProviderDown(faults.UNREADABLE)
        fault.usage = usage.counted()
        raise fault

    def _ask(self, request: RefineRequest, with_schema: bool) -> _Answer | None:
        """None where the server refuses the schema, or gives no answer."""
        fault: StudioError
        try:
            return self._body(request, with_schema, until_busy(self._server.timeout_s))
        except ValidationError:
            return None
        except Rejected as rejected:
            if _is_too_long(rejected):
                fault = TooLarge(_("This is too long for the model that reads it."))
            elif with_schema and not rejected.is_refusal and rejected.status in (400, 422, 501):
                self._takes_schemas = not rejected.mentions(*_NO_SCHEMA)
                return None
            else:
                fault = faults.of_rejected(rejected)
        raise fault  # here, without another error as context

    def _body(self, request: RefineRequest, with_schema: bool, patience: Patience) -> _Answer:
        """With fewer turns if they are too many for the model. Raises `ValidationError`, `Rejected`."""
        while True:
            question = self._question(request, with_schema)
            at_most = Usage(question.said + OVERHEAD_TOKENS, MAX_OUTPUT_TOKENS)
            payment = Payment(Call(self.name, self._server.model, at_most))
            try:
                answer = _Answer.model_validate_json(self._client.ask(question, patience, payment))
                payment.end(_sum(Usage(), answer.usage))
                return answer
            except Rejected as rejected:
                if not (request.turns and _is_too_long(rejected)):
                    raise
            request = replace(request, turns=request.turns[-(len(request.turns) // 2) :] if request.turns[1:] else ())

    def _question(self, request: RefineRequest, with_schema: bool) -> Question:
        instruction = reading.INSTRUCTION if with_schema else f"{reading.INSTRUCTION}\n\n{_IN_WORDS}"
        fields: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": instruction},
                {"role": "user", "content": reading.document(request)},
            ],
            "max_tokens": MAX_OUTPUT_TOKENS,
            "stream": False,
        }
        if self._server.model:
            fields["model"] = self._server.model
        if with_schema:
            fields["response_format"] = _FORMAT
        return Question("chat/completions", fields, None, ("max_tokens",))

    def _read(self, answer: _Answer, request: RefineRequest, usage: Usage) -> Refinement | None:
        """None for an answer that does not fit the schema, such as one that was cut."""
        if not answer.choices:
            return None
        choice = answer.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise Refused(faults.REFUSED)
        if choice.finish_reason == "length":
            return None
        try:
            return reading.refinement(_object(choice.message.content or ""), request, self.name, usage)
        except ValidationError:
            return None


def _is_too_long(rejected: Rejected) -> bool:
    return rejected.status in (400, 413, 422, 500) and rejected.mentions(*_TOO_LONG)


def _object(text: str) -> str:
    """The JSON object, around which models may put thoughts or code fences."""
    text = text.rpartition("</think>")[2]
    return text[text.find("{") : text.rfind("}") + 1]


def _sum(usage: Usage, counted: _Usage | None) -> Usage:
    if counted is None:
        return usage
    return Usage(
        min(MAX_TOKENS, usage.prompt_tokens + max(0, counted.prompt_tokens)),
        min(MAX_TOKENS, usage.output_tokens + max(0, counted.completion_tokens)),
    )
