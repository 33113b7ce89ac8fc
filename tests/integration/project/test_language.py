"""The language that a running studio answers in."""

import httpx
import pytest

from tests.support.studio import Client, Studio, eventually

pytestmark = pytest.mark.usefixtures("prepared")
ENGLISH, VIETNAMESE = (
    "There is no such session, or it is not yours.",
    "Không có cuộc trò chuyện này, hoặc nó không phải của bạn.",
)


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def test_a_page_is_in_the_browsers_language(studio: Studio) -> None:
    page = httpx.get(studio.url, headers={"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.8"})
    assert ('<html lang="vi">' in page.text, "Thư viện" in page.text, "/locale/vi" in page.text) == (True,) * 3
    assert page.headers["Content-Language"] == "vi"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


def test_the_switch_goes_before_the_browser(studio: Studio) -> None:
    asked = {"Accept-Language": "vi", "Cookie": "studio_language=en"}
    page = httpx.get(studio.url, headers=asked)
    assert ('<html lang="en">' in page.text, ">Gallery" in page.text, "/locale/vi" in page.text) == (True, True, False)


def test_what_has_no_words_is_the_same_in_every_language(studio: Studio) -> None:
    assert "Content-Language" not in httpx.get(f"{studio.url}/static/studio/ui/favicon.svg").headers


def test_an_error_has_the_requests_language_and_the_same_code(guest: Client) -> None:
    for language, sentence in (("en", ENGLISH), ("vi", VIETNAMESE)):
        problem = guest.http.get("/api/v1/chat/sessions/none/", headers={"Accept-Language": language}).json()
        assert (problem["code"], problem["detail"]) == ("not_found", sentence)


def test_a_socket_has_the_language_of_its_handshake(guest: Client) -> None:
    headers = {"Authorization": f"Bearer {guest.token}", "Accept-Language": "vi"}
    with guest.connect(guest.session(), headers=headers) as socket:
        socket.ready()
        refused = socket.ask("message.cancel", message_id="none")["error"]
    assert (refused["code"], refused["message"]) == ("not_found", "Không có tin nhắn này, hoặc nó không phải của bạn.")


def answered(guest: Client, content: str, language: str) -> tuple[str, str]:
    """The message's language, and its reply."""
    session_id, headers = guest.session(), {"Accept-Language": language}
    sent = guest.http.post(f"/api/v1/chat/sessions/{session_id}/messages/", json={"content": content}, headers=headers)
    id = sent.raise_for_status().json()["id"]
    eventually(lambda: guest.message(session_id, id)["status"] != "PROCESSING")
    ended = guest.message(session_id, id)
    return ended["language"], ended["reply"]


def test_a_worker_answers_in_the_language_of_the_words_or_of_whoever_sends_them(guest: Client) -> None:
    english, vietnamese = "I paint landscapes", "Tôi vẽ phong cảnh"
    for content, accepted, language, reply in (
        ("hello", "en", "en", english),
        ("hello", "vi", "vi", vietnamese),
        ("xin chào bạn", "en", "vi", vietnamese),
    ):
        said = answered(guest, content, accepted)
        assert (said[0], said[1][: len(reply)]) == (language, reply)


def test_the_admin_is_in_the_browsers_language(studio: Studio) -> None:
    page = httpx.get(f"{studio.url}/admin/login/", headers={"Accept-Language": "vi"})
    assert ('<html lang="vi"' in page.text, "Đăng nhập" in page.text) == (True, True)
