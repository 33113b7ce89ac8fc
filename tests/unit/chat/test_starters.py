"""The pictures that a newcomer sees are what the studio makes, and come quickly."""

from pathlib import Path

import numpy as np
from PIL import Image

from chat.views import STARTERS
from tests.programs import starters


def test_the_starters_pictures_are_what_the_program_draws(tmp_path: Path) -> None:
    starters.draw(tmp_path)
    drawn, kept = ({file.name: file for file in folder.iterdir()} for folder in (tmp_path, starters.FOLDER))
    assert drawn.keys() == kept.keys()
    for name, file in drawn.items():
        assert np.abs(pixels(file) - pixels(kept[name])).mean() < 2, name


def pixels(file: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(Image.open(file).convert("RGB")).astype(np.float64)


def test_each_picture_shows_its_own_words_in_a_few_kilobytes() -> None:
    assert {(Path(picture).stem, words) for _, words, picture in STARTERS} == {
        (name, words) for name, (words, _) in starters.PAINTED.items()
    }
    sizes = {file.stem: file.stat().st_size for file in starters.FOLDER.iterdir()}
    assert max(size for name, size in sizes.items() if name != "sample-photo") < 12_000
    assert sizes["sample-photo"] < 40_000
