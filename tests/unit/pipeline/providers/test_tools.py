"""The offline tools as the pipeline sees them: what they reason, what they make, and how large it becomes."""

import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
from django.utils import translation
from PIL import Image, ImageDraw, ImageFilter

from gallery import pictures
from gallery.errors import BadInput, Interrupted
from pipeline.providers.base import STYLES, Intent, PictureRequest, RefinedRequest
from pipeline.providers.encoding import encoded
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.text import answered_in
from tests.support.listener import Listener

PROVIDER = OfflineProvider()
TOOLS = (Intent.ENHANCE, Intent.REMOVE_BACKGROUND, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def scene(width: int = 240, height: int = 180, ground: str = "#7a8f6a") -> Image.Image:
    """A red ball with a white spot before a plain ground that is a little noisy."""
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.3, height * 0.25, width * 0.7, height * 0.8), fill="#c0281e")
    draw.ellipse((width * 0.42, height * 0.35, width * 0.5, height * 0.45), fill="#f0e8e0")
    noise = np.random.default_rng(3).normal(0, 5, (height, width, 1))
    return Image.fromarray(
        np.clip(np.asarray(image.filter(ImageFilter.GaussianBlur(0.7))) + noise, 0, 255).astype("u1")
    )


def spot(size: tuple[int, int]) -> bytes:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse((size[0] * 0.4, size[1] * 0.33, size[0] * 0.52, size[1] * 0.47), fill=255)
    return png(mask)


def asked(intent: Intent, image: Image.Image | None = None, **values: object) -> PictureRequest:
    source = scene() if image is None else image
    mask = spot(source.size) if intent is Intent.REMOVE_OBJECT else None
    plain = PictureRequest(intent, "in oil style", "", None, None, None, 1, png(source), mask)
    return replace(plain, **values)  # type: ignore[arg-type]


def made(request: PictureRequest) -> Image.Image:
    return pictures.decode(PROVIDER.make(request, Listener()).data)


