"""Changes by hand: what is taken for one, which size it leaves, and that the words for it do the same."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageChops
from pydantic import ValidationError

from chat.bodies import ImageBody, SendBody
from gallery import pictures
from gallery.errors import BadInput, Interrupted
from pipeline.providers import registry
from pipeline.providers.adjust import Adjust, Crop
from pipeline.providers.arithmetic import adjusted
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.by_hand.provider import Adjuster, apply
from pipeline.providers.offline.provider import OfflineProvider
from tests.contracts.asking import png, to_read
from tests.support.listener import Listener

SIZE = (61, 40)  # nothing divides by it


def coloured(size: tuple[int, int] = SIZE, clear: bool = False) -> Image.Image:
    """Every channel its own noise on its own slope; `clear`: with holes, and colours hidden in them."""
    width, height = size
    rng = np.random.default_rng(5)
    across, down = np.meshgrid(np.linspace(0, 200, width), np.linspace(0, 200, height))
    slopes = np.stack([across, down, np.full_like(across, 90)], axis=-1)
    noise = rng.integers(0, 56, (height, width, 3))
    image = Image.fromarray((slopes + noise).astype(np.uint8))
    if clear:
        image.putalpha(Image.fromarray(rng.integers(0, 2, (height, width), dtype=np.uint8) * 255))
    return image


def made(image: Image.Image, **values: Any) -> Image.Image:
    return adjusted(image, Adjust(**values), lambda done: None)


def pixels(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image).astype(np.int16)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


# What is taken


@pytest.mark.parametrize(
    "adjust",
    [
        {"rotate": 270},
        {"flip_vertical": True},
        {"straighten": 3},
        {"straighten": -44.5},
        {"crop": {"x": 0, "y": 5, "width": 16, "height": 16}},
        {"exposure": -100, "contrast": 100, "warmth": 1, "saturation": -1},
    ],
)
def test_what_a_message_keeps_of_it_is_the_same_again(adjust: dict[str, Any]) -> None:
    body = SendBody.model_validate({"content": "by hand", "options": {"intent": "edit", "adjust": adjust}})
    kept = Adjust.of(body.options.model_dump(exclude_none=True))
    assert kept
    crop = kept.crop and vars(kept.crop)
    assert {**vars(kept), "crop": crop}.items() >= adjust.items()
    assert Adjust.of({}) is None


@pytest.mark.parametrize(
    "adjust",
    [
        {},
        {"rotate": 0, "exposure": 0, "crop": None, "straighten": 0.0},
        {"rotate": 45},
        {"rotate": "90"},
        {"straighten": 45.1},
        {"straighten": float("nan")},
        {"straighten": "3"},
        {"exposure": 101},
        {"exposure": 1.5},
        {"flip_vertical": 1},
        {"crop": {"x": -1, "y": 0, "width": 16, "height": 16}},
        {"crop": {"x": 0, "y": 0, "width": 15, "height": 16}},
        {"crop": {"x": 0, "y": 0, "width": 16}},
        {"crop": {"x": 0, "y": 0, "width": 16, "height": 10**9}},
        {"crop": [0, 0, 16, 16]},
        {"sharpness": 3},
        [],
    ],
)
def test_what_is_no_change_by_hand_is_refused(adjust: object) -> None:
    with pytest.raises(ValidationError):
        SendBody.model_validate({"content": "by hand", "options": {"adjust": adjust}})
    with pytest.raises(ValidationError):
        ImageBody.model_validate({"prompt": "by hand", "source_image_id": "i", "adjust": adjust})


@pytest.mark.parametrize(
    ("beside", "options"),
    [
        ({"mask_image_id": "m"}, {}),
        ({"variation_of": "v"}, {}),
        ({}, {"width": 128}),
        ({}, {"height": 128}),
        ({}, {"style": "oil"}),
        ({}, {"intent": "enhance"}),
    ],
)
def test_it_stands_alone(beside: dict[str, Any], options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="stands alone"):
        SendBody.model_validate({"content": "x", **beside, "options": {"adjust": {"rotate": 90}, **options}})


def test_an_image_is_named_where_there_is_no_conversation() -> None:
    with pytest.raises(ValidationError, match="of which picture"):
        ImageBody.model_validate({"prompt": "x", "adjust": {"rotate": 90}})


# What comes out


def adjusts() -> st.SearchStrategy[Adjust]:
    amounts = st.integers(-100, 100)
    tilts = st.just(0.0) | st.floats(-45, 45)
    crops = st.builds(Crop, *(st.integers(0, 20),) * 2, *(st.integers(16, 20),) * 2)
    turns = st.sampled_from([0, 90, 180, 270])
    return st.builds(Adjust, turns, st.booleans(), st.booleans(), tilts, st.none() | crops, *(amounts,) * 4)


@settings(deadline=None, max_examples=60)
@given(adjusts(), st.booleans())
def test_the_size_is_known_beforehand(adjust: Adjust, clear: bool) -> None:
    image = coloured(clear=clear)
    assert adjusted(image, adjust, lambda done: None).size == adjust.size_after(SIZE)


def test_a_crop_past_the_edge_is_refused_with_the_size_it_must_keep_to() -> None:
    adjust = Adjust(rotate=90, crop=Crop(20, 0, 30, 40))
    with pytest.raises(BadInput, match="40 × 61"):
        adjust.size_after(SIZE)
    with pytest.raises(BadInput, match="40 × 61"):
        apply(png(coloured()), adjust, lambda done: None)


def test_turns_flips_and_crops_lose_nothing() -> None:
    image = coloured()
    adjust = Adjust(rotate=90, flip_horizontal=True, flip_vertical=True, crop=Crop(3, 7, 20, 30))
    turned = np.rot90(np.rot90(pixels(image), -1), 2)
    assert (pixels(adjusted(image, adjust, lambda done: None)) == turned[7:37, 3:23]).all()


@pytest.mark.parametrize("degrees", [-45, -3.5, 0.5, 2, 30, 45])
def test_straightened_no_corner_is_empty(degrees: float) -> None:
    white = Image.new("RGB", (300, 200), "white")
    whole = made(white, straighten=degrees)
    assert whole.mode == "RGB"
    assert whole.getextrema() == ((255, 255),) * 3
    assert max(whole.width / 300, whole.height / 200) > 0.5


def test_straightening_levels_a_tilted_line() -> None:
    tilted = Image.linear_gradient("L").rotate(5, Image.Resampling.BICUBIC, expand=False).convert("RGB")
    rows = pixels(made(tilted, straighten=5, crop=Crop(64, 64, 128, 128)))[..., 0]
    assert np.abs(rows - rows[:, :1]).max() <= 3


def test_what_lies_past_the_straightened_picture_is_clear() -> None:
    cut = made(coloured(), straighten=20, crop=Crop(0, 0, 61, 40))
    assert cut.mode == "RGBA"
    corner, middle = cut.getpixel((0, 0)), cut.getpixel((30, 20))
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert (corner[3], middle[3]) == (0, 255)


def test_hidden_colours_do_not_sway_the_contrast() -> None:
    image = Image.new("RGBA", SIZE, (90, 90, 90, 255))
    image.paste((255, 255, 255, 0), (0, 0, 30, 40))
    assert made(image, contrast=100).getpixel((50, 20)) == (90, 90, 90, 255)  # the mean of what is seen


def test_a_wholly_clear_picture_can_be_adjusted() -> None:
    clear = made(Image.new("RGBA", SIZE), contrast=100, straighten=3, saturation=50)
    assert clear.getchannel("A").getextrema() == (0, 0)


WORDS: dict[str, dict[str, Any]] = {
    "a bit more contrast": {"contrast": 25},
    "less contrast": {"contrast": -50},
    "much more contrast": {"contrast": 100},
    "brighter": {"exposure": 50},
    "much brighter": {"exposure": 100},
    "a bit darker": {"exposure": -25},
    "much warmer": {"warmth": 100},
    "cooler": {"warmth": -50},
    "more vivid": {"saturation": 50},
    "black and white": {"saturation": -100},
    "more contrast, brighter, warmer, more vivid": {"contrast": 50, "exposure": 50, "warmth": 50, "saturation": 50},
    "rotate 270": {"rotate": 270},
    "rotate 90, flip horizontally": {"rotate": 90, "flip_horizontal": True},
    "flip vertically": {"flip_vertical": True},
    "straighten by 2.5 degrees": {"straighten": 2.5},
    "straighten by 7 degrees to the left": {"straighten": -7.0},
    "brighter, rotate 90, crop to square": {"exposure": 50, "rotate": 90, "crop": Crop(0, 10, 40, 40)},
    "crop to 16:9": {"crop": Crop(0, 3, 61, 34)},
    "crop to the top half": {"crop": Crop(0, 0, 61, 20)},
}


@pytest.mark.parametrize("words", WORDS)
def test_the_words_do_the_same(words: str) -> None:
    image = coloured()
    asked = PictureRequest(Intent.EDIT, words, words, None, None, None, 1, png(image), None)
    by_words = Image.open(io.BytesIO(OfflineProvider().make(asked, Listener()).data))
    assert same(by_words, made(image, **WORDS[words]))


# As the pipeline asks


def request(adjust: Adjust | None, source: bytes | None) -> PictureRequest:
    return PictureRequest(Intent.EDIT, "by hand", "by hand", None, None, None, 1, source, None, adjust)


def test_it_is_made_offline_and_reports_all_the_way() -> None:
    listener = Listener()
    picture = registry.by_hand().make(request(Adjust(straighten=3, exposure=10), png(coloured((500, 700)))), listener)
    assert picture.provider == "offline"
    assert picture.usage.counted() == {}
    assert pictures.check(picture.data) == Adjust(straighten=3).size_after((500, 700))
    assert len(listener.heard) > 5
    assert listener.heard == sorted(listener.heard)


def test_a_cancellation_is_noticed() -> None:
    with pytest.raises(Interrupted):
        Adjuster().make(request(Adjust(rotate=90), png(coloured())), Listener(stop_at=0.0))


def test_without_a_picture_there_is_nothing_to_adjust() -> None:
    asked = to_read("by hand")
    assert "no picture" in (Adjuster().refine(asked).reply or "")
    assert Adjuster().refine(replace(asked, has_source=True)).prompt == "by hand"
    for incomplete in (request(Adjust(rotate=90), None), request(None, png(coloured()))):
        with pytest.raises(BadInput):
            Adjuster().make(incomplete, Listener())
