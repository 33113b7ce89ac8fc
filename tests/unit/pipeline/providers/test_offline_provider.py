"""The offline provider as the pipeline sees it: refine, then make, with progress and interruption."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from PIL import Image, ImageStat

from gallery import pictures
from gallery.errors import BadInput, Interrupted
from pipeline.providers import registry, table
from pipeline.providers.base import Intent, Picture, PictureRequest, RefinedRequest, RefineRequest
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.offline.vocabulary import SENTENCES
from tests.support.listener import Listener
from tests.support.serving import HANGS_S

PROVIDER = OfflineProvider()


def request(content: str, source: bytes | None = None, **options: int) -> PictureRequest:
    """What the pipeline asks for after refining."""
    refined = PROVIDER.refine(
        RefineRequest(
            content=content,
            intent=None,
            style=None,
            width=options.get("width"),
            height=options.get("height"),
            has_source=source is not None,
            attached=source is not None,
            has_mask=False,
            turns=(),
        )
    )
    return PictureRequest(
        intent=refined.intent,
        prompt=refined.prompt,
        content=content,
        width=refined.width,
        height=refined.height,
        style=refined.style,
        seed=options.get("seed", 7),
        source=source,
        mask=None,
    )


def made(asked: PictureRequest) -> Picture:
    return PROVIDER.make(asked, Listener())


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def stored_photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 60), (120, 120, 120)).save(buffer, "PNG")
    return pictures.rendition(buffer.getvalue()).data


def test_a_request_becomes_a_picture_of_the_asked_size() -> None:
    picture = made(request("Create a sunset landscape", width=200, height=160))
    assert (opened(picture).format, opened(picture).size, picture.provider) == ("PNG", (200, 160), "offline")
    assert pictures.rendition(picture.data).width == 200


def test_the_same_seed_gives_the_same_bytes_and_another_another() -> None:
    one, two, three = (made(request("a lake", width=160, seed=seed)).data for seed in (1, 1, 2))
    assert one == two != three


def light(picture: Picture) -> float:
    return ImageStat.Stat(opened(picture).convert("L")).mean[0]


def test_the_prompt_decides_what_is_painted() -> None:
    day, night = (made(request(f"a lake at {when}", width=160)) for when in ("day", "night"))
    assert light(day) > light(night) + 20


def test_the_picture_before_is_edited() -> None:
    result = opened(made(request("make it bluer and rotate it", stored_photo())))
    assert result.size == (60, 90)
    red, _, blue = result.getpixel((30, 30))  # type: ignore[misc]
    assert blue > red + 20


def test_a_mask_limits_an_edit() -> None:
    mask = io.BytesIO()
    Image.linear_gradient("L").point([255 * (v > 127) for v in range(256)]).save(mask, "PNG")
    asked = request("darker", stored_photo())
    result = opened(made(replace(asked, mask=mask.getvalue())))
    assert result.getpixel((45, 5)) == (120, 120, 120)
    assert result.getpixel((45, 55)) != (120, 120, 120)


@pytest.mark.parametrize("content", ["a lake", "bluer, brighter"])
def test_progress_rises_to_one(content: str) -> None:
    listener = Listener()
    PROVIDER.make(request(content, None if content == "a lake" else stored_photo(), width=160), listener)
    assert listener.heard == sorted(listener.heard)
    assert 0 <= listener.heard[0] < 0.5
    assert listener.heard[-1] == 1
    assert len(listener.heard) > 2


@pytest.mark.parametrize("content", ["a lake", "bluer, brighter"])
def test_an_interruption_passes_through(content: str) -> None:
    listener = Listener(stop_at=0.3)
    with pytest.raises(Interrupted):
        PROVIDER.make(request(content, None if content == "a lake" else stored_photo(), width=160), listener)
    assert max(listener.heard) < 1


def test_an_edit_without_a_picture_is_bad_input() -> None:
    asked = request("bluer", stored_photo())
    with pytest.raises(BadInput, match="no picture"):
        made(replace(asked, source=None))


def test_an_edit_without_words_for_it_is_bad_input_and_said_beforehand() -> None:
    asked = request("bluer", stored_photo())
    with pytest.raises(BadInput, match="needs an AI"):
        made(replace(asked, prompt="dragon", content="dragon"))
    reason = PROVIDER.unsupported_reason(RefinedRequest(Intent.EDIT, "dragon", None, "dragon", has_mask=False))
    assert reason and "needs an AI" in reason


def test_the_person_s_own_words_are_read_where_a_prompt_says_nothing() -> None:
    asked = request("make it bluer", stored_photo())
    assert made(replace(asked, prompt="Adjust the picture.")).data == made(asked).data


def test_a_scene_of_which_it_can_paint_nothing_is_said_beforehand() -> None:
    """As Gemini may word it, where the settings leave painting to the painter."""
    reason = PROVIDER.unsupported_reason(
        RefinedRequest(Intent.GENERATE, "A dragon guarding a castle", None, "a dragon", has_mask=False)
    )
    assert reason == SENTENCES["not_understood"]
    assert (
        PROVIDER.unsupported_reason(
            RefinedRequest(Intent.GENERATE, "A dragon over a lake", None, "a dragon", has_mask=False)
        )
        is None
    )


def test_the_registry_gives_the_offline_provider_that_says_so() -> None:
    assert registry.label() == table.ALONE
    assert registry.refiner().name == "offline"
    assert registry.provider_for(Intent.GENERATE).name == "offline"


def test_it_says_beforehand_how_large_an_edited_picture_becomes() -> None:
    assert OfflineProvider().size(Intent.EDIT, "rotate right", (40, 30)) == (30, 40)


def test_pictures_are_painted_one_at_a_time_and_those_who_wait_can_still_be_stopped() -> None:
    class Holder(Listener):
        """While it paints, somebody else asks for a picture, and gives up waiting."""

        def progress(self, fraction: float) -> None:
            if not self.heard:
                with pytest.raises(Interrupted), ThreadPoolExecutor(1) as other:
                    other.submit(PROVIDER.make, asked, waiting).result(timeout=HANGS_S)
            super().progress(fraction)

        billed_progress = progress

    asked = request("a sea at night", width=128, height=128)
    holder, waiting = Holder(), Listener(stop_at=0.0)
    PROVIDER.make(asked, holder)
    assert (waiting.heard, holder.heard[-1]) == ([0.0], 1.0)
