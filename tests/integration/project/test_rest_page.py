"""Every example in docs/rest.md is sent to a running studio and compared."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from chat import bodies
from gallery import imports, pictures
from pipeline.store.indexes import TICKET_S
from tests.integration.chat.test_protocol_page import matches, parsed
from tests.integration.project.test_readme import PAGES
from tests.support.studio import Client, Form, Studio, eventually, own_stores, running

PAGE = PAGES["docs/rest.md"]
EXAMPLES = [
    (f"{section.splitlines()[0]} {number}", text)
    for section in PAGE.split("\n## ")[1:]
    for number, text in enumerate(re.findall(r"```rest\n(.*?)```", section, re.DOTALL), start=1)
]
REQUEST = re.compile(r"→ ([A-Z]+) (\S+)((?: \[[^\]]+\])*)(?: (\{.*))?")
ANSWER = re.compile(r"← (\d{3})((?: \[[^\]]+\])*)(?: (\{.*))?")


@pytest.fixture(scope="module")
def studio(prepared: None) -> Iterator[Studio]:
    of_its_own = own_stores("rest_page", 10)
    limited = {"STUDIO_LIMITS": "on", "STUDIO_READS_PER_MINUTE": "600", "STUDIO_IMAGE_WAIT_S": "100"}
    with override_settings(MONGO_URI=of_its_own["MONGO_URI"]), running(1, **limited, **of_its_own) as studio:
        yield studio


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_the_example_is_what_the_studio_says(studio: Studio, text: str) -> None:
    exchange = Exchange(studio)
    for line in text.splitlines():
        exchange.play(line)


class Exchange:
    """One example, of a new guest with a session."""

    def __init__(self, studio: Studio) -> None:
        self.guest: Client = studio.guest()
        self.names: Form = {}
        self._answer: Any = None
        self._more: dict[str, str] = {}  # headers that the line before has brought

    def play(self, line: str) -> None:
        if line.startswith("("):
            HAPPENINGS[line[1:-1]](self)
        elif request := REQUEST.fullmatch(self._filled_in(line)):
            method, path, headers, body = request.groups()
            type = {"Content-Type": "application/json"} if body else {}
            sent = {**type, **dict(brackets(headers)), **self._more}
            self._answer, self._more = self.guest.http.request(method, path, content=body, headers=sent), {}
        else:
            self._compare(line)

    def _compare(self, line: str) -> None:
        said = ANSWER.fullmatch(line)
        assert said, line
        status, headers, form = said.groups()
        assert self._answer.status_code == int(status), self._answer.text
        if form is None:
            assert self._answer.content == b""
        else:
            assert matches(parsed(self._filled_in(form)), self._answer.json(), self.names), self._answer.text
        for name, value in brackets(self._filled_in(headers)):
            assert matches(value, self._answer.headers[name], {}), (name, self._answer.headers[name])

    def _filled_in(self, text: str) -> str:
        if "<session>" in text and "session" not in self.names:
            self.names["session"] = self.guest.session()
        return re.sub(r"<(\w+)>", lambda name: str(self.names.get(name[1], name[0])), text)

    # What happens meanwhile

    def have_no_token(self) -> None:
        del self.guest.http.headers["Authorization"]

    def wait(self) -> None:
        where = self._answer.headers["Location"]
        eventually(lambda: self.guest.http.get(where).json()["status"] != "PROCESSING")

    def know_the_answer(self) -> None:
        self._more = {"If-None-Match": self._answer.headers["ETag"]}


HAPPENINGS = {
    "without a token": Exchange.have_no_token,
    "the message ends": Exchange.wait,
    "the answer is known": Exchange.know_the_answer,
}


def brackets(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in re.findall(r"\[([\w-]+): ([^\]]+)\]", text)]


def test_the_numbers_are_the_ones_of_the_code() -> None:
    assert f"at most {settings.UPLOAD_LIMIT // 1024**2} MiB, at least {pictures.MIN_SIDE} pixels a side" in PAGE
    assert f"at most {pictures.MAX_PIXELS // 10**6} megapixels" in PAGE
    assert f"JSON of at most {imports.JSON_LIMIT // 1024**2} MiB" in PAGE
    assert f"within {TICKET_S} s" in PAGE
    assert f"waits for `STUDIO_IMAGE_WAIT_S` ({settings.IMAGE_WAIT_S:.0f} s)" in PAGE
    side = bodies.Options.model_json_schema()["properties"]["width"]["anyOf"][0]
    assert f"from {side['minimum']} to {side['maximum']} pixels" in PAGE
