"""Text of people, files and providers stays text, on every page and in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests.security.target import Target
from tests.support.browser import launched
from tests.support.studio import SMALL, picture

SCRIPT = "<script>alert(1)</script>"
PAYLOADS = (
    SCRIPT,
    '"><img src=x onerror=alert(2)>',
    "'><svg/onload=alert(3)>",
    "</script></textarea></title><script>alert(4)</script>",
    '<iframe srcdoc="<script>parent.alert(5)</script>"></iframe>',
    '" autofocus onfocus="alert(6)',
    "<a href=javascript:alert(7) id=x>here</a>",
    "javascript:alert(8)",
    "{{constructor.constructor('alert(9)')()}}${alert(9)}",
    "<style>@import '//evil.example'</style><link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "&lt;script&gt;alert(10)&lt;/script&gt;\u2028</JSON>",
)
ALL = " ".join(PAYLOADS)
AN_ERROR = "() => new Promise((done) => Object.assign(new Image(), { src: '/static/none.png', onerror: done }))"
PLANTED = (
    "img[src=x], iframe, svg[onload], a[href^='javascript:'], [onfocus], meta[http-equiv=refresh], link[href*='evil']"
)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as browser:
        yield browser


class Planted:
    """A visitor who puts them wherever text can be put; what only a provider or an operator writes is put there for them."""

    def __init__(self, target: Target) -> None:
        self.target, self.visitor = target, target.visitor()
        self.session = self._made("/api/v1/chat/sessions/", {"title": ALL[:120]})["id"]
        where = f"/api/v1/chat/sessions/{self.session}/messages/"
        said = [self._made(where, {"content": ALL + str(n), "options": {**SMALL, "style": SCRIPT}}) for n in range(3)]
        failed, answered, _ = (message["id"] for message in said)
        errors = {"status": "FAILED", "error": {"code": "refused", "message": ALL, "retryable": True}, "provider": ALL}
        words = {"status": "DONE", "reply": ALL, "refined_prompt": ALL, "provider": ALL, "intent": SCRIPT}
        offer = {"label": ALL, "content": SCRIPT, "action": SCRIPT, "image_id": SCRIPT}
        answer = {**words, "suggestions": [offer, {**offer, "action": "look", "image_id": SCRIPT}]}
        with target.documents() as documents:
            documents["messages"].update_one({"_id": failed}, {"$set": errors})
            documents["messages"].update_one({"_id": answered}, {"$set": answer})
        self.images = [self._imported(name) for name in (ALL[:250], SCRIPT)]
        for image in self.images:
            target.sql(
                "UPDATE gallery_image SET prompt=?, provider=?, intent=? WHERE id=?",
                ALL,
                SCRIPT,
                SCRIPT[:32],
                _hex(image),
            )
        owner = target.sql("SELECT owner_id FROM gallery_image WHERE id=?", _hex(self.images[0]))[0][0]
        target.sql("UPDATE project_user SET username=?, first_name=? WHERE id=?", ALL[:150], SCRIPT, owner)

    def _made(self, path: str, body: Any) -> Any:
        return self.visitor.post(path, json=body).raise_for_status().json()

    def _imported(self, name: str) -> str:
        # A slash would be taken for a folder's.
        files = {"file": (name.replace("/", "\u2215") + ".png", picture(64, 64), "image/png")}
        return str(self.visitor.post("/v1/gallery/", files=files).raise_for_status().json()["id"])


def _hex(image_id: str) -> str:
    return image_id.replace("-", "")


@pytest.fixture(scope="module")
def planted(target: Target) -> Planted:
    return Planted(target)


@contextmanager
def watched(browser: Browser, client: httpx.Client, address: str) -> Iterator[Page]:
    """A page of this client's; in the end nothing has opened, run, or tried to."""
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in client.cookies.items()])
    page, complaints = context.new_page(), list[str]()

    def opened(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", opened)
    # That a made-up session is not found is as it should be; a word of the policy means that something has tried.
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type == "error" and "404" not in line.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if "evil" in request.url.split("?")[0] else None)
    yield page
    page.evaluate(AN_ERROR)  # whose turn comes after all those that are on their way
    context.close()
    assert complaints == []


def look(page: Page, path: str, shown: str = SCRIPT) -> None:
    """The payload is there to be read, and nothing was made of it."""
    page.goto(path)
    page.get_by_text(shown).first.wait_for()
    assert page.locator(PLANTED).count() == 0, path


def test_on_the_pages_of_the_person(planted: Planted, browser: Browser) -> None:
    with watched(browser, planted.visitor, planted.target.url) as page:
        look(page, f"/chat/{planted.session}/")
        page.locator("message-card", has_text="alert(7)").nth(1).wait_for()
        assert page.locator(PLANTED).count() == 0
        page.goto("/chat/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E/")
        page.goto("/gallery/")
        page.locator("gallery-card, #grid li").first.wait_for()
        assert page.locator(PLANTED).count() == 0
        planted.visitor.delete(f"/v1/gallery/{planted.images[1]}/").raise_for_status()
        page.goto("/gallery/#trash")
        page.locator("gallery-card, #grid li").first.wait_for()
        assert page.locator(PLANTED).count() == 0
        page.goto(
            "/swagger/?url=//evil.example/openapi.json&configUrl=//evil.example/c.json#/<img src=x onerror=alert(1)>"
        )
        page.locator(".opblock").first.wait_for()


def test_on_the_pages_of_the_moderator(planted: Planted, browser: Browser) -> None:
    moderator, image = planted.target.moderator("planted"), planted.images[0]
    rename = "UPDATE project_user SET username=?, first_name=? WHERE username='planted'"
    planted.target.sql(rename, SCRIPT + ALL[:100], ALL[:150])
    form = {"action": "hide", "_selected_action": image, "code": "other", "reason": ALL[:500]}
    with watched(browser, moderator, planted.target.url) as page:
        look(page, "/admin/gallery/image/")
        page.locator(f"input[value='{image}']").check()
        page.locator("select[name=action]").select_option("hide")
        page.locator("button[name=index]").click()
        page.locator("input[name=reason]").fill(ALL[:500])
        page.get_by_text(SCRIPT).first.wait_for()
        assert page.locator(PLANTED).count() == 0
        assert moderator.post("/admin/gallery/image/", data=form).status_code == 302
        look(page, f"/admin/gallery/image/{image}/change/")
        page.goto(f"/admin/gallery/image/{image}/history/")
        page.goto("/admin/gallery/image/?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E")
        assert page.locator(PLANTED).count() == 0
