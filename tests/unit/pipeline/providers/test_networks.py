"""The small networks: files of other people's wheels, and what is made of them."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.providers.base import Action, Intent
from pipeline.providers.offline.networks import subject
from pipeline.providers.offline.photo.background import remove_background
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.offline.sentences import say
from tests.programs.quality import measures
from tests.programs.quality.photos import composed, outlined, photo
from tests.support.listener import Listener
from tests.unit.pipeline.providers.test_tools import asked, made, scene


def heard(fraction: float) -> None:
    pass


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_NETWORK", replace(subject._NETWORK, package="no-such-package"))


def test_a_person_is_found_whose_collar_has_the_colour_of_what_is_behind() -> None:
    pixels, known = outlined()["astronaut"]
    cut, note = remove_background(pixels, None, heard)
    assert measures.overlap(cut[..., 3] > 127, known) > 0.9
    assert note is None


@pytest.mark.parametrize("name", ["brick", "moon"])
def test_where_nothing_is_a_subject_the_outline_is_doubtful_and_the_brush_is_offered(name: str) -> None:
    request = asked(Intent.REMOVE_BACKGROUND, Image.fromarray(photo(name)), content="xóa nền")
    picture = OfflineProvider().make(request, Listener())
    assert picture.note == say("doubtful")
    assert [offered.action for offered in picture.suggestions] == [Action.BRUSH]


@pytest.mark.usefixtures("without_network")
def test_without_the_file_colours_alone_are_gone_by_and_it_says_so() -> None:
    pixels, known = composed()["horse, gradient"]
    cut, _ = remove_background(pixels, None, heard)
    assert measures.overlap(cut[..., 3] > 127, known) > 0.95
    picture = OfflineProvider().make(asked(Intent.REMOVE_BACKGROUND, content="remove the background"), Listener())
    assert "not installed" in (picture.note or "")
    assert picture.suggestions == ()


def test_another_file_than_the_one_that_was_tried_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = photo("coffee")
    assert subject.subject_seen(pixels) is not None
    monkeypatch.setattr(subject, "_NETWORK", replace(subject._NETWORK, file="rembg/bg.py"))
    assert subject.subject_seen(pixels) is None


def test_a_black_picture_has_no_subject_and_a_sliver_has_a_map_of_its_own_size() -> None:
    for shape in ((40, 60, 3), (1, 300, 3)):
        seen = subject.subject_seen(np.zeros(shape, np.uint8))
        assert seen is not None
        assert seen.shape == shape[:2]
        assert np.isfinite(seen).all()


def test_none_of_the_wheels_code_is_imported() -> None:
    made(asked(Intent.REMOVE_BACKGROUND, scene()))
    assert not {"rembg", "onnxruntime"} & set(sys.modules)
    assert Path(subject._NETWORK.file).suffix == ".onnx"
