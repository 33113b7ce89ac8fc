"""Fakes of paid services, and a session of whoever a file calls `person`."""

from collections.abc import Iterator

import pytest

from tests.support.fakes import gemini as fake_gemini
from tests.support.fakes import openai_api
from tests.support.fakes.gemini import Gemini
from tests.support.fakes.openai_api import OpenAI
from tests.support.studio import Client


@pytest.fixture(scope="module")
def gemini() -> Iterator[Gemini]:
    with fake_gemini.gemini() as gemini:
        yield gemini


@pytest.fixture(scope="module")
def openai() -> Iterator[OpenAI]:
    with openai_api.openai() as openai:
        yield openai


@pytest.fixture
def server(openai: OpenAI) -> OpenAI:
    """It has not been asked for anything yet."""
    openai.forget()
    return openai


@pytest.fixture
def session(person: Client) -> str:
    return person.session()
