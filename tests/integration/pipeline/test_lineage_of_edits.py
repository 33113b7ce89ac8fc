"""What "it" is for the tools and for edits, and that every picture keeps the one it was made from."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from gallery import lineage
from gallery import services as gallery
from gallery.models import Image
from project.models import User
from tests.integration.pipeline.test_pipeline import say, work_through
from tests.programs.quality.photos import photo as photograph
from tests.support.messages import Doc, insert_session, public, reload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


@pytest.fixture
def user() -> User:
    return User.make_guest()


@pytest.fixture
def conversation(user: User) -> Doc:
    return insert_session(str(user.id))


def ball(user: User) -> Image:
    """A red ball on green."""
    picture = Pillow.new("RGB", (160, 120), "#6a8f5a")
    ImageDraw.Draw(picture).ellipse((50, 30, 110, 90), fill="#c02020")
    return gallery.import_picture(user.id, _png(picture), "photo", "ball.png")


def mask(user: User) -> Image:
    picture = Pillow.new("L", (160, 120))
    ImageDraw.Draw(picture).ellipse((46, 26, 114, 94), fill=255)
    return gallery.import_picture(user.id, _png(picture), "mask", "mask.png")


def _png(picture: Pillow.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def row(doc: Doc) -> Image:
    work_through()
    done = reload(doc)
    assert done["status"] == "DONE", done
    return Image.objects.get(message_id=doc["_id"])


def shown(image: Image) -> Pillow.Image:
    data = gallery.open_source(image.owner_id, str(image.pk))[1]
    return Pillow.open(BytesIO(data))


def ask(conversation: Doc, content: str, source: Image | None = None, **values: Any) -> Image:
    named = {"source_image_id": str(source.pk)} if source else {}
    return row(say(conversation, content, options={}, **named, **values))


def test_each_tool_works_on_the_last_picture_and_keeps_its_parent(conversation: Doc, user: User) -> None:
    photo = ball(user)
    enhanced = ask(conversation, "enhance it", photo)
    assert (enhanced.parent, enhanced.intent, enhanced.width) == (photo, "enhance", 320)
    drawn = ask(conversation, "turn it into a cartoon")
    assert (drawn.parent, drawn.intent, drawn.prompt) == (enhanced, "style_transfer", "in cartoon style")
    cut = ask(conversation, "now remove the background")
    assert (cut.parent, cut.mime, shown(cut).mode) == (drawn, "image/png", "RGBA")
    assert lineage.ancestors(cut) == [photo, enhanced, drawn]


def test_what_is_painted_over_is_removed(conversation: Doc, user: User) -> None:
    photo = ball(user)
    gone = ask(conversation, "remove the ball", photo, mask_image_id=str(mask(user).pk))
    assert (gone.parent, gone.intent) == (photo, "remove_object")
    red, green, _ = shown(gone).convert("RGB").getpixel((80, 60))  # type: ignore[misc]
    assert green > red


def test_without_a_brush_it_is_told_what_is_needed_and_nothing_is_made(conversation: Doc, user: User) -> None:
    doc = say(conversation, "remove the ball", source_image_id=str(ball(user).pk), options={})
    work_through()
    done = reload(doc)
    assert (done["status"], done["intent"], done["image"]) == ("DONE", "reply", None)
    assert "paint over it with the brush" in done["reply"]


def test_an_earlier_version_can_be_worked_on(conversation: Doc, user: User) -> None:
    """A reply to one of the pictures names it; what came after it stays as it is, and the line forks."""
    photo = ball(user)
    first = ask(conversation, "make it brighter", photo)
    second = ask(conversation, "make it warmer")
    fork = ask(conversation, "in pencil style", first)
    assert (second.parent, fork.parent) == (first, first)
    assert lineage.children(first) == [second, fork]
    assert ask(conversation, "make it darker").parent == fork  # the last picture, not the last of the other branch


def test_a_picture_of_another_session_can_be_replied_to(conversation: Doc, user: User) -> None:
    there = ask(conversation, "make it brighter", ball(user))
    here = insert_session(str(user.id))
    made = ask(here, "in sepia style, please", there)
    assert (made.parent, made.session_id) == (there, here["_id"])
    assert ask(here, "make it darker").parent == made


def test_the_public_form_says_what_was_asked_for_and_the_row_what_it_became(conversation: Doc, user: User) -> None:
    photo = ball(user)
    asked = say(conversation, "make it brighter", source_image_id=str(photo.pk), options={})
    row(asked)
    unasked = say(conversation, "make it darker", options={})
    row(unasked)
    forms = [public(reload(doc)) for doc in (asked, unasked)]
    assert [form["source_image_id"] for form in forms] == [str(photo.pk), None]
    parents = [Image.objects.get(message_id=doc["_id"]).parent_id for doc in (asked, unasked)]
    assert [str(parent) for parent in parents] == [str(photo.pk), forms[0]["image"]["id"]]


def test_what_only_the_picture_could_tell_is_said_beside_it(conversation: Doc, user: User) -> None:
    wide = gallery.import_picture(user.id, _png(Pillow.new("RGB", (2100, 40), "#607050")), "photo", "wide.png")
    doc = say(conversation, "upscale it", source_image_id=str(wide.pk))
    row(doc)
    assert "keeps its size" in reload(doc)["reply"]


def test_a_picture_in_the_style_of_another_one_has_both_as_its_parents(conversation: Doc, user: User) -> None:
    photo, example = (
        ball(user),
        gallery.import_picture(user.id, _png(Pillow.new("RGB", (80, 80), "#204080")), "photo", ""),
    )
    named = {"source_image_id": str(photo.pk), "further_image_ids": [str(example.pk)]}
    made = row(say(conversation, "in the style of picture 2", options={}, **named))
    assert (made.intent, made.parent, made.width) == ("style_transfer", photo, 160)
    assert lineage.parents(made) == [photo, example]
    assert made.source_type == "compositeWithTrainedAlgorithmicMedia"  # a network drew it


def test_a_doubtful_outline_comes_with_the_brush_for_the_picture_that_was_made(conversation: Doc, user: User) -> None:
    bricks = gallery.import_picture(user.id, _png(Pillow.fromarray(photograph("brick"))), "photo", "bricks.png")
    doc = say(conversation, "remove the background", source_image_id=str(bricks.pk), options={})
    row(doc)
    done = reload(doc)
    assert "not sure of this outline" in done["reply"]
    offered = [(each["action"], each["image_id"]) for each in done["suggestions"]]
    assert offered.count(("brush", None)) == 1
