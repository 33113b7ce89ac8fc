"""The two clients in docs/clients: what they ask is answered, once, though the web process is killed meanwhile."""

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

from tests.support.browser import launched
from tests.support.serving import free_port, until
from tests.support.studio import HANGS_S, SMALL, Studio, own_stores, running

CLIENTS = settings.BASE_DIR / "docs" / "clients"
LINES = 100
KEPT_ALIVE_MS = HANGS_S * 1000


@pytest.fixture(scope="module")
def page_port() -> int:
    """Where the page of another origin is served."""
    return free_port()


@pytest.fixture(scope="module")
def studio(prepared: None, page_port: int) -> Iterator[Studio]:
    origin = f"http://127.0.0.1:{page_port}"
    with running(1, STUDIO_API_ORIGINS=origin, **own_stores("clients", 12)) as studio:
        yield studio


@pytest.fixture(scope="module")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("studio_client", CLIENTS / "studio_client.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kill_web(studio: Studio) -> None:
    assert studio.web
    studio.web.kill()
    studio.web.wait(HANGS_S)


def in_session(studio: Studio, token: str, session: str) -> list[dict[str, Any]]:
    person = studio.guest()
    person.http.headers["Authorization"] = f"Bearer {token}"
    return person.messages(session)


def test_the_python_client_is_short() -> None:
    assert len((CLIENTS / "studio_client.py").read_text().splitlines()) <= LINES


async def test_the_python_client_outlives_the_web_process(studio: Studio, client: ModuleType) -> None:
    async with await asyncio.to_thread(client.Conversation, studio.url) as conversation:
        with studio.paused_workers():
            before = asyncio.create_task(conversation.ask("a sea", options=SMALL))
            assert await until(lambda: len(conversation.messages) == 1)
            kill_web(studio)
            meanwhile = asyncio.create_task(conversation.ask("a lake", options=SMALL))
            await asyncio.to_thread(studio.start_web)
        done = await asyncio.wait_for(asyncio.gather(before, meanwhile), HANGS_S)
        assert [message["status"] for message in done] == ["DONE", "DONE"]
        assert all(message["image_url"].startswith("/p/") for message in done)
        assert len(await asyncio.to_thread(in_session, studio, conversation.token, conversation.id)) == 2


async def test_the_python_client_says_what_it_is_refused(studio: Studio, client: ModuleType) -> None:
    token = studio.guest().token
    async with client.Conversation(studio.url, token, "none") as conversation:
        with pytest.raises(client.StudioError) as refused:
            await asyncio.wait_for(conversation.ask("a sea"), HANGS_S)
        assert refused.value.args[0] == 4404
    async with await asyncio.to_thread(client.Conversation, studio.url, token) as conversation:
        with pytest.raises(client.StudioError) as refused:
            await asyncio.wait_for(conversation.ask(""), HANGS_S)
        assert refused.value.args == ("bad_input", "content: is empty.")


# In a browser, on a page of another origin


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".html": "text/html"}

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


BEGIN = """async (base) => {
  const { becomeGuest, Conversation } = await import("/studio-client.js");
  window.token = await becomeGuest(base);
  window.conversation = await Conversation.begin(base, window.token);
  return [window.token, window.conversation.id];
}"""
ASK = """([name, content]) => {
  window[name] = window.conversation.ask(content, { options: { width: 128, height: 128 } });
  window[name].catch(() => {});
}"""
PICTURE = """async ([name, base]) => {
  const message = await window[name];
  const picture = await fetch(new URL(message.image_url, base));
  return [message.status, picture.status, (await picture.blob()).type];
}"""


def test_the_javascript_client_outlives_the_web_process_on_a_page_of_another_origin(
    studio: Studio, page_port: int, chromium: Path, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    (tmp_path / "studio-client.js").write_text((CLIENTS / "studio-client.js").read_text())
    with served(tmp_path, page_port) as address, launched(chromium) as browser:
        page = browser.new_page()
        page.set_default_timeout(KEPT_ALIVE_MS)
        page.goto(address)
        token, session = page.evaluate(BEGIN, studio.url)
        with studio.paused_workers():
            page.evaluate(ASK, ["before", "a sea"])
            page.wait_for_function("window.conversation.messages.size === 1")
            kill_web(studio)
            page.evaluate(ASK, ["meanwhile", "a lake"])
            studio.start_web()
        for name in ("before", "meanwhile"):
            assert page.evaluate(PICTURE, [name, studio.url]) == ["DONE", 200, "image/jpeg"]
        assert len(in_session(studio, token, session)) == 2
        refused = page.evaluate("window.conversation.ask('').catch((error) => [error.code, error.message])")
        assert refused == ["bad_input", "content: is empty."]
        page.evaluate("window.conversation.close()")
        elsewhere = """async (base) => {
          const { Conversation } = await import("/studio-client.js");
          const conversation = new Conversation(base, window.token, "none");
          const codes = [];
          for (const content of ["a sea", "a lake"]) await conversation.ask(content).catch((error) => codes.push(error.code));
          return codes;
        }"""
        assert page.evaluate(elsewhere, studio.url) == [4404, 4404]
