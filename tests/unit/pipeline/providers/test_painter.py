"""The painter: every word changes the picture, a seed gives the same bytes, and the work can be watched and stopped."""

import hashlib
from contextlib import nullcontext
from functools import cache, partial

import numpy as np
import pytest

from pipeline.providers.offline import vocabulary as words
from pipeline.providers.offline.painter import land, relief, sky, water
from pipeline.providers.offline.painter.canvas import Canvas
from pipeline.providers.offline.painter.paint import paint
from pipeline.providers.offline.painter.water import boat_place
from pipeline.providers.offline.reader.scenes import read
from tests.programs.quality.painter_sheet import PROMPTS
from tests.support.listener import ignore

GROUPS = (words.TIMES, words.SKY, words.WEATHER, words.LAND, words.COLOURS, words.MOODS, words.STYLES)
BASE = "hills"  # a prompt beside which every other word has something to say
SIZES = [(128, 128), (2048, 128), (128, 2048), (201, 333)]
VISIBLE = [name for group in GROUPS for name in group if name != BASE]


@cache
def painted(prompt: str, seed: int = 1, width: int = 144, height: int = 128) -> bytes:
    return paint(read(prompt).scene, width, height, seed, ignore).tobytes()


@pytest.mark.parametrize("word", VISIBLE)
def test_a_word_changes_the_picture(word: str) -> None:
    assert painted(f"{BASE}, {word}") != painted(BASE)


def test_hills_change_the_picture() -> None:
    assert painted("a lake, hills") != painted("a lake")


def test_a_landscape_is_not_the_same_as_hills_alone() -> None:
    assert painted("landscape") != painted(BASE)


def test_every_word_makes_a_picture_of_its_own() -> None:
    pictures = {hashlib.sha256(painted(f"{BASE}, {word}")).digest() for word in VISIBLE}
    assert len(pictures) == len(VISIBLE)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    prompt = "a forest and a city by a lake at dusk, in snow, oil painting"
    once = painted(prompt, seed=2**53 - 1)
    assert once != painted(prompt, seed=2**53 - 2)
    painted.cache_clear()
    assert once == painted(prompt, seed=2**53 - 1)


@pytest.mark.parametrize(
    ("size", "prompt"),
    [*((size, "mountains and a lake at night") for size in SIZES), ((2048, 2048), BASE)],  # the largest one plain
)
def test_the_picture_has_the_size_that_was_asked_for(size: tuple[int, int], prompt: str) -> None:
    picture = paint(read(prompt).scene, *size, 3, ignore)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.dtype == "uint8"


@pytest.mark.parametrize("style", words.STYLES)
@pytest.mark.parametrize("size", [(128, 128), (131, 517)])
def test_every_style_fits_every_size(style: str, size: tuple[int, int]) -> None:
    picture = paint(read(f"a city by the sea, {style}").scene, *size, 3, ignore)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.std() > 8  # something is to be seen


def test_everything_at_once_can_be_painted() -> None:
    assert painted(", ".join(name for group in GROUPS for name in group))


@pytest.mark.parametrize("prompt", ["desert", "a snowy forest under an aurora, watercolour"])
def test_progress_rises_in_many_steps_to_the_end(prompt: str) -> None:
    heard: list[float] = []
    paint(read(prompt).scene, 128, 128, 1, heard.append)
    assert heard == sorted(heard)
    assert len(set(heard)) >= 12
    assert heard[0] > 0
    assert heard[-1] == 1.0


@pytest.mark.parametrize("prompt", ["a boat on a river", "a boat on a lake", "a boat by the sea, beach, city"])
@pytest.mark.parametrize("size", [(320, 240), (160, 288), (480, 160)])
def test_a_boat_is_in_the_water(prompt: str, size: tuple[int, int]) -> None:
    """On a river it stood on the meadow."""
    for seed in range(4):
        canvas = Canvas(read(prompt).scene, *size, seed)
        relief.survey(canvas)
        relief.look(canvas)
        column, row, length = boat_place(canvas)
        hull = canvas.seen.height[round(row) - canvas.seen.top, round(column - length / 2) : round(column + length / 2)]
        assert len(hull) > 5
        assert hull.max() < 0.005


