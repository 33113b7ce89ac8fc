"""Reading a prompt: what is known, what is ignored, and that a scene survives being said again."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.providers.offline import vocabulary as words
from pipeline.providers.offline.plan import Scene
from pipeline.providers.offline.reader.scenes import LEXICON, describe, read

GROUPS = (
    words.TIMES,
    words.SKY,
    words.WEATHER,
    words.LAND,
    words.COLOURS,
    words.MOODS,
    words.STYLES,
    words.SCENERY,
)
NAMES = [name for group in GROUPS for name in group]


def phrases(language: int) -> list[tuple[str, str]]:
    """The phrases of all groups, 0: English, 1: Vietnamese, each with the name that it stands for."""
    return [
        (" ".join(phrase.split()), name)
        for group in GROUPS
        for name, line in group.items()
        for phrase in line.split("|")[language].split(",")
        if phrase.strip()
    ]


VIETNAMESE = phrases(1)
scenes = st.lists(st.sampled_from(NAMES), unique=True).map(lambda names: read(", ".join(names)).scene)


def bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@settings(deadline=None)
@given(scenes)
def test_a_scene_that_is_described_reads_as_the_same_scene(scene: Scene) -> None:
    again = read(describe(scene))
    assert again.scene == scene
    assert again.ignored == ()


@settings(deadline=None)
@given(st.text(), st.none() | st.text())
def test_any_text_can_be_read(text: str, style: str | None) -> None:
    assert read(describe(read(text, style).scene)).scene == read(text, style).scene


def test_half_of_a_character_pair_can_be_read() -> None:
    assert read("the sea \ud83d and \x00 hills").known == ("sea", "hills")


@pytest.mark.parametrize(("phrase", "name"), VIETNAMESE)
def test_a_vietnamese_word_reads_like_its_english_one(phrase: str, name: str) -> None:
    expected = read(name)
    for form in ("NFC", "NFD"):
        assert read(unicodedata.normalize(form, phrase)) == expected
        assert read(unicodedata.normalize(form, phrase.upper())) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_word_has_a_vietnamese_one(name: str) -> None:
    assert any(name == known for _, known in VIETNAMESE)


@pytest.mark.parametrize(
    ("plain", "known"),
    [
        ("ve hoang hon tren bien", ("sunset", "sea")),
        ("thanh pho ban dem", ("city", "night")),
        ("nui va sa mac luc binh minh", ("mountains", "desert", "dawn")),
        ("mau do, mau tim, mau hong", ("red", "purple", "pink")),
        ("suong mu, mat trang, mau nuoc", ("fog", "moon", "watercolour")),
        ("hoang hôn", ("sunset",)),
    ],
)
def test_vietnamese_is_read_without_diacritics(plain: str, known: tuple[str, ...]) -> None:
    assert read(plain).known == known


@pytest.mark.parametrize("phrase", ["do", "may", "mua", "tuyet", "trang", "hong", "rung", "ho", "tim"])
def test_a_bare_spelling_that_means_something_else_is_not_taken_for_a_word_of_ours(phrase: str) -> None:
    assert read(phrase).known == ()


def test_blue_and_green_are_told_apart_in_vietnamese() -> None:
    assert read("biển xanh dương").known == ("sea", "blue")
    assert read("đồi xanh lá").known == ("hills", "green")


def test_what_is_not_known_is_named_as_the_person_spelled_it_and_once() -> None:
    reading = read("Please draw a Dragon and a dragon over the SEA, vẽ một con mèo")
    assert reading.known == ("sea",)
    assert reading.ignored == ("Dragon", "mèo")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("a lonely fishing boat in a green valley", ("boat", "green", "hills")),
        ("a cozy beach with palm trees", ("beach", "forest")),
        ("thuyền đánh cá trong sương sớm", ("boat", "fog")),
        ("ruộng bậc thang trong thung lũng", ("meadow", "hills")),
    ],
)
def test_what_a_landscape_often_has_is_known(text: str, known: tuple[str, ...]) -> None:
    assert (read(text).known, read(text).ignored) == (known, ())


def test_commands_and_small_words_are_not_content() -> None:
    assert read("Create a picture of an image for me, please. Hãy vẽ cho tôi một bức tranh").ignored == ()


def test_a_prompt_without_a_known_word_says_so() -> None:
    assert read("a cat with a hat").known == ()


def test_a_landscape_that_names_no_land_is_the_usual_one() -> None:
    reading = read("Create a sunset landscape")
    assert reading.known == ("sunset", "landscape")
    assert describe(reading.scene) == "mountains, hills and a lake at sunset"


def test_what_cannot_be_drawn_stands_in_a_sentence() -> None:
    assert read("A Persian cat on a sofa").unknown == "a Persian cat"


def test_what_is_not_wanted_is_left_out() -> None:
    assert (
        describe(read("a sunset with no mountains, without clouds").scene)
        == "hills and a lake at sunset with a clear sky"
    )
    assert read("biển không mây").known == ("sea",)


@pytest.mark.parametrize(
    ("text", "known", "unwanted"),
    [
        ("a lake with no boat or birds", ("lake",), {"boat", "birds"}),
        ("a lake without a boat or a rainbow", ("lake",), {"boat", "rainbow"}),
        ("a lake without clouds and a boat", ("lake", "boat"), {"clouds"}),
        ("a lake without a boat, and birds in the sky", ("lake", "birds"), {"boat"}),
        ("remove the boat and the birds", (), {"boat", "birds"}),
        ("remove the boat and add birds", ("birds",), {"boat"}),
        ("remove the red boat", (), {"boat"}),
        ("remove the red", (), {"red"}),
        ("no dark clouds or birds", (), {"clouds", "birds"}),
        ("một cái hồ không có thuyền hay chim", ("lake",), {"boat", "birds"}),
        ("không có mây và một con thuyền", ("boat",), {"clouds"}),
        ("bỏ thuyền và chim đi", (), {"boat", "birds"}),
    ],
)
def test_one_no_leaves_out_all_that_it_belongs_to(text: str, known: tuple[str, ...], unwanted: set[str]) -> None:
    assert read(text).known == known
    assert set(read(text).unwanted) == unwanted


def test_the_moon_brings_the_night_unless_a_time_is_named() -> None:
    assert read("the moon over hills").scene.time == "night"
    assert read("the moon over hills at dawn").scene.time == "dawn"


@pytest.mark.parametrize(("thing", "brought"), [("boat", "lake"), ("island", "sea"), ("beach", "sea")])
def test_what_needs_water_brings_it(thing: str, brought: str) -> None:
    assert read(thing).scene.land == {thing, brought}
    assert read(f"{thing}, lake").scene.land == {thing, "lake"}


def test_a_style_asked_beside_the_text_stands_in_place_of_the_text_s_own() -> None:
    reading = read("hills, pencil", style="oil painting")
    assert reading.scene.styles == {"oil"}
    assert read("hills, pencil").scene.styles == {"pencil"}


def test_an_unknown_style_is_named_and_changes_nothing() -> None:
    reading = read("hills in pencil", style="Anime")
    assert reading.ignored == ("Anime",)
    assert reading.scene == read("hills in pencil").scene


def test_black_and_white_is_a_style_and_two_colours_when_said_apart() -> None:
    assert read("black-and-white hills").scene.styles == {"black and white"}
    assert read("white, black").scene.colours == ("white", "black")


def test_a_described_scene_is_plain_english() -> None:
    scene = read("biển và núi lúc hoàng hôn, màu cam ấm, sơn dầu").scene
    assert describe(scene) == "mountains and a sea at sunset, in warm orange, oil painting"


def test_no_phrase_means_two_things() -> None:
    for phrase, name in (*VIETNAMESE, *phrases(0)):
        assert LEXICON.named(phrase) == [name]
