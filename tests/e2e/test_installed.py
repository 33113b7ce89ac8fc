"""The installed page: it starts without network with the chats that were open, keeps what is written, and is never old."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.person import EMPTY, SMALL, Person, SharedWindow, go, new_context, photo
from tests.support.serving import eventually, serving

READY = """
async () => {
  const pages = await caches.open("studio-pages");
  return Boolean(navigator.serviceWorker.controller && (await pages.match("/")));
}
"""
KEPT_PICTURE = """
async () => {
  const pictures = await caches.open("studio-pictures");
  return Boolean(await pictures.match(document.querySelector("picture-box button.open img.loaded").src));
}
"""
AWAY = "net::ERR_|WebSocket connection|Failed to fetch|status of 50|status of 404"


@pytest.fixture
def away(newcomer: Callable[..., Person]) -> Person:
    """Somebody whose browser may say that there is no network, and keeps what it is given."""
    person = newcomer(offline=True)
    person.excused = AWAY
    return person


def comes_true(page: Page, condition: str, arg: object = None) -> None:
    """Waits for what an asynchronous function gives: `wait_for_function` takes its promise for the truth."""
    eventually(lambda: page.evaluate(condition, arg))


def ready(page: Page) -> list[str]:
    """The program is there, with the page and all of its files."""
    comes_true(page, READY)
    names: list[str] = page.evaluate("async () => (await caches.keys()).sort()")
    return names


def test_it_starts_without_network_and_shows_the_chats_that_were_open(away: Person) -> None:
    tab = away.opens()
    tab.paints("a snowy forest")
    first = tab.page.url
    ready(tab.page)
    tab.page.reload()  # what was seen before the program was there is not kept
    tab.shows(1)
    comes_true(tab.page, KEPT_PICTURE)
    tab.page.get_by_role("link", name="New chat").first.click()
    tab.paints("a green field")
    tab.page.reload()
    tab.shows(1)
    tab.page.wait_for_function(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('studio.kept')).length === 3"
    )
    away.context.set_offline(True)
    tab.page.close()
    tab = away.opens()
    expect(tab.sessions).to_have_count(2)
    go(tab.page, first)
    expect(tab.page.locator(".content")).to_have_text(f"a snowy forest, {SMALL}")
    expect(tab.page.locator("picture-box button.open img.loaded")).to_have_count(1)  # the picture, too
    expect(tab.page.locator("link-state .words")).to_contain_text("No connection")
    tab.says(f"a red desert, {SMALL}")
    expect(tab.page.locator('picture-box[data-state="kept"]')).to_have_count(1)
    tab.page.reload()
    expect(tab.page.locator('picture-box[data-state="kept"]')).to_have_count(1)
    away.context.set_offline(False)
    tab.shows(2)
    assert [message["content"] for message in away.messages(tab)] == [
        f"a snowy forest, {SMALL}",
        f"a red desert, {SMALL}",
    ]


def test_an_answer_that_breaks_off_leaves_the_picture_that_was_kept(away: Person) -> None:
    tab = away.opens()
    ready(tab.page)
    tab.page.reload()
    tab.paints("a snowy forest")
    comes_true(tab.page, KEPT_PICTURE)
    [worker] = away.context.service_workers
    assert worker.evaluate(BREAKS_OFF) == [True, True]


BREAKS_OFF = """
async () => {
  const cache = await caches.open("studio-pictures");
  const [{ url }] = await cache.keys();
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("It breaks off.")) });
  const answer = Object.defineProperty(new Response(body), "type", { value: "basic" });
  const failed = await keepPicture(cache, new URL(url).pathname, answer).then(() => false, () => true);
  return [failed, Boolean(await cache.match(url))];
}
"""


def test_a_browser_without_room_gets_what_the_studio_gives_out_all_the_same(away: Person) -> None:
    ready(away.opens().page)
    [worker] = away.context.service_workers
    [has_file, text] = worker.evaluate(NO_ROOM)
    assert has_file
    assert "of yesterday" not in text


NO_ROOM = """
async () => {
  const pages = await caches.open(PAGES);
  await pages.put("/", new Response("<title>of yesterday</title>"));
  await (await caches.open(FIXED)).delete(FILES[0]);
  Cache.prototype.put = () => Promise.reject(new DOMException("", "QuotaExceededError"));
  const asked = (path) => ({ request: new Request(path), waitUntil() {} });
  return [(await file(asked(FILES[0]), FILES[0])).ok, await (await page(asked("/"), "/")).text()];
}
"""


def test_the_picture_that_was_asked_for_longest_ago_goes_first(away: Person) -> None:
    tab = away.opens()
    ready(tab.page)
    [worker] = away.context.service_workers
    assert worker.evaluate(TOO_MANY) == ["/p/3", "/p/1", "/p/0"]


TOO_MANY = """
async () => {
  const cache = await caches.open("studio-pictures");
  const answer = () => Object.defineProperty(new Response("a picture"), "type", { value: "basic" });
  for (let i = 0; i < 80; i++) await keepPicture(cache, `/p/${i}`, answer());
  await keepPicture(cache, "/p/80", answer());
  await keepPicture(cache, "/p/1", answer());
  await keepPicture(cache, "/p/0", answer());
  const keys = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  return [keys[0], keys.at(-2), keys.at(-1)];
}
"""


def test_what_was_kept_is_put_right_by_the_first_connection(away: Person) -> None:
    tab = away.opens()
    tab.paints("a snowy forest")
    ready(tab.page)
    [message] = away.messages(tab)
    tab.page.reload()
    tab.shows(1)
    go(tab.page, "about:blank")
    gallery = away.opens("/gallery/").page
    token = gallery.locator("meta[name=csrf-token]").get_attribute("content") or ""
    proof = {"X-CSRFToken": token, "Referer": gallery.url}
    deleted = away.context.request.delete(f"/v1/gallery/{message['image']['id']}/", headers=proof)
    assert deleted.ok
    go(tab.page, f"/chat/{message['session_id']}/")
    expect(tab.boxes.locator(".say")).to_have_text("This picture was deleted.")
    expect(tab.page.locator("picture-box img")).to_have_count(0)


def test_a_deleted_chat_and_another_person_s_are_not_kept(away: Person) -> None:
    tab = away.opens()
    tab.paints("a snowy forest")
    tab.page.reload()
    tab.shows(1)
    tab.page.evaluate("localStorage.setItem('studio.kept.somebody', '{}')")
    tab.page.reload()
    tab.shows(1)
    assert tab.page.evaluate("localStorage.getItem('studio.kept.somebody')") is None
    tab.sessions.hover()
    tab.page.get_by_role("button", name=re.compile("^Delete ")).click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.sessions).to_have_count(0)
    go(tab.page, "about:blank")
    go(tab.page, "/")
    texts = tab.page.evaluate("() => Object.entries(localStorage).map(([key, value]) => key + value).join()")
    assert "snowy" not in texts


def test_a_picture_that_is_gone_is_not_kept_for_later(away: Person) -> None:
    tab = away.opens()
    go(tab.page, "/gallery/")
    ready_gallery = "() => navigator.serviceWorker.ready.then(() => true)"
    assert tab.page.evaluate(ready_gallery)
    tab.page.wait_for_function("() => navigator.serviceWorker.controller")
    tab.page.locator("input[type=file]").first.set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": photo()}
    )
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
    kept = "async () => (await (await caches.open('studio-pictures')).keys()).length"
    comes_true(tab.page, f"async () => (await ({kept})()) === 1")
    [image] = away.asks("/v1/gallery/")["items"]
    token = tab.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    proof = {"X-CSRFToken": token, "Referer": tab.page.url}
    assert away.context.request.delete(f"/v1/gallery/{image['id']}/", headers=proof).ok
    tab.page.reload()  # this page's own memory has it still
    tab.page.evaluate(
        "(src) => new Promise((done) => { const img = new Image(); img.onload = img.onerror = done; img.src = src; })",
        image["thumbnail_url"],
    )
    comes_true(tab.page, f"async () => (await ({kept})()) === 0")


def test_the_manifest_and_its_icons_are_what_a_browser_asks_for(newcomer: Callable[..., Person]) -> None:
    person = newcomer(offline=True)
    page = person.opens().page
    href = page.locator("link[rel=manifest]").get_attribute("href") or ""
    manifest: dict[str, Any] = person.asks(href)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        side = page.evaluate(
            "async (src) => { const img = Object.assign(new Image(), { src }); await img.decode(); return img.naturalWidth; }",
            icon["src"],
        )
        assert icon["sizes"] == f"{side}x{side}"
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    ready(page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frame_around_the_page_goes_with_its_look(newcomer: Callable[..., Person], scheme: str) -> None:
    page = newcomer(color_scheme=scheme).opens().page
    frame = f"document.querySelector('meta[name=theme-color][media*={scheme}]').content"
    assert page.evaluate(frame) == {"light": "#faf9f7", "dark": "#131211"}[scheme]
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate(frame) == {"light": "#131211", "dark": "#faf9f7"}[scheme]
    page.reload()
    assert page.evaluate(frame) == {"light": "#131211", "dark": "#faf9f7"}[scheme]


def test_who_takes_a_window_finds_nothing_of_the_person_before(shared_window: SharedWindow) -> None:
    with shared_window.lent() as person:
        person.opens().page.evaluate(LEAVE)
    with shared_window.lent() as person:
        assert person.opens(EMPTY).page.evaluate(LEFT) == [None, []]


LEAVE = """
async () => {
  localStorage.setItem("mine", "yes");
  await (await caches.open("mine")).put("/healthz", new Response("mine"));
}
"""
LEFT = 'async () => [localStorage.getItem("mine"), await caches.keys()]'


def test_after_a_release_no_old_code_is_served(browser: Browser, tmp_path: Path) -> None:
    """The same browser, before and after. The second release differs in one file, and that file is what runs."""
    data, port = tmp_path / "data", 0
    with serving(data, "--workers", "0") as old:
        port = old.port
        with Person(new_context(browser, old.address, offline=True), excused=AWAY) as person:
            page = person.opens().page
            [before, *_] = ready(page)
            page.reload()
            old_name = page.evaluate(STYLE)
            old.stop()
            release(data)
            with serving(data, "--workers", "0", "--port", str(port)) as new:
                assert new.process.poll() is None
                page.reload()  # the very first visit after the release
                assert page.evaluate(STYLE) != old_name
                assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--release').trim()") == "second"
                comes_true(
                    page,
                    "async (before) => { const names = await caches.keys(); "
                    "return !names.includes(before) && names.some((name) => name.startsWith('studio-files')); }",
                    before,
                )
                new.stop()
            page.reload()  # and without a server it is the new one, too
            assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--release').trim()") == "second"


STYLE = "document.querySelector('link[rel=stylesheet]').href"


def release(data: Path) -> None:
    """Another release in place of the one that was built: the same files, but for a line in base.css."""
    root = data / "static"
    manifest = json.loads((root / "staticfiles.json").read_text())
    name = manifest["paths"]["studio/ui/base.css"]
    text = (root / name).read_text() + "\nbody { --release: second; }\n"
    other = re.sub(r"\.[0-9a-f]{12}\.", ".000000000000.", name)
    for old in root.glob(f"{name}*"):
        old.unlink()
    (root / other).write_text(text)
    manifest["paths"]["studio/ui/base.css"] = other
    manifest["stats"] = {key: value for key, value in manifest["stats"].items() if not key.startswith(name)}
    manifest["stats"][other] = list((root / other).stat())
    manifest["hash"] = "second"
    (root / "staticfiles.json").write_text(json.dumps(manifest))