def pixels(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(image.convert("RGB")).astype(np.float64)


def refined(intent: Intent, prompt: str = "", content: str = "", **values: object) -> RefinedRequest:
    return replace(RefinedRequest(intent, prompt, None, content, has_mask=False), **values)  # type: ignore[arg-type]


# What is unsupported


def test_a_tool_that_has_what_it_needs_lacks_nothing() -> None:
    assert PROVIDER.unsupported_reason(refined(Intent.ENHANCE)) is None
    assert PROVIDER.unsupported_reason(refined(Intent.REMOVE_BACKGROUND)) is None
    assert PROVIDER.unsupported_reason(refined(Intent.REMOVE_OBJECT, has_mask=True)) is None
    assert PROVIDER.unsupported_reason(refined(Intent.STYLE_TRANSFER, style="ink")) is None
    assert PROVIDER.unsupported_reason(refined(Intent.STYLE_TRANSFER, prompt="Repaint it as a watercolor")) is None
    assert PROVIDER.unsupported_reason(refined(Intent.STYLE_TRANSFER, prompt="Do it", content="tranh sơn dầu")) is None


def test_an_object_without_a_mask_is_answered_with_the_brush() -> None:
    reason = PROVIDER.unsupported_reason(refined(Intent.REMOVE_OBJECT, content="remove the car")) or ""
    assert "paint over it with the brush" in reason
    assert "an AI" in reason
    assert "GEMINI_API_KEY" not in reason
    with translation.override("vi"):
        assert "cọ" in (PROVIDER.unsupported_reason(refined(Intent.REMOVE_OBJECT, content="xóa chiếc xe này")) or "")


@pytest.mark.parametrize("content", ["like Van Gogh", "something dreamy", "an oil painting by Monet"])
def test_a_described_style_is_answered_with_those_that_there_are(content: str) -> None:
    reason = PROVIDER.unsupported_reason(refined(Intent.STYLE_TRANSFER, prompt=content, content=content)) or ""
    assert all(style in reason for style in STYLES)
    assert "an AI" in reason
    assert "GEMINI_API_KEY" not in reason


@pytest.mark.parametrize("intent", TOOLS)
def test_what_it_lacks_something_for_it_does_not_make(intent: Intent) -> None:
    with pytest.raises(BadInput, match=r"picture|Paint|style"):
        PROVIDER.make(asked(intent, source=None), Listener())
    with pytest.raises(BadInput):
        PROVIDER.make(asked(Intent.REMOVE_OBJECT, mask=None), Listener())
    with pytest.raises(BadInput):
        PROVIDER.make(asked(Intent.STYLE_TRANSFER, prompt="dreamy"), Listener())


# Sizes


@pytest.mark.parametrize(
    ("intent", "prompt", "source", "wanted"),
    [
        (Intent.ENHANCE, "enhance: denoise, upscale", (1000, 700), (2000, 1400)),
        (Intent.ENHANCE, "enhance: denoise", (1000, 700), (1000, 700)),
        (Intent.ENHANCE, "enhance: upscale", (2048, 100), (4096, 200)),
        (Intent.ENHANCE, "enhance: upscale", (2049, 100), (2049, 100)),
        (Intent.ENHANCE, "enhance: upscale", (4000, 3000), (4000, 3000)),
        (Intent.ENHANCE, "make it nice", (1000, 700), None),
        (Intent.REMOVE_BACKGROUND, "rotate it and remove the background", (1000, 700), (1000, 700)),
        (Intent.STYLE_TRANSFER, "in oil style", (8192, 4096), (4096, 2048)),
    ],
)
def test_it_says_beforehand_how_large_a_picture_becomes(
    intent: Intent, prompt: str, source: tuple[int, int], wanted: tuple[int, int] | None
) -> None:
    assert PROVIDER.size(intent, prompt, source) == wanted


@pytest.mark.parametrize("intent", TOOLS)
@pytest.mark.parametrize("size", [(120, 90), (61, 140), (16, 16)])
def test_every_tool_gives_the_size_that_it_said(intent: Intent, size: tuple[int, int]) -> None:
    prompt = "enhance: denoise, contrast, sharpness, upscale" if intent is Intent.ENHANCE else "in oil style"
    request = asked(intent, scene(*size), prompt=prompt)
    try:
        assert made(request).size == PROVIDER.size(intent, prompt, size)
    except BadInput as error:  # of 16 pixels there may be no subject to tell
        assert (intent, size) == (Intent.REMOVE_BACKGROUND, (16, 16)), error


def test_a_picture_too_large_to_be_doubled_keeps_its_size() -> None:
    wide = scene(2100, 64)
    assert made(asked(Intent.ENHANCE, wide, prompt="enhance: upscale")).size == (2100, 64)


# What they make


def test_words_say_what_is_enhanced_and_without_any_it_is_everything() -> None:
    assert made(asked(Intent.ENHANCE, prompt="", content="khử nhiễu")).size == (240, 180)
    assert made(asked(Intent.ENHANCE, prompt="", content="make it nice")).size == (480, 360)


def test_every_style_changes_the_picture_in_its_own_way() -> None:
    small = scene(160, 120)
    results = {style: pixels(made(asked(Intent.STYLE_TRANSFER, small, style=style))) for style in STYLES}
    for one, other in itertools.combinations([pixels(small), *results.values()], 2):
        assert np.abs(one - other).mean() > 3


def test_the_same_request_gives_the_same_picture() -> None:
    small = scene(120, 90)
    for intent in TOOLS:
        one, two = (PROVIDER.make(asked(intent, small), Listener()).data for _ in range(2))
        assert one == two, intent


@pytest.mark.parametrize("intent", [Intent.ENHANCE, Intent.STYLE_TRANSFER])
def test_a_mask_limits_a_tool_that_changes_everything(intent: Intent) -> None:
    left = Image.new("L", (240, 180))
    left.paste(255, (0, 0, 120, 180))
    result = pixels(made(asked(intent, mask=png(left), prompt="contrast, sharpness, ink")))
    changed = np.abs(result - pixels(scene())).max(2)
    assert changed[:, :118].max() > 10
    assert changed[:, 122:].max() == 0


@pytest.mark.parametrize("intent", TOOLS)
def test_what_was_clear_stays_clear(intent: Intent) -> None:
    image = scene().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 30, 180))
    alpha = np.asarray(made(asked(intent, image, prompt="denoise, ink")).getchannel("A"))
    assert alpha[:, :30].max() == 0
    assert alpha[90, 120] == 255


