"""Words are the same with or without accents, in either way of writing them."""

import unicodedata

import pytest

from gallery import words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hoàng hôn trên biển, màu ĐỎ!", "hoang hon tren bien mau do"),
        ("A Sunset-landscape (80's)", "a sunset landscape 80 s"),
        ("Straße, café, Øre, Łódź", "strasse cafe ore lodz"),
        ("snake_case\nand ２×３", "snake case and 2 3"),
        ("…!?", ""),
        ("", ""),
    ],
)
def test_a_text_becomes_plain_words(text: str, folded: str) -> None:
    assert words.fold(text) == folded


def test_accents_that_stand_apart_from_their_letter_are_the_same() -> None:
    written = "Phố cổ Hội An về đêm"
    assert words.fold(unicodedata.normalize("NFD", written)) == words.fold(written) == "pho co hoi an ve dem"


def test_a_picture_has_three_lines_whatever_is_written_in_it() -> None:
    assert words.of_picture("Sea\nside", "", "a\r\n\nlake").split("\n") == ["sea side", "", "a lake"]


def test_a_search_has_a_bounded_number_of_words() -> None:
    assert len(words.searched("a " * 100)) == words.MAX_WORDS
