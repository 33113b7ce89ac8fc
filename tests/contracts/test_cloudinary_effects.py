"""Cloudinary's effects against the fake: what is asked for, what comes back, and that nothing stays there."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops

from gallery.errors import (
    BadInput,
    Interrupted,
    NoImage,
    ProviderDown,
    Quota,
    StudioError,
    TimedOut,
    TooLarge,
    Unusable,
)
from gallery.storage.account import Account
from gallery.storage.cloudinary_client import Client
from pipeline.providers import registry
from pipeline.providers.base import STYLES, Intent, PictureRequest, RefinedRequest
from pipeline.providers.cloudinary.effects import ART, OWN
from pipeline.providers.cloudinary.provider import CloudinaryEffects
from pipeline.worker import stages
from tests.support.fakes import cloudinary as fake
from tests.support.fakes.cloudinary import SECRET, Cloudinary, always, error
from tests.support.fakes.server import NEVER, Answer, Request, serving
from tests.support.listener import Listener

SIZE = (64, 48)


def photo(format: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(out, format)
    return out.getvalue()


def request(intent: Intent, content: str = "do it", **values: Any) -> PictureRequest:
    given: dict[str, Any] = {"prompt": "", "width": None, "height": None, "style": None, "seed": 7, "mask": None}
    return PictureRequest(intent=intent, content=content, **(given | {"source": photo()} | values))


def effects(cloudinary: Cloudinary, timeout_s: float = 60, **how: float) -> CloudinaryEffects:
    return CloudinaryEffects(Client(Account.parse(cloudinary.url), timeout_s), **({"poll_s": 0.02} | how))


def made(cloudinary: Cloudinary, asked: PictureRequest) -> Image.Image:
    made = stages.generate(effects(cloudinary), asked, Listener())
    assert made.provider == "cloudinary"
    assert made.usage.pictures == 1
    return Image.open(io.BytesIO(made.data))


def questions(cloudinary: Cloudinary) -> list[Request]:
    """Whether the picture is ready."""
    return [asked for asked in cloudinary.asked if "/s--" in asked.path]


def asked_for(cloudinary: Cloudinary, asked: PictureRequest) -> str:
    made(cloudinary, asked)
    return cloudinary.effects[-1]


@pytest.fixture(autouse=True)
def nothing_stays(cloudinary: Cloudinary) -> Any:
    """However a test ends: every source that was uploaded was destroyed, once, after it came."""
    yield
    cloudinary.fail = cloudinary.lose = lambda asked: None
    assert set(cloudinary.uploads) <= set(cloudinary.destroyed)


def test_a_background_becomes_clear(cloudinary: Cloudinary) -> None:
    picture = made(cloudinary, request(Intent.REMOVE_BACKGROUND))
    assert cloudinary.effects == ["e_background_removal/f_png"]
    assert (picture.mode, picture.size) == ("RGBA", SIZE)
    assert cloudinary.assets == {}


def test_enhancing_doubles_each_side(cloudinary: Cloudinary) -> None:
    asked = request(Intent.ENHANCE)
    assert made(cloudinary, asked).size == (128, 96) == effects(cloudinary).size(Intent.ENHANCE, "", SIZE)
    assert cloudinary.effects == ["e_enhance/e_upscale/c_limit,w_128,h_96/f_jpg,q_95"]


def test_a_large_picture_is_enhanced_in_its_size(cloudinary: Cloudinary) -> None:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800)).save(out, "JPEG")
    assert made(cloudinary, request(Intent.ENHANCE, source=out.getvalue())).size == (2400, 1800)
    assert cloudinary.effects == ["e_enhance/f_jpg,q_95"]
    assert effects(cloudinary).size(Intent.ENHANCE, "", (2400, 1800)) == (2400, 1800)


def test_a_clear_source_stays_clear(cloudinary: Cloudinary) -> None:
    assert asked_for(cloudinary, request(Intent.STYLE_TRANSFER, style="oil", source=photo("PNG"))).endswith("/f_png")


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ("remove the red car", "the red car"),
        ("Please erase the man on the left from this picture", "the man on the left"),
        ("get rid of the signs in the photo.", "the signs"),
        ("xóa chiếc xe đỏ khỏi ảnh này", "chiếc xe đỏ"),
        ("the lamp", "the lamp"),
        ("Remove the red car from the picture, and fill in the road behind it.", "the red car"),
        ("Erase the people while keeping the beach as it is", "the people"),
        ("Please: remove the dog", "the dog"),
        # Whatever could separate, end or begin something is a space, or ends the words.
        ("remove a cat/e_art:zorro,l_text:x|y;multiple_true", "a cat e art"),
        ("remove a/b|c_d$e%2Ff(g)[h]{i}\\j=k&l+m#n@o", "a b c d e 2Ff g h i j k l m n o"),
        ("remove the " + "very " * 100 + "big dog", ("the " + "very " * 100)[:100].strip()),
    ],
)
def test_what_is_to_go_is_words_and_never_syntax(cloudinary: Cloudinary, said: str, prompt: str) -> None:
    picture = made(cloudinary, request(Intent.REMOVE_OBJECT, said))
    assert cloudinary.effects == [f"e_gen_remove:prompt_{prompt}/f_jpg,q_95"]
    before = Image.open(io.BytesIO(photo()))
    assert ImageChops.difference(picture.convert("RGB"), before).getbbox() is not None


@pytest.mark.parametrize(
    ("values", "effect"),
    [
        *(({"style": name}, effect) for name, effect in OWN.items()),
        *(({"style": name}, f"e_art:{name.replace(' ', '_')}") for name in ART),
        ({"style": "Oil painting"}, OWN["oil"]),
        ({"prompt": "in the manner of Hokusai"}, "e_art:hokusai"),
        ({"content": "as a cartoon, please"}, OWN["cartoon"]),
        ({"style": "red_rock"}, "e_art:red_rock"),
    ],
)
def test_styles_by_name(cloudinary: Cloudinary, values: dict[str, str], effect: str) -> None:
    assert asked_for(cloudinary, request(Intent.STYLE_TRANSFER, **values)) == f"{effect}/f_jpg,q_95"


def refined(intent: Intent, content: str = "do it", style: str | None = None, has_mask: bool = False) -> RefinedRequest:
    return RefinedRequest(intent, "", style, content, has_mask)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (refined(Intent.GENERATE, "a lake"), "Gemini"),
        (refined(Intent.EDIT, "make it bluer"), "Gemini"),
        *((refined(Intent.STYLE_TRANSFER, style=name), name) for name in STYLES if name not in OWN),
        (refined(Intent.STYLE_TRANSFER, style="oily"), "hokusai"),
        (refined(Intent.STYLE_TRANSFER, "like my grandmother would"), "hokusai"),
        (refined(Intent.REMOVE_OBJECT, "remove it"), "red car"),
        (refined(Intent.REMOVE_OBJECT, "remove the object from the picture"), "red car"),
        (refined(Intent.REMOVE_OBJECT, "!!!"), "red car"),
        (refined(Intent.REMOVE_OBJECT, "remove the car", has_mask=True), "without a mask"),
        (refined(Intent.REMOVE_BACKGROUND, has_mask=True), "without a mask"),
        (refined(Intent.ENHANCE, has_mask=True), "without a mask"),
        (refined(Intent.STYLE_TRANSFER, style="oil", has_mask=True), "without a mask"),
    ],
)
def test_what_it_lacks_is_said_and_nothing_is_sent(cloudinary: Cloudinary, asked: RefinedRequest, names: str) -> None:
    assert names in (effects(cloudinary).unsupported_reason(asked) or "")
    mask = photo("PNG") if asked.has_mask else None
    with pytest.raises(BadInput):
        effects(cloudinary).make(request(asked.intent, asked.content, style=asked.style, mask=mask), Listener())
    assert cloudinary.asked == []


def test_what_is_not_ready_is_asked_for_again_with_progress(cloudinary: Cloudinary) -> None:
    cloudinary.pending = 4
    listener = Listener()
    effects(cloudinary).make(request(Intent.ENHANCE), listener)
    assert listener.heard == sorted(listener.heard)
    assert 0.0 <= listener.heard[0] < listener.heard[-1] <= 0.9
    assert len(listener.heard) > 4


def test_a_message_that_is_cancelled_is_waited_for_no_longer(cloudinary: Cloudinary) -> None:
    cloudinary.pending = 10_000
    with pytest.raises(Interrupted) as caught:
        effects(cloudinary, poll_s=1000).make(request(Intent.ENHANCE), Listener(stop_after=3))
    assert caught.value.usage == {"pictures": 1}
    assert len(questions(cloudinary)) == 1  # between this one and the next
    assert cloudinary.assets == {}


def test_what_never_gets_ready_has_a_deadline(cloudinary: Cloudinary) -> None:
    cloudinary.pending = 10_000
    with pytest.raises(TimedOut):
        effects(cloudinary, ready_s=0.2).make(request(Intent.ENHANCE), Listener())


def test_an_error_that_nobody_expected_ends_the_wait_for_a_picture(
    cloudinary: Cloudinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Client, "get", fails)
    with pytest.raises(MemoryError):
        effects(cloudinary).make(request(Intent.ENHANCE), Listener(stop_after=51))


def only(method: str, answer: Answer) -> Any:
    def fail(asked: Request) -> Answer | None:
        concerned = asked.method == method and not asked.path.endswith("destroy")
        return answer if concerned else None

    return fail


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("failure", "kind", "retryable"),
    [
        (fake.BAD_KEY, Unusable, False),
        (fake.NO_ADD_ON, NoImage, False),
        (replace(fake.NO_ADD_ON, status=401), NoImage, False),
        (fake.LIMIT, Quota, True),
        (fake.TOO_MANY, Quota, True),
        (fake.TOO_LARGE, TooLarge, False),
        (error(400, "Invalid transformation"), NoImage, False),
        (error(404, "Resource not found"), ProviderDown, True),
        (fake.BROKEN, ProviderDown, True),
        (fake.CUT_OFF, ProviderDown, True),
        (NEVER, TimedOut, True),
    ],
)
def test_every_failure_is_one_of_our_errors(
    cloudinary: Cloudinary, method: str, failure: Answer, kind: type[StudioError], retryable: bool
) -> None:
    cloudinary.fail = only(method, failure)
    with pytest.raises(StudioError) as caught:
        how = {"timeout_s": 0.3, "ready_s": 0.5} if failure is NEVER else {}
        effects(cloudinary, **how).make(request(Intent.REMOVE_BACKGROUND), Listener())
    assert (type(caught.value), caught.value.retryable) == (kind, retryable)
    assert str(failure.body) not in caught.value.message
    if kind is Quota:  # of the answer to an upload the SDK shows no header
        seconds = {"GET": {fake.TOO_MANY.status: 7}}.get(method, {fake.TOO_MANY.status: None})
        assert caught.value.retry_after == seconds.get(failure.status, 3600)


def test_nobody_there_is_a_service_that_is_down(cloudinary: Cloudinary) -> None:
    nobody = replace(Account.parse(cloudinary.url), upload_prefix="http://127.0.0.1:9")
    with pytest.raises(ProviderDown):
        CloudinaryEffects(Client(nobody, 5)).make(request(Intent.ENHANCE), Listener())


def test_a_missing_add_on_is_named_to_the_person(cloudinary: Cloudinary) -> None:
    cloudinary.fail = only("POST", fake.NO_ADD_ON)
    with pytest.raises(NoImage, match="background removal, which the studio's account there does not have"):
        effects(cloudinary).make(request(Intent.REMOVE_BACKGROUND), Listener())


@pytest.mark.parametrize("failure", [fake.NOT_JSON, fake.ODD_JSON, Answer(200, b"{}"), fake.CUT_OFF])
def test_an_answer_that_makes_no_sense_is_no_picture(cloudinary: Cloudinary, failure: Answer) -> None:
    cloudinary.lose = only("POST", failure)
    with pytest.raises(ProviderDown):
        effects(cloudinary).make(request(Intent.ENHANCE), Listener())
    assert cloudinary.assets == {}


def test_what_is_no_picture_is_the_services_fault(cloudinary: Cloudinary) -> None:
    cloudinary.fail = only("GET", Answer(200, b"<svg/>", "image/svg+xml"))
    with pytest.raises(ProviderDown):
        made(cloudinary, request(Intent.ENHANCE))


def test_a_picture_beyond_our_bound_is_not_taken_in(cloudinary: Cloudinary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.pictures.MAX_BYTES", len(photo()) + 10)
    cloudinary.fail = only("GET", Answer(200, b"x" * 100_000, "image/png"))
    with pytest.raises(TooLarge):
        effects(cloudinary).make(request(Intent.ENHANCE), Listener())


@pytest.mark.parametrize(
    "url",
    [
        "http://res.cloudinary.com/demo-cloud/image/authenticated/{id}",
        "https://example.org/{id}",
        "https://res.cloudinary.com.example.org/{id}",
        "https://res.cloudinary.com/another/picture",
        "file:///{id}",
        "",
    ],
)
def test_it_goes_nowhere_else_for_a_picture(cloudinary: Cloudinary, url: str) -> None:
    def elsewhere(asked: Request) -> Answer | None:
        if not asked.path.endswith("upload"):
            return None
        public_id = cloudinary.uploads[-1]
        said = url.replace("{id}", public_id)
        body = f'{{"public_id":"{public_id}","type":"authenticated","bytes":1,"eager":[{{"secure_url":"{said}"}}]}}'
        return Answer(body=body.encode())

    cloudinary.lose = elsewhere
    with pytest.raises(ProviderDown):
        effects(cloudinary).make(request(Intent.ENHANCE), Listener())
    assert [asked.method for asked in cloudinary.asked] == ["POST", "POST"]


def test_it_follows_nobody_elsewhere_for_a_picture(cloudinary: Cloudinary) -> None:
    with serving(lambda asked: Answer(200, photo(), "image/jpeg")) as elsewhere:
        cloudinary.fail = only("GET", Answer(302, headers={"Location": f"{elsewhere.url}/picture"}))
        with pytest.raises(ProviderDown):
            effects(cloudinary).make(request(Intent.ENHANCE), Listener())
        assert elsewhere.asked == []


def test_the_accounts_own_host_and_cloudinarys_are_theirs() -> None:
    url = "cloudinary://271:828@cloud/pictures.example.org"
    theirs = CloudinaryEffects(Client(Account.parse(url), 1))._is_theirs
    assert theirs("https://pictures.example.org/image/authenticated/x/studio/effects/1", "studio/effects/1")
    assert theirs("https://res.cloudinary.com/cloud/image/authenticated/x/studio/effects/1", "studio/effects/1")
    assert not theirs("https://pictures.example.com/studio/effects/1", "studio/effects/1")


def test_what_a_crash_left_behind_is_cleared_away_by_the_next_attempt(cloudinary: Cloudinary) -> None:
    cloudinary.fail = lambda asked: fake.BROKEN if asked.path.endswith("destroy") else None
    effects(cloudinary).make(request(Intent.ENHANCE), Listener())
    assert len(cloudinary.assets) == 1
    cloudinary.fail = lambda asked: None
    effects(cloudinary).make(request(Intent.ENHANCE), Listener())
    assert cloudinary.assets == {}


def test_a_source_that_a_lost_attempt_took_away_is_uploaded_again(cloudinary: Cloudinary) -> None:
    """The other one ends while this one waits, and destroys what both had uploaded."""

    def other_ends(asked: Request) -> None:
        if asked.method == "GET" and len(cloudinary.uploads) == 1:
            cloudinary.assets.clear()
            cloudinary.fail = lambda asked: None

    cloudinary.fail = other_ends
    assert made(cloudinary, request(Intent.REMOVE_BACKGROUND)).mode == "RGBA"
    assert len(cloudinary.uploads) == 2
    cloudinary.complaints.clear()


def test_two_variations_do_not_share_a_source(cloudinary: Cloudinary) -> None:
    for seed in (7, 8):
        effects(cloudinary).make(request(Intent.ENHANCE, seed=seed), Listener())
    assert len(set(cloudinary.uploads)) == 2


def test_the_secret_is_in_no_log(cloudinary: Cloudinary, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    cloudinary.fail = always(fake.BAD_KEY)
    with pytest.raises(ProviderDown):
        effects(cloudinary).make(request(Intent.ENHANCE), Listener())
    assert "check CLOUDINARY_URL" in caplog.text
    assert SECRET not in caplog.text


def test_it_is_chosen_in_the_settings(cloudinary: Cloudinary, settings: Any) -> None:
    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    settings.PROVIDERS = settings.PROVIDERS | {"remove_background": "cloudinary"}
    picture = registry.provider_for(Intent.REMOVE_BACKGROUND).make(request(Intent.REMOVE_BACKGROUND), Listener())
    assert (picture.provider, cloudinary.effects) == ("cloudinary", ["e_background_removal/f_png"])
    assert len(questions(cloudinary)) == 1  # it was ready, and not waited for
    assert registry.provider_for(Intent.GENERATE).name == "offline"