def cutout(behind: str) -> Image.Image:
    """The ball alone; the colour behind it is there, and clear."""
    image = scene()
    alpha = Image.new("L", image.size)
    ImageDraw.Draw(alpha).ellipse((72, 45, 168, 144), fill=255)
    result = Image.composite(image, Image.new("RGB", image.size, behind), alpha)
    result.putalpha(alpha)
    return result


@pytest.mark.parametrize("prompt", [*STYLES, "contrast", "denoise, sharpness, upscale"])
def test_a_cut_out_becomes_the_same_whatever_colour_is_hidden_behind_it(prompt: str) -> None:
    intent = Intent.STYLE_TRANSFER if prompt in STYLES else Intent.ENHANCE
    black, white = (made(asked(intent, cutout(behind), prompt=prompt)) for behind in ("black", "white"))
    solid = np.asarray(black.getchannel("A")) == 255
    assert solid.any()
    assert np.array_equal(pixels(black)[solid], pixels(white)[solid])
    assert np.asarray(black.getchannel("A"))[:5].max() == 0


def test_the_contrast_of_a_dark_cut_out_counts_the_subject_alone() -> None:
    """Before black it would be the lightest there is, and be drawn to white."""
    image = cutout("black")
    enhanced = pixels(made(asked(Intent.ENHANCE, image, prompt="contrast")))
    whole = pixels(made(asked(Intent.ENHANCE, scene(ground="#c0281e"), prompt="contrast")))
    assert enhanced[110, 120].tolist() == pytest.approx(whole[110, 120].tolist(), abs=30)


def test_what_is_removed_from_a_clear_ground_leaves_nothing_and_from_a_subject_no_hole() -> None:
    image = cutout("black")
    image.paste((20, 20, 200, 255), (190, 20, 215, 45))
    mask = Image.new("L", image.size)
    mask.paste(255, (186, 16, 220, 50))
    ImageDraw.Draw(mask).ellipse((98, 60, 124, 84), fill=255)
    alpha = np.asarray(made(asked(Intent.REMOVE_OBJECT, image, mask=png(mask))).getchannel("A"))
    assert alpha[14:52, 184:222].max() == 0
    assert alpha[60:84, 98:124].min() == 255


def test_a_mask_says_what_certainly_is_background() -> None:
    image = scene()
    ImageDraw.Draw(image).ellipse((182, 66, 228, 112), fill="#c0281e")
    second = Image.new("L", image.size)
    ImageDraw.Draw(second).rectangle((178, 60, 234, 118), fill=255)
    for mask, kept in ((None, 255), (png(second), 0)):
        alpha = np.asarray(made(asked(Intent.REMOVE_BACKGROUND, image, mask=mask)).getchannel("A"))
        assert (alpha[110, 120], alpha[90, 205]) == (255, kept)


def test_where_nothing_stands_out_it_says_so() -> None:
    with pytest.raises(BadInput, match="stands out"):
        made(asked(Intent.REMOVE_BACKGROUND, Image.new("RGB", (120, 90), "#808080")))