def test_water_covers_no_trees_before_it_and_no_near_trees_hide_an_island() -> None:
    far, near = partial(land.forest, far=9.0, near=land.SHORE), partial(land.forest, far=land.SHORE, near=1.2)
    for seed in range(4):
        canvas = Canvas(read("an island with palm trees").scene, 320, 240, seed)
        for layer in (sky.air, sky.glow, relief.survey, relief.look, land.ground, far):
            layer(canvas)
        seen, before = canvas.seen, canvas.pixels.copy()
        trees = (canvas.depth[seen.top :] < seen.z) & (seen.height < 0)
        water.water(canvas)
        assert trees.any()
        assert (canvas.pixels[seen.top :][trees] == before[seen.top :][trees]).all()
        before = canvas.pixels.copy()
        near(canvas)
        assert (canvas.pixels == before).all()


@pytest.mark.parametrize(
    ("words", "palms"),
    [
        ("a beach with palm trees", True), ("an island with trees", True), ("a snowy beach with trees", False),
        ("an island in a lake with trees", False), ("palms in a desert", True), ("a forest", False),
    ],
)  # fmt: skip
def test_palms_stand_where_it_is_warm_alone(words: str, palms: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Palm(Exception):
        pass

    def palm(*_: object) -> land.Shape:
        raise Palm

    monkeypatch.setattr(land, "_palm", palm)
    with pytest.raises(Palm) if palms else nullcontext():
        paint(read(words).scene, 160, 120, 1, ignore)


def test_trees_leave_a_beach_open() -> None:
    def covered(prompt: str) -> int:
        """Pixels, by near trees."""
        count = 0
        for seed in range(1, 7):
            canvas = Canvas(read(prompt).scene, 320, 240, seed)
            relief.survey(canvas)
            relief.look(canvas)
            land.forest(canvas, 4.0, 1.2)
            count += int((canvas.depth < np.inf).sum())
        return count

    assert covered("a beach with palm trees") < 0.7 * covered("a forest by the sea")


class Stop(Exception):
    pass


def test_progress_can_end_the_painting() -> None:
    heard: list[float] = []

    def progress(fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 3:
            raise Stop

    with pytest.raises(Stop):
        paint(read("sea").scene, 128, 128, 1, progress)
    assert len(heard) == 3


def test_a_word_more_leaves_the_rest_of_the_picture_as_it_was() -> None:
    plain = paint(read("hills").scene, 160, 128, 5, ignore)
    birds = paint(read("hills, birds").scene, 160, 128, 5, ignore)
    assert (plain == birds).all(axis=2).mean() > 0.8


def test_autumn_colours_the_leaves_and_no_needles() -> None:
    green, coloured = (
        paint(read(words).scene, 320, 240, 1, ignore).astype(int) for words in ("forest", "autumn forest")
    )

    def red(pixels: np.ndarray) -> float:
        return float((pixels[..., 0] > pixels[..., 1] + 30).mean())

    assert red(green) < 0.02
    assert red(coloured) > 0.1
    assert (coloured[..., 1] > coloured[..., 0] + 5).any()


def test_a_dark_hour_is_darker_and_a_request_for_red_is_redder() -> None:
    night, day, red = (
        paint(read(f"sea {words}").scene, 128, 128, 2, ignore).mean(axis=(0, 1))
        for words in ("at night", "by day", "by day in red")
    )
    assert night.sum() < day.sum() / 2
    assert red[0] - red[2] > day[0] - day[2] + 40


def test_ten_prompts_have_names_and_every_word_of_them_is_known() -> None:
    assert len(PROMPTS) == 10
    for prompt, _ in PROMPTS.values():
        assert read(prompt).known
        assert read(prompt).ignored == ()
