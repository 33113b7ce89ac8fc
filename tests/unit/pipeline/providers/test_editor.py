"""Simple edits: read from what people say in two languages, and done so that a measurement shows it."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gallery.errors import BadInput, Interrupted
from pipeline.providers.base import Intent, PictureRequest, Progress
from pipeline.providers.offline import plan as e
from pipeline.providers.offline import vocabulary
from pipeline.providers.offline.photo.change import change
from pipeline.providers.offline.photo.edits import LOOKS, TONES
from pipeline.providers.offline.plan import Plan, in_words, size_after
from pipeline.providers.offline.reader.edits import parse
from tests.support.listener import ignore

# What people say


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("make it bluer", "bluer"),
        ("Make it MUCH bluer, please!", "much bluer"),
        ("make it a bit brighter and much warmer", "a bit brighter, much warmer"),
        ("could you make this picture slightly less saturated?", "a bit less vivid"),
        ("more blue", "bluer"),
        ("less blue", "yellower"),
        ("less red", "less red"),
        ("too dark", "brighter"),
        ("make the photo warm", "warmer"),
        ("cooler", "cooler"),
        ("redder; greener", "redder, greener"),
        ("contrast", "more contrast"),
        ("add contrast", "more contrast"),
        ("reduce the contrast a little", "a bit less contrast"),
        ("increase brightness", "brighter"),
        ("more vivid", "more vivid"),
        ("blur it a lot", "much blurrier"),
        ("remove the blur", "sharper"),
        ("sharpen", "sharper"),
        ("black and white", "black and white"),
        ("B&W then sepia", "black and white, sepia"),
        ("greyscale", "black and white"),
        ("invert the colors", "inverted"),
        ("rotate", "rotate 90"),
        ("rotate 90 left", "rotate 270"),
        ("rotate left by 30 degrees", "rotate 330"),
        ("rotate 45° counter-clockwise", "rotate 315"),
        ("rotate -90", "rotate 270"),
        ("turn it upside down", "rotate 180"),
        ("turn to the right", "rotate 90"),
        ("flip", "flip horizontally"),
        ("flip upside down", "flip vertically"),
        ("mirror it vertically", "flip vertically"),
        ("crop", "crop to the centre"),
        ("crop to square", "crop to square"),
        ("crop it to 16:9", "crop to 16:9"),
        ("crop to the top half", "crop to the top half"),
        ("crop off the top", "crop to the bottom half"),
        ("crop the left", "crop to the left half"),
        ("crop to 800x600", "resize to 800x600"),
        ("resize to 800 x 600", "resize to 800x600"),
        ("make it 512 px wide", "resize to 512 wide"),
        ("resize to 600 high", "resize to 600 high"),
        ("resize to half", "resize to 50%"),
        ("half the size", "resize to 50%"),
        ("make it twice as large", "resize to 200%"),
        ("shrink by 30%", "resize to 70%"),
        ("enlarge by 50 percent", "resize to 150%"),
        ("resize to 12.5%", "resize to 12%"),
        ("resize to 9000x4500", "resize to 4096x2048"),
        ("bluer, rotate 90, crop to square", "bluer, rotate 90, crop to square"),
    ],
)
def test_it_reads_english(text: str, canonical: str) -> None:
    assert in_words(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("làm xanh hơn", "bluer"),
        ("Làm ảnh sáng hơn một chút nhé", "a bit brighter"),
        ("sáng hơn nhiều", "much brighter"),
        ("ấm hơn và nét hơn", "warmer, sharper"),
        ("xanh lá hơn", "greener"),
        ("tối quá", "brighter"),
        ("bớt đỏ", "less red"),
        ("tăng độ tương phản", "more contrast"),
        ("giảm độ sáng", "darker"),
        ("làm mờ", "blurrier"),
        ("đen trắng", "black and white"),
        ("đảo màu", "inverted"),
        ("xoay trái 90 độ", "rotate 270"),
        ("xoay 30 độ ngược chiều kim đồng hồ", "rotate 330"),
        ("lật ngang rồi lật dọc", "flip horizontally, flip vertically"),
        ("cắt vuông", "crop to square"),
        ("cắt nửa trên", "crop to the top half"),
        ("cắt bỏ nửa dưới", "crop to the top half"),
        ("đổi kích thước 800x600", "resize to 800x600"),
        ("thu nhỏ một nửa", "resize to 50%"),
        ("phóng to gấp đôi", "resize to 200%"),
        ("lam xanh hon", "bluer"),
        ("lam mo anh", "blurrier"),
        ("den trang", "black and white"),
    ],
)
def test_it_reads_vietnamese(text: str, canonical: str) -> None:
    assert in_words(parse(text)) == canonical


@pytest.mark.parametrize("text", ["bluer", "la\u0300m xanh ho\u031bn"])  # the second decomposed, as some keyboards type
def test_any_form_of_unicode_is_read(text: str) -> None:
    assert in_words(parse(text)) == "bluer"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Create a sunset landscape",
        "more red flowers",
        "make the sky red",
        "a cat on a mat",
        "make it night",
        "rotate 360",
        "crops in a field",
        "a tall tree, half in the shade",
        "vẽ hoàng hôn",
    ],
)
def test_what_is_no_edit_is_none(text: str) -> None:
    assert parse(text) == ()


def test_a_long_list_of_edits_is_cut() -> None:
    assert len(parse("bluer, " * 250)) == 12


def sides() -> st.SearchStrategy[int]:
    return st.integers(e.MIN_SIDE, e.MAX_SIDE)


def ratio(sides: tuple[int, int]) -> e.CropRatio:
    across, down = sides if sides[0] != sides[1] else (1, 1)
    return e.CropRatio(across=across, down=down)


any_edit = st.one_of(
    st.builds(e.Tone, name=st.sampled_from(sorted(TONES)), strength=st.sampled_from(["a bit", "", "much"])),
    st.builds(e.Tone, name=st.sampled_from(sorted(LOOKS))),
    st.builds(e.Flip, axis=st.sampled_from(["horizontally", "vertically"])),
    st.builds(e.Rotate, degrees=st.integers(1, 359)),
    st.builds(e.Straighten, tilt=st.floats(-45, 45).map(lambda tilt: round(tilt, 2) or 1.0)),
    st.builds(e.CropTo, part=st.sampled_from(sorted(e.PARTS))),
    st.tuples(st.integers(1, 99), st.integers(1, 99)).map(ratio),
    st.builds(e.Resize, width=sides(), height=sides()),
    st.builds(e.Resize, width=sides()),
    st.builds(e.Resize, height=sides()),
    st.builds(e.Resize, percent=st.integers(1, 1000)),
)
some_edits = st.lists(any_edit, min_size=1, max_size=4).map(tuple)


@given(some_edits)
def test_what_is_described_is_read_back_as_the_same_edits(edits: tuple[e.Edit, ...]) -> None:
    assert parse(in_words(edits)) == edits


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    assert parse(in_words(parse(text))) == parse(text)


def test_every_tone_has_its_words_and_an_opposite() -> None:
    assert set(vocabulary.TONES["opposite"]) == set(TONES)
    assert set(vocabulary.LOOKS) == set(LOOKS)
    assert set(vocabulary.TONES["opposite"].values()) <= set(TONES)


# What happens to a picture

Pixels = NDArray[np.float64]


def photo(width: int = 240, height: int = 160) -> Image.Image:
    """Soft colours of every kind, with edges, and a red mark at the top left."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    image = Image.fromarray((60 + 140 * np.dstack([x, y, 1 - (x + y) / 2])).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 2, height // 3, width * 3 // 4, height * 2 // 3), fill=(150, 140, 60))
    draw.rectangle((0, 0, width // 10, height // 10), fill=(255, 0, 0))
    return image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def apply(source: bytes, edits: Sequence[e.Edit], progress: Progress, mask: bytes | None = None) -> bytes:
    request = PictureRequest(Intent.EDIT, "", "", None, None, None, 1, source, mask)
    return change(request, Plan(edits=tuple(edits)), progress)[0]


def edited(words: str, image: Image.Image | None = None, mask: Image.Image | None = None) -> Image.Image:
    edits = parse(words)
    assert in_words(edits) == words
    data = apply(png(image or photo()), edits, ignore, png(mask) if mask else None)
    return Image.open(io.BytesIO(data))


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB")).astype(float)


def share(channel: int) -> Callable[[Pixels], float]:
    """How much of all the light is red (0), green (1) or blue (2)."""
    return lambda p: float(p[..., channel].mean() / p.mean())


def light(p: Pixels) -> float:
    return float(p.mean())


def warmth(p: Pixels) -> float:
    return float(p[..., 0].mean() - p[..., 2].mean())


def spread(p: Pixels) -> float:
    return float(p.mean(axis=2).std())


def colourfulness(p: Pixels) -> float:
    return float((p.max(axis=2) - p.min(axis=2)).mean())


def edges(p: Pixels) -> float:
    return float(np.abs(np.diff(p.mean(axis=2), axis=1)).max(axis=1)[p.shape[0] // 3 : p.shape[0] * 2 // 3].mean())


MEASURES: dict[str, tuple[Callable[[Pixels], float], int]] = {  # what grows (1) or falls (-1)
    "bluer": (share(2), 1),
    "yellower": (share(2), -1),
    "redder": (share(0), 1),
    "less red": (share(0), -1),
    "greener": (share(1), 1),
    "less green": (share(1), -1),
    "pinker": (share(1), -1),
    "warmer": (warmth, 1),
    "cooler": (warmth, -1),
    "brighter": (light, 1),
    "darker": (light, -1),
    "more contrast": (spread, 1),
    "less contrast": (spread, -1),
    "more vivid": (colourfulness, 1),
    "less vivid": (colourfulness, -1),
    "sharper": (edges, 1),
    "blurrier": (edges, -1),
}


@pytest.mark.parametrize("name", sorted(TONES))
def test_a_tone_does_what_it_says_and_more_so_when_asked(name: str) -> None:
    measure, direction = MEASURES[name]
    before, a_bit, plain, much = (
        direction * measure(pixels(image))
        for image in (photo(), edited(f"a bit {name}"), edited(name), edited(f"much {name}"))
    )
    assert before < a_bit < plain < much


@pytest.mark.parametrize("sun", [(255, 244, 196), (255, 255, 240), (255, 220, 120), (255, 160, 64), (250, 240, 150)])
@pytest.mark.parametrize("words", ["a bit bluer", "bluer", "much bluer", "cooler", "much cooler"])
def test_a_bright_sun_does_not_turn_green(words: str, sun: tuple[int, int, int]) -> None:
    red, green, blue = pixels(edited(words, Image.new("RGB", (16, 16), sun)))[0, 0]
    assert red >= green
    assert blue > sun[2] or sun[2] > 230


def test_a_tone_leaves_black_black() -> None:
    black = Image.new("RGB", (32, 32))
    assert all(pixels(edited(name, black)).max() == 0 for name in TONES)


def test_black_and_white_has_no_colour_left_and_the_same_light() -> None:
    result = edited("black and white")
    assert colourfulness(pixels(result)) == 0
    assert np.abs(pixels(result)[..., 0] - np.asarray(photo().convert("L"))).max() <= 1


def test_sepia_is_one_brown_from_dark_to_light() -> None:
    result = pixels(edited("sepia"))
    assert (result[..., 0] >= result[..., 1]).all()
    assert (result[..., 1] >= result[..., 2]).all()
    assert (
        np.corrcoef(result.mean(axis=2).ravel(), np.asarray(photo().convert("L")).ravel())[0, 1] > 0.95
    )  # its corners are darker


def test_inverted_is_the_opposite_of_every_value() -> None:
    assert (pixels(edited("inverted")) + pixels(photo()) == 255).all()


@pytest.mark.parametrize(
    ("words", "turned"),
    [
        ("rotate 90", lambda p: np.rot90(p, -1)),
        ("rotate 180", lambda p: np.rot90(p, 2)),
        ("rotate 270", lambda p: np.rot90(p, 1)),
        ("flip horizontally", lambda p: p[:, ::-1]),
        ("flip vertically", lambda p: p[::-1]),
        ("crop to the top half", lambda p: p[:80]),
        ("crop to the bottom half", lambda p: p[80:]),
        ("crop to the left half", lambda p: p[:, :120]),
        ("crop to the right half", lambda p: p[:, 120:]),
        ("crop to the centre", lambda p: p[27:134, 40:200]),
        ("crop to square", lambda p: p[:, 40:200]),
        ("crop to 3:1", lambda p: p[40:120]),
    ],
)
def test_turns_flips_and_crops_move_pixels_and_change_none(words: str, turned: Callable[[Pixels], Pixels]) -> None:
    assert np.array_equal(pixels(edited(words)), turned(pixels(photo())))


def test_a_crooked_turn_goes_clockwise_and_leaves_clear_corners() -> None:
    result = edited("rotate 30")
    assert (result.mode, result.size) == ("RGBA", (288, 259))
    alpha = np.asarray(result.getchannel("A"))
    assert (alpha[0, 0], alpha[0, -1], alpha[130, 144]) == (0, 0, 255)
    ys, xs = np.nonzero((pixels(result)[..., 0] > 230) & (pixels(result)[..., 1] < 30) & (alpha == 255))
    assert abs(xs.mean() - 81) < 8  # the mark was at the top left; clockwise it climbs to the right
    assert abs(ys.mean() - 12) < 8


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("resize to 300x100", (300, 100)),
        ("resize to 120 wide", (120, 80)),
        ("resize to 80 high", (120, 80)),
        ("resize to 50%", (120, 80)),
        ("resize to 200%", (480, 320)),
        ("resize to 1%", (16, 16)),
    ],
)
def test_resizing_gives_the_size_that_was_asked(words: str, size: tuple[int, int]) -> None:
    assert edited(words).size == size


def test_resizing_keeps_the_picture() -> None:
    small = pixels(edited("resize to 50%"))
    assert np.abs(small - pixels(photo().resize((120, 80), Image.Resampling.BOX))).mean() < 2


def test_resizing_to_other_proportions_cuts_instead_of_stretching() -> None:
    round_ = Image.new("RGB", (200, 100))
    ImageDraw.Draw(round_).ellipse((80, 30, 120, 70), fill="white")
    ys, xs = np.nonzero(pixels(edited("resize to 100x100", round_))[..., 0] > 128)
    assert abs(np.ptp(xs) - np.ptp(ys)) <= 1


@pytest.mark.parametrize("words", [*sorted(TONES), *sorted(LOOKS)])
def test_what_is_transparent_stays_so(words: str) -> None:
    image = photo()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    assert edited(words, image).getchannel("A").tobytes() == image.getchannel("A").tobytes()


@pytest.mark.parametrize("words", ["rotate 90", "crop to square", "resize to 50%", "rotate 10"])
def test_a_cut_out_picture_stays_cut_out(words: str) -> None:
    image = photo().convert("RGBA")
    image.paste((0, 0, 0, 0), (90, 60, 150, 100))
    alpha = np.asarray(edited(words, image).getchannel("A"))
    middle = alpha[alpha.shape[0] // 2, alpha.shape[1] // 2]
    assert middle == 0
    assert alpha.max() == 255


# Sizes


@settings(max_examples=60, deadline=None)
@given(some_edits, st.integers(16, 300), st.integers(16, 300))
def test_the_size_is_known_beforehand(edits: tuple[e.Edit, ...], width: int, height: int) -> None:
    small = tuple(edit for edit in edits if not isinstance(edit, e.Resize)) or (e.Rotate(degrees=30),)
    data = apply(png(photo(width, height)), small, ignore)
    assert Image.open(io.BytesIO(data)).size == size_after(small, (width, height))


@given(some_edits, st.integers(16, 30_000), st.integers(16, 30_000))
def test_sides_stay_within_bounds(edits: tuple[e.Edit, ...], width: int, height: int) -> None:
    assert all(16 <= side <= 4096 for side in size_after(edits, (width, height)))


def test_a_huge_picture_is_made_smaller_first() -> None:
    assert edited("rotate 90", Image.new("RGB", (6000, 100))).size == (68, 4096)


def test_a_crooked_turn_of_a_large_picture_shows_all_of_it() -> None:
    image = Image.new("RGB", (4000, 3000), "grey")
    image.paste((255, 0, 0), (0, 0, 600, 600))
    image.paste((0, 0, 255), (3400, 2400, 4000, 3000))
    result = edited("rotate 30", image)
    assert result.size == size_after(parse("rotate 30"), image.size) == (4096, 3794)
    red, blue = (np.count_nonzero((pixels(result) == colour).all(axis=2)) for colour in ((255, 0, 0), (0, 0, 255)))
    assert abs(red - blue) < red * 0.02
    assert abs(red - (600 * 4096 / 4964) ** 2) < red * 0.02  # 4964 pixels wide, had it not been made smaller


# With a mask


def half_mask() -> Image.Image:
    mask = Image.new("L", (60, 40))
    mask.paste(255, (30, 0, 60, 40))
    return mask


def test_with_a_mask_only_the_white_part_changes() -> None:
    before, after = pixels(photo()), pixels(edited("darker", mask=half_mask()))
    assert np.array_equal(after[:, :115], before[:, :115])
    assert after[:, 130:].mean() < before[:, 130:].mean() - 20


def test_with_a_mask_shapes_still_change_as_a_whole() -> None:
    result = edited("rotate 180, darker", mask=half_mask())
    plain = pixels(photo())[::-1, ::-1]
    assert np.array_equal(pixels(result)[:, 130:], plain[:, 130:])
    assert pixels(result)[:, :110].mean() < plain[:, :110].mean() - 20


# Running


def test_progress_rises_to_one() -> None:
    heard: list[float] = []
    apply(png(photo()), parse("bluer, brighter, rotate 90"), heard.append)
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0, 1)
    assert len(set(heard)) >= 6  # the picture is opened, three edits are made, and it is written


def test_an_interruption_passes_through() -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.3:
            raise Interrupted

    with pytest.raises(Interrupted):
        apply(png(photo()), parse("bluer, brighter"), stop)


def test_a_broken_source_is_bad_input() -> None:
    with pytest.raises(BadInput):
        apply(b"no picture", parse("bluer"), ignore)


def test_the_same_edit_gives_the_same_bytes() -> None:
    one, two = (apply(png(photo()), parse("bluer, rotate 20"), ignore) for _ in range(2))
    assert one == two