@pytest.mark.parametrize(("mask", "words"), [("black", "empty"), ("white", "whole picture")])
def test_a_mask_that_marks_nothing_or_everything_is_answered(mask: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        made(asked(Intent.REMOVE_OBJECT, mask=png(Image.new("L", (240, 180), mask))))


def test_what_is_not_painted_over_stays_as_it_is() -> None:
    image = scene()
    result = made(asked(Intent.REMOVE_OBJECT, image))
    change = np.abs(pixels(result) - pixels(image)).max(2)
    mask = np.asarray(Image.open(io.BytesIO(spot(image.size))).filter(ImageFilter.MaxFilter(7)))
    assert change[mask == 0].max() == 0
    assert pixels(result)[72, 110].tolist() == pytest.approx([192, 40, 30], abs=25)  # the white spot has gone


# Progress


@pytest.mark.parametrize("intent", TOOLS)
def test_progress_rises_to_one_and_comes_often(intent: Intent) -> None:
    listener = Listener()
    PROVIDER.make(asked(intent), listener)
    assert listener.heard == sorted(listener.heard)
    assert (listener.heard[0], listener.heard[-1]) == (0, 1)
    assert len(listener.heard) > 8


@pytest.mark.parametrize("stop_at", [0.0, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("intent", TOOLS)
def test_a_tool_stops_in_the_middle(intent: Intent, stop_at: float) -> None:
    listener = Listener(stop_at)
    with pytest.raises(Interrupted):
        PROVIDER.make(asked(intent), listener)
    assert sum(fraction >= stop_at for fraction in listener.heard) == 1


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    bands = len(mode)
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (size[1], size[0], bands), dtype=np.uint8), mode)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "WEBP")])
def test_what_comes_out_is_never_larger_than_what_the_studio_takes(
    monkeypatch: pytest.MonkeyPatch, mode: str, kind: str
) -> None:
    monkeypatch.setattr("pipeline.providers.encoding.MAX_BYTES", 400_000)
    monkeypatch.setattr("pipeline.providers.encoding.PNG_PIXELS", 100_000)
    calls: list[int] = []
    data = encoded(noise(mode, (400, 300)), lambda: calls.append(1))
    assert (Image.open(io.BytesIO(data)).format, len(data) <= 400_000, len(calls) > 3) == (kind, True, True)


def test_a_picture_that_surely_fits_is_kept_to_the_bit() -> None:
    for mode in ("RGB", "RGBA"):
        image = noise(mode, (80, 60))
        assert pictures.decode(encoded(image, lambda: None)).tobytes() == image.tobytes()


def test_what_is_too_large_to_be_doubled_keeps_its_size_and_says_so() -> None:
    large = Image.new("RGB", (2100, 40), "#607050")
    made = PROVIDER.make(asked(Intent.ENHANCE, large), Listener())
    assert pictures.check(made.data) == (2100, 40)
    assert "4,096" in (made.note or "")
    assert PROVIDER.make(asked(Intent.ENHANCE), Listener()).note is None


@pytest.mark.parametrize("side", [2100, 4200])
def test_what_could_not_be_doubled_is_not_called_upscaled(side: int) -> None:
    large = Image.new("RGB", (side, 40), "#607050")
    asked_for = "enhance: denoise, sharpness, upscale"
    made = PROVIDER.make(asked(Intent.ENHANCE, large, prompt=asked_for), Listener())
    assert made.prompt == "enhance: denoise, sharpness"
    assert PROVIDER.make(asked(Intent.ENHANCE, prompt=asked_for), Listener()).prompt is None


@pytest.mark.parametrize(
    ("intent", "content", "words"),
    [
        (Intent.ENHANCE, "enhance it", "It was made smaller: no side may pass 4,096 pixels."),
        (Intent.STYLE_TRANSFER, "tranh sơn dầu", "Ảnh đã được thu nhỏ"),
        (Intent.EDIT, "make it bluer", "It was made smaller"),
    ],
)
def test_what_had_to_be_made_smaller_says_so(intent: Intent, content: str, words: str) -> None:
    huge = Image.new("RGB", (4200, 40), "#607050")
    with translation.override(answered_in(content)):
        made = PROVIDER.make(asked(intent, huge, prompt="sepia", content=content), Listener())
    assert pictures.check(made.data) == (4096, 39)
    assert words in (made.note or "")
    assert "keeps" not in (made.note or "")
