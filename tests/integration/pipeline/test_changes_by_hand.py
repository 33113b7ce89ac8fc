"""Changes by hand and tools without a chat, as a client sees them: a real server, real stores, a worker."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from gallery import pictures
from pipeline.providers.adjust import Adjust
from pipeline.providers.arithmetic import adjusted
from tests.support.studio import Client, Form, Studio

GENERATE = "/v1/image/generate/"
AT_ONCE = {"Prefer": "respond-async"}
ADJUST = {"rotate": 90, "exposure": 20, "crop": {"x": 4, "y": 8, "width": 100, "height": 90}}


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def by_hand(guest: Client, session: str, adjust: Form, **fields: Any) -> Form:
    options = {"intent": "edit", "adjust": adjust}
    return guest.ended(guest.say(session, "brighter, turned", **{"options": options, **fields}))


def bytes_of(guest: Client, image: Form) -> bytes:
    return guest.http.get(image["url"]).raise_for_status().content


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_what_is_stored_is_what_the_arithmetic_says(guest: Client) -> None:
    photo, session = guest.photo(), guest.session()
    done = by_hand(guest, session, ADJUST, source_image_id=photo["id"])
    assert (done["status"], done["intent"], done["provider"], done["refined_prompt"]) == (
        "DONE", "edit", "offline", "brighter, turned",
    )  # fmt: skip
    assert done["options"]["adjust"].items() >= ADJUST.items()
    assert (done["options"]["width"], done["options"]["height"]) == (100, 90)
    made = guest.http.get(f"/v1/gallery/{done['image']['id']}/").json()
    assert (made["width"], made["height"], made["parent_id"]) == (100, 90, photo["id"])
    adjust = Adjust.of({"adjust": ADJUST})
    assert adjust
    expected = adjusted(pictures.decode(bytes_of(guest, photo)), adjust, lambda done: None)
    buffer = io.BytesIO()
    expected.save(buffer, "PNG")
    assert bytes_of(guest, made) == pictures.rendition(buffer.getvalue()).data


def test_it_changes_the_last_picture_where_none_is_attached(guest: Client) -> None:
    session = guest.session()
    painted = guest.ended(guest.say(session, "a sea at sunset"))
    done = by_hand(guest, session, {"flip_horizontal": True})
    made = guest.http.get(f"/v1/gallery/{done['image']['id']}/").json()
    assert made["parent_id"] == painted["image"]["id"]


def test_without_any_picture_there_are_words(guest: Client) -> None:
    done = by_hand(guest, guest.session(), {"rotate": 180})
    assert (done["status"], done["image"]) == ("DONE", None)
    assert "no picture" in done["reply"]


def test_a_crop_past_the_edge_fails_with_a_sentence_and_leaves_nothing(guest: Client) -> None:
    photo = guest.photo()
    crop = {"x": 100, "y": 0, "width": 100, "height": 100}
    done = by_hand(guest, guest.session(), {"crop": crop}, source_image_id=photo["id"])
    assert (done["status"], done["error"]["code"], done["error"]["retryable"]) == ("FAILED", "bad_input", False)
    assert "160 × 120" in done["error"]["message"]
    assert [image["id"] for image in guest.http.get("/v1/gallery/").json()["items"]] == [photo["id"]]


def test_a_variation_of_it_is_the_same_again(guest: Client) -> None:
    photo, session = guest.photo(), guest.session()
    done = by_hand(guest, session, ADJUST, source_image_id=photo["id"])
    again = guest.ended(guest.say(session, "brighter, turned", variation_of=done["id"], options={}))
    assert again["options"]["adjust"] == done["options"]["adjust"]
    assert bytes_of(guest, again["image"]) == bytes_of(guest, done["image"])


@pytest.mark.parametrize(
    "options", [{"adjust": {}}, {"adjust": {"rotate": 1}}, {"adjust": {"rotate": 90}, "style": "oil"}]
)
def test_what_is_no_change_by_hand_is_refused_and_not_kept(guest: Client, options: Form) -> None:
    session, photo = guest.session(), guest.photo()
    messages = f"/api/v1/chat/sessions/{session}/messages/"
    body = {"content": "x", "source_image_id": photo["id"], "options": options}
    assert refused(guest.http.post(messages, json=body)) == (422, "bad_input")
    assert guest.messages(session) == []


def test_nobody_adjusts_what_is_not_theirs(guest: Client, studio: Studio) -> None:
    theirs = studio.guest().photo()
    body = {"prompt": "x", "source_image_id": theirs["id"], "adjust": {"rotate": 90}}
    assert refused(guest.http.post(GENERATE, json=body, headers=AT_ONCE)) == (404, "not_found")
    mine = {"prompt": "x", "source_image_id": guest.photo()["id"], "mask_image_id": theirs["id"]}
    assert refused(guest.http.post(GENERATE, json=mine, headers=AT_ONCE)) == (404, "not_found")
    assert len(guest.http.get("/v1/gallery/").json()["items"]) == 1


# Without a chat


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"adjust": ADJUST}, (100, 90)),
        ({"intent": "enhance"}, (320, 240)),
        ({"intent": "style_transfer", "style": "sepia"}, (160, 120)),
    ],
)
def test_a_tool_works_at_once_or_is_waited_for(guest: Client, asked: Form, size: tuple[int, int]) -> None:
    photo = guest.photo()
    body = {"prompt": "Make something of it", "source_image_id": photo["id"], **asked}
    waited = guest.http.post(GENERATE, json=body)
    assert (waited.status_code, waited.json()["parent_id"]) == (201, photo["id"]), waited.text
    answer = guest.http.post(GENERATE, json=body, headers=AT_ONCE)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    message = answer.json()
    assert guest.http.get(answer.headers["Location"]).json()["id"] == message["id"]
    done = guest.ended(message)
    assert (done["image"]["width"], done["image"]["height"]) == size
    assert guest.http.get("/api/v1/chat/sessions/").json()["items"] == []


def test_a_part_is_changed_without_a_chat(guest: Client) -> None:
    photo = guest.photo()
    white = io.BytesIO()
    Image.new("L", (160, 120), 255).save(white, "PNG")
    files = {"file": ("mask.png", white.getvalue(), "image/png")}
    mask = guest.http.post("/v1/gallery/", files=files, data={"purpose": "mask"}).raise_for_status().json()
    body = {"prompt": "black and white", "source_image_id": photo["id"], "mask_image_id": mask["id"]}
    assert guest.http.post(GENERATE, json=body).status_code == 201


def test_the_same_request_under_one_name_is_made_once(guest: Client) -> None:
    photo = guest.photo()
    body = {"prompt": "by hand", "client_id": "one", "source_image_id": photo["id"], "adjust": {"rotate": 90}}
    first, again = (guest.http.post(GENERATE, json=body, headers=AT_ONCE).json() for _ in range(2))
    assert first["id"] == again["id"]
    other = {**body, "adjust": {"rotate": 180}}
    assert refused(guest.http.post(GENERATE, json=other, headers=AT_ONCE)) == (409, "conflict")


def test_its_events_come_by_the_socket(guest: Client) -> None:
    photo = guest.photo()
    body = {"prompt": "by hand", "source_image_id": photo["id"], "adjust": {"rotate": 90}}
    session = guest.http.post(GENERATE, json=body, headers=AT_ONCE).json()["session_id"]
    with guest.connect(session) as socket:
        socket.ready()
        message = guest.http.post(GENERATE, json=body, headers=AT_ONCE).json()
        socket.until(lambda: message["id"] in socket.messages)
        assert socket.until_ended(message)["status"] == "DONE"
