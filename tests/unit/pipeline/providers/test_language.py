"""What the offline provider makes of a person's words, in English and Vietnamese."""

import re
from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pipeline.providers.base import STYLES, Action, Intent, Refinement, RefineRequest, Suggestion, Turn
from pipeline.providers.offline import vocabulary
from pipeline.providers.offline.plan import Plan, Scene, in_words, restored
from pipeline.providers.offline.reader import scenes
from pipeline.providers.offline.reader.edits import parse
from pipeline.providers.offline.reader.intents import command, edits_of, part_of, style_of
from pipeline.providers.offline.reader.refine import refine
from pipeline.providers.offline.sentences import offers, say
from pipeline.providers.offline.vocabulary import OFFERS, SENTENCES, SURPRISES
from pipeline.providers.text import answered_in, title

NOTHING = RefineRequest(
    content="",
    intent=None,
    style=None,
    width=None,
    height=None,
    has_source=False,
    attached=0,
    has_mask=False,
    turns=(),
)
SUNSET = scenes.describe(scenes.read("mountains and a lake at sunset, with clouds, in orange").scene)
PAINTED = Turn("Mountains at sunset", SUNSET, None, showed_picture=True)
EDITED = Turn("make it bluer", "bluer", None, showed_picture=True)
ANSWERED = Turn("hello", "", "I work here without an AI.", showed_picture=False)


def fresh(content: str, **options: object) -> Refinement:
    """In the language in which it is written, as a worker does it."""
    with translation.override(answered_in(content)):
        return refine(replace(NOTHING, content=content, **options))  # type: ignore[arg-type]


def in_both(name: str) -> list[str]:
    said = []
    for language in ("en", "vi"):
        with translation.override(language):
            said.append(say(name))
    return said


def with_photo(content: str, **options: object) -> Refinement:
    return fresh(content, has_source=True, **options)


def after(content: str, *turns: Turn) -> Refinement:
    return with_photo(content, turns=turns)


def seen(refinement: Refinement) -> Scene:
    """What is going to be painted; its words say the same."""
    scene = (restored(refinement.plan) or Plan()).scene
    assert scene == scenes.read(refinement.prompt).scene
    return scene


# Painting


@pytest.mark.parametrize(
    "content",
    [
        "Create a sunset landscape",
        "draw a sunset",
        "Please paint me mountains at sunset",
        "generate: sunset",
        "make a sunset",
        "a sunset over hills",
        "Can you paint a sunset?",
        "what about a sunset?",
        "Vẽ hoàng hôn trên núi",
        "tạo một bức tranh hoàng hôn",
        "ve canh hoang hon tren nui",
    ],
)
def test_words_the_painter_knows_are_painted(content: str) -> None:
    result = fresh(content)
    assert (result.intent, seen(result).time, result.provider) == (Intent.GENERATE, "sunset", "offline")


def test_the_refined_prompt_is_plain_english_that_paints_the_same() -> None:
    result = fresh("vẽ biển ban đêm có trăng, kiểu màu nước")
    assert result.prompt == scenes.describe(scenes.read("sea, night, moon, watercolour").scene)
    assert seen(result) == scenes.read("sea, night, moon, watercolour").scene


@pytest.mark.parametrize("content", ["create a landscape", "phong cảnh"])
def test_a_plain_landscape_is_enough(content: str) -> None:
    assert fresh(content).intent is Intent.GENERATE
    assert fresh(content).reply is None


@pytest.mark.parametrize("content", ["autumn", "an autumn landscape", "mùa thu", "phong cảnh mùa thu"])
def test_autumn_is_a_subject_and_has_trees(content: str) -> None:
    scene = seen(fresh(content))
    assert scene.moods == {"autumn"} and "forest" in scene.land
    assert seen(fresh("a lake in autumn")).land == {"lake"}


def test_the_style_that_was_chosen_is_painted_and_kept() -> None:
    result = fresh("a lake", style="watercolour")
    assert seen(result).styles == {"watercolour"}
    assert result.style == "watercolour"


def test_it_names_what_it_left_out() -> None:
    result = fresh("a dragon over a castle by a lake at night")
    assert (result.intent, result.reply) == (Intent.GENERATE, "I left out: dragon, castle.")


@pytest.mark.parametrize(
    ("content", "left_out"),
    [
        ("a medieval castle on a hill at night", "I left out: medieval castle."),
        ("Ha Long Bay at sunrise", "I left out: Ha Long."),
        ("a snowy owl in a forest", "I left out: snowy owl."),
        ("a green hill with a red house", "I left out: red house."),
        ("northern lights above snowy mountains, portrait format", None),
        ("vẽ một ngôi nhà gỗ bên hồ trong sương mù", "Tôi đã bỏ qua: ngôi nhà gỗ."),
        ("tranh phố cổ Hội An về đêm", "Tôi đã bỏ qua: Hội An."),
        ("bãi biển Nha Trang", "Tôi đã bỏ qua: Nha Trang."),
        ("vẽ một cánh đồng lúa chín vàng lúc hoàng hôn", None),
        ("biển động, sóng lớn", "Tôi đã bỏ qua: động."),
    ],
)
def test_words_that_were_left_out_together_are_named_together(content: str, left_out: str | None) -> None:
    result = fresh(content)
    assert (result.intent, result.reply) == (Intent.GENERATE, left_out)


@pytest.mark.parametrize(
    ("content", "thing"),
    [
        ("a snowy owl", "a snowy owl"),
        ("a sunny kitchen", "a sunny kitchen"),
        ("a rainy street in Hanoi at night", "a rainy street"),
        ("misty rainy streets", "“misty rainy streets”"),
        ("một chiếc xe đạp màu đỏ trước bức tường vàng", "chiếc xe đạp màu đỏ"),
        ("vẽ hoa anh đào", "“hoa anh đào”"),
    ],
)
def test_what_is_only_described_by_the_weather_is_no_landscape(content: str, thing: str) -> None:
    result = fresh(content)
    assert result.intent is Intent.REPLY
    assert result.reply in (f"I can't draw {thing} without an AI.", f"Không có AI, tôi không vẽ được {thing}.")


@pytest.mark.parametrize(
    "content", ["chim bay trên đồng cỏ", "đàn chim đang bay về trên đồng cỏ", "chim bay qua đồng cỏ"]
)
def test_flying_in_vietnamese_is_no_bay(content: str) -> None:
    result = fresh(content)
    assert (result.prompt, result.reply) == ("a meadow under birds", None)


def test_it_names_what_it_left_out_in_vietnamese() -> None:
    assert fresh("vẽ con rồng trên biển").reply == "Tôi đã bỏ qua: rồng."


def test_a_long_list_of_left_out_words_is_cut() -> None:
    together, apart = (mark.join(f"thing{n}" for n in range(300)) for mark in (" ", ", "))
    assert fresh(f"sea {together}").reply == "I left out: thing0 thing1 thing2 thing3 thing4 thing5 thing6 thing7…."
    assert (fresh(f"sea {apart}").reply or "").endswith("thing6, thing7, ….")
    assert fresh(together).reply == (
        "I can't draw “thing0 thing1 thing2 thing3 thing4 thing5 thing6 thing7…” without an AI."
    )


def is_one_sentence(said: str | None) -> bool:
    return bool(said) and said is not None and len(said) <= 110 and not re.search(r"[.!?…] \S", said)


@pytest.mark.parametrize("content", ["dragon", "Create a portrait of Ada Lovelace", "!!!", "asdf"])
def test_with_no_word_it_knows_it_says_so_and_offers_what_it_can_paint(content: str) -> None:
    result = fresh(content)
    assert (result.intent, result.prompt) == (Intent.REPLY, "")
    assert is_one_sentence(result.reply)
    assert fresh(result.suggestions[0].content).intent is Intent.GENERATE


@pytest.mark.parametrize("content", ["vẽ con rồng", "ve cho toi con rong"])
def test_it_answers_vietnamese_in_vietnamese(content: str) -> None:
    result = fresh(content)
    assert (result.reply or "").startswith("Không có AI, tôi không vẽ được")
    assert result.suggestions[-1].label == "Chỉnh một bức ảnh"


@pytest.mark.parametrize(
    "content",
    [
        "hello",
        "good morning",
        "thanks, have a nice day",
        "what can you do?",
        "who are you",
        "how do mountains grow?",
        "xin chào",
        "chào buổi sáng",
        "bạn làm được gì",
    ],
)
def test_greetings_and_questions_get_an_answer_and_no_picture(content: str) -> None:
    result = fresh(content)
    assert result.intent is Intent.REPLY
    assert result.reply in in_both("hello")
    assert is_one_sentence(result.reply)
    assert len(result.suggestions) == 4


def test_a_greeting_with_a_request_is_a_request() -> None:
    assert fresh("hello, a forest in the fog please").intent is Intent.GENERATE


# What it cannot draw


@pytest.mark.parametrize(
    ("content", "thing", "offered"),
    [
        ("a cat sitting on a red sofa", "a cat", "a red landscape"),
        ("a portrait of a smiling woman wearing a red hat", "a smiling woman", "a red landscape"),
        ("a red car on a street in Paris", "a red car", "a red landscape"),
        ("a logo for a coffee shop", "a logo", "a landscape"),
        ("a dragon over a castle at night", "a dragon", "a landscape at night"),
        ("a dog in the snow", "a dog", "a landscape with snow"),
        ("draw me the Eiffel tower at sunset, watercolour", "the Eiffel tower", "a landscape at sunset, watercolour"),
        ("Create a picture of my grandmother", "my grandmother", "a landscape"),
        ("an orange fish under the stars", "an orange fish", "an orange landscape under stars at night"),
        ("dragon", "“dragon”", "a landscape"),
    ],
)
def test_where_no_subject_is_known_nothing_is_painted_and_a_landscape_is_offered(
    content: str, thing: str, offered: str
) -> None:
    result = fresh(content)
    assert (result.intent, result.prompt, result.plan) == (Intent.REPLY, "", None)
    assert result.reply == f"I can't draw {thing} without an AI."
    assert result.suggestions[0] == Suggestion(f"Paint {offered}", f"Paint {offered}")


@pytest.mark.parametrize(
    ("content", "thing", "offered"),
    [
        ("vẽ con mèo ngồi trên ghế đỏ", "con mèo ngồi", "phong cảnh màu đỏ"),
        ("vẽ con chó trong tuyết", "con chó", "phong cảnh với tuyết"),
        ("một chiếc xe đỏ lúc hoàng hôn", "chiếc xe đỏ", "phong cảnh màu đỏ lúc hoàng hôn"),
    ],
)
def test_it_says_so_in_vietnamese(content: str, thing: str, offered: str) -> None:
    result = fresh(content)
    assert result.reply == f"Không có AI, tôi không vẽ được {thing}."
    assert result.suggestions[0] == Suggestion(f"Vẽ {offered}", f"Vẽ {offered}")


@pytest.mark.parametrize("content", ["red", "in warm red tones", "watercolour", "a blue oil painting", "màu đỏ"])
def test_a_colour_or_a_style_alone_is_no_subject(content: str) -> None:
    result = fresh(content)
    assert result.intent is Intent.REPLY
    assert fresh(result.suggestions[0].content).intent is Intent.GENERATE


@pytest.mark.parametrize(
    ("content", "scene", "left_out"),
    [
        ("a snowy forest with a red cabin", {"weather": ["snow"], "land": ["forest"]}, "red cabin"),
        ("a golden retriever in a meadow", {"land": ["meadow"]}, "golden retriever"),
        ("a lake with a woman in red", {"land": ["lake"]}, "woman, red"),
        ("a dark castle on a hill", {"land": ["hills"]}, "dark castle"),
        ("a lake with a red and black canoe, in blue", {"land": ["lake"], "colours": ["blue"]}, "red, black canoe"),
        ("biển với con mèo màu đỏ", {"land": ["sea"]}, "mèo màu đỏ"),
    ],
)
def test_the_colour_of_a_thing_that_is_left_out_colours_nothing(
    content: str, scene: dict[str, list[str]], left_out: str
) -> None:
    result = fresh(content)
    assert (result.intent, seen(result)) == (Intent.GENERATE, Scene.model_validate(scene))
    assert left_out in (result.reply or "")


@pytest.mark.parametrize(
    ("content", "colours"),
    [
        ("a red landscape", ("red",)),
        ("red mountains", ("red",)),
        ("a lake, in red", ("red",)),
        ("a lake in red and blue", ("red", "blue")),
        ("a red sky over a castle by a lake", ("red",)),
        ("hoàng hôn đỏ", ("red",)),
        ("phong cảnh màu đỏ với con mèo", ("red",)),
    ],
)
def test_the_colour_of_what_is_painted_is_seen(content: str, colours: tuple[str, ...]) -> None:
    assert seen(fresh(content)).colours == colours


@pytest.mark.parametrize("content", ["a romantic sunset", "a peaceful evening", "an empty night", "sunset with a cat"])
def test_an_hour_that_is_the_subject_is_painted(content: str) -> None:
    assert fresh(content).intent is Intent.GENERATE


AROUND = [*vocabulary.TIMES, *vocabulary.SKY, *vocabulary.WEATHER, *vocabulary.COLOURS, *vocabulary.STYLES]


@given(
    st.lists(st.sampled_from(AROUND), unique=True, max_size=5),
    st.sampled_from(["draw a dragon, {}", "vẽ con rồng, {}"]),
)
def test_what_is_offered_can_be_painted_whole(names: list[str], asked: str) -> None:
    refused = fresh(asked.format(", ".join(names) or "hats"))
    assert refused.intent is Intent.REPLY
    suggestion = refused.suggestions[0]
    offered = fresh(suggestion.content)
    wanted = scenes.read(", ".join(names)).scene
    assert (offered.intent, offered.reply) == (Intent.GENERATE, None)
    assert set(seen(offered).colours) == set(
        wanted.colours
    )  # "black and white" would be a style: they are turned round
    assert seen(offered).model_copy(update={"colours": ()}) == wanted.model_copy(update={"colours": ()})


@pytest.mark.parametrize("content", ["hello", "!!!"])
def test_who_does_not_know_what_to_ask_for_gets_an_example(content: str) -> None:
    suggestion = fresh(content).suggestions[0]
    assert fresh(suggestion.content).prompt == "mountains, hills and a lake at sunset"


# What is asked for in a word or two


@pytest.mark.parametrize(
    "content",
    [
        "something beautiful",
        "draw something",
        "Please paint something really nice for me!",
        "a beautiful picture",
        "Surprise me",
        "make me something cool",
        "vẽ gì đó đẹp",
        "một bức tranh đẹp nhé",
    ],
)
def test_who_leaves_the_choice_to_the_studio_gets_a_picture_that_its_seed_chose(content: str) -> None:
    chosen = [fresh(content, seed=seed) for seed in range(len(SURPRISES))]
    assert {result.intent for result in chosen} == {Intent.GENERATE}
    assert len({result.prompt for result in chosen}) == len(SURPRISES)
    assert fresh(content, seed=len(SURPRISES)) == chosen[0]
    assert all((result.reply, result.suggestions) == (None, ()) for result in chosen)


@pytest.mark.parametrize("chosen", SURPRISES)
def test_all_that_is_chosen_is_painted(chosen: str) -> None:
    assert scenes.read(chosen).ignored == ()


def test_what_is_chosen_takes_the_style_that_was_chosen() -> None:
    assert seen(fresh("surprise me", style="pencil")).styles == {"pencil"}


@pytest.mark.parametrize("content", ["make it beautiful", "something beautiful", "undo", "more"])
def test_what_is_said_of_an_attached_photo_is_never_another_picture(content: str) -> None:
    assert with_photo(content, attached=1).intent is not Intent.GENERATE


@pytest.mark.parametrize(
    "content", ["undo", "Undo that", "go back", "previous version", "hoàn tác", "quay lại bản trước"]
)
def test_undo_goes_back(content: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.goes_back) == (Intent.REPLY, True)
    assert is_one_sentence(result.reply)
    assert [suggestion.action for suggestion in result.suggestions] == [Action.LOOK, None]


@pytest.mark.parametrize(
    ("content", "actions"),
    [
        ("delete this", [Action.DELETE, Action.BRUSH]),
        ("Remove the picture, please", [Action.DELETE, Action.BRUSH]),
        ("xóa ảnh này", [Action.DELETE, Action.BRUSH]),
        ("download", [Action.DOWNLOAD]),
        ("save it", [Action.DOWNLOAD]),
        ("tải về", [Action.DOWNLOAD]),
    ],
)
def test_what_only_the_page_can_do_is_offered_as_its_button(content: str, actions: list[Action]) -> None:
    result = with_photo(content)
    assert (result.intent, [suggestion.action for suggestion in result.suggestions]) == (Intent.REPLY, actions)
    assert is_one_sentence(result.reply)


@pytest.mark.parametrize("content", ["undo", "more", "download", "delete this", "xóa ảnh này"])
def test_without_a_picture_there_is_nothing_to_do_it_with(content: str) -> None:
    result = fresh(content)
    assert result.reply in in_both("no_picture")
    assert not result.goes_back


@pytest.mark.parametrize("content", ["more", "another one", "Again!", "show me another", "vẽ nữa"])
def test_more_is_the_last_scene_once_more_in_its_size(content: str) -> None:
    result = after(content, replace(PAINTED, size=(640, 480)), ANSWERED)
    assert (result.intent, result.prompt, result.reply) == (Intent.GENERATE, SUNSET, None)
    assert (result.width, result.height) == (640, 480)


def test_more_of_an_edit_is_the_edit_once_more_and_more_of_a_photo_is_something_else() -> None:
    edited = Turn("bluer", "bluer", None, showed_picture=True, plan=Plan(edits=parse("bluer")).model_dump(mode="json"))
    assert (after("more", PAINTED, edited).intent, after("more", PAINTED, edited).prompt) == (Intent.EDIT, "bluer")
    result = with_photo("more")
    assert result.reply == SENTENCES["same_again"]
    assert len(result.suggestions) == 4


@pytest.mark.parametrize(
    "content", ["more blue", "more contrast", "undo the crop and rotate it", "remove the car", "a nice lake"]
)
def test_words_that_say_more_than_a_command_are_none(content: str) -> None:
    assert command(content) is None


@pytest.mark.parametrize("content", ["you are stupid", "this sucks", "That's ugly.", "useless idiot", "xấu quá"])
def test_an_insult_gets_one_sentence_and_something_to_press(content: str) -> None:
    for result in (fresh(content), with_photo(content)):
        assert result.reply in in_both("sorry")
        assert is_one_sentence(result.reply)
        assert len(result.suggestions) == 4


def test_a_rude_request_is_a_request() -> None:
    assert fresh("paint a stupid lake").intent is Intent.GENERATE


@pytest.mark.parametrize(
    "content", ["mèo", "em bé", "chó", "Núi", "MÈO", "me\u0300o", "một con mèo", "nét hơn", "bão", "gà Disney"]
)
def test_a_word_that_is_vietnamese_alone_is_answered_in_vietnamese(content: str) -> None:
    assert answered_in(content) == "vi"


@pytest.mark.parametrize(
    "content", ["con gà", "hoa màu vàng", "Đêm khuya", "ngôi sao", "mùa đông", "bình minh, hoàng hôn", "nhà bên sông"]
)
def test_words_of_letters_that_others_have_too_are_vietnamese_where_all_of_them_can_be(content: str) -> None:
    assert answered_in(content) == "vi"


@pytest.mark.parametrize(
    "content",
    [
        "crème brûlée at a café", "résumé", "a piñata in Málaga", "cats",
        "São Paulo at night", "São Paulo", "um cão na praia", "não", "a maçã e o avô", "uma rã à noite", "camaleões",
        "la città di notte", "più blu", "Più", "sì", "perché no?", "tiramisù", "un caffè a Forlì",
        "un château à la campagne", "déjà vu", "gâteau", "la côte d'Azur", "hôtel", "le théâtre où il est né",
        "una montaña con río", "más luz", "un pingüino en el río", "un castel în pădure",
    ],
)  # fmt: skip
def test_accents_of_other_languages_are_no_vietnamese(content: str) -> None:
    assert answered_in(content) == "en"


@pytest.mark.parametrize("name", sorted(OFFERS))
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_offered_is_understood_by_whoever_sends_its_words(name: str, language: str) -> None:
    with translation.override(language):
        label = offers(name)[0].label
    assert answered_in(label) == language
    result = after(label, PAINTED)
    unhelpful = ("not_understood", "cannot_draw", "no_picture", "no_subject", "within")
    with translation.override(language):
        assert result.reply not in [say(sentence) for sentence in unhelpful] or name in set(Action)


def test_no_sentence_is_a_wall_of_text_or_names_a_setting() -> None:
    for name in SENTENCES:
        for words in in_both(name):
            assert len(words) <= 130
            assert "_" not in words


# What people really type


@pytest.mark.parametrize(
    "content", ["ok", "hmm", "test", "yes", "no", "nice", "I like it", "đẹp quá", "do you know how to draw?"]
)
def test_what_asks_for_nothing_is_no_subject(content: str) -> None:
    assert fresh(content).reply in in_both("hello")


@pytest.mark.parametrize("content", ["I don't like it", "this is not what I wanted", "không thích"])
def test_who_is_not_content_is_offered_something_else(content: str) -> None:
    assert with_photo(content).reply in in_both("sorry")


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        ("bigger", "resize to 200%"),
        ("zoom in", "crop to the centre"),
        ("fix this photo", "enhance: denoise, contrast, sharpness, upscale"),
        ("restore this old photo", "enhance: denoise, contrast, sharpness, upscale"),
        ("làm lại cho đẹp hơn", "enhance: denoise, contrast, sharpness, upscale"),
        ("phục hồi ảnh cũ", "enhance: denoise, contrast, sharpness, upscale"),
        ("make it 4k", "enhance: upscale"),
        ("another style", "another style"),
    ],
)
def test_a_short_wish_for_a_picture_is_understood(content: str, prompt: str) -> None:
    assert with_photo(content).prompt == prompt


@pytest.mark.parametrize("content", ["colorize this", "add colour to the old photo", "tô màu ảnh đen trắng"])
def test_a_picture_gets_no_colours_back_without_an_ai(content: str) -> None:
    assert with_photo(content).reply in in_both("colouring")
    assert fresh(content).reply in in_both("no_picture")


@pytest.mark.parametrize("content", ["make this look older", "turn it into a spaceship", "make it funny"])
def test_what_cannot_be_made_of_a_picture_is_said_of_the_picture(content: str) -> None:
    assert after(content, PAINTED).reply in in_both("within")


@pytest.mark.parametrize("content", ["change the background to a beach", "swap the faces", "đổi nền thành bãi biển"])
def test_what_is_to_be_replaced_has_to_be_there(content: str) -> None:
    assert fresh(content).reply in in_both("no_picture")


def test_what_is_not_wanted_may_have_an_article() -> None:
    assert seen(after("without the lake", PAINTED)).land == {"mountains"}
    assert seen(after("bỏ mây đi", PAINTED)).weather == {"clear"}
    assert seen(fresh("a lake, not a city")).land == {"lake"}


@pytest.mark.parametrize("content", ["draw 5 mountains", "two boats on a lake", "cầu vồng sau cơn mưa"])
def test_how_many_and_when_is_nothing_that_is_left_out(content: str) -> None:
    assert (fresh(content).intent, fresh(content).reply) == (Intent.GENERATE, None)


@pytest.mark.parametrize(
    ("content", "thing"),
    [
        ("vẽ chân dung bác Hồ", "“chân dung bác Hồ”"),
        ("cầu Rồng Đà Nẵng ban đêm", "“cầu Rồng Đà Nẵng”"),
        ("mùa hè", "“mùa hè”"),
        ("a mountain bike", "a mountain bike"),
        ("vẽ đồng hồ", "“đồng hồ”"),
        ("make her smile", "her smile"),
    ],
)
def test_a_word_of_ours_inside_another_thing_is_not_painted(content: str, thing: str) -> None:
    assert thing in (fresh(content).reply or "")


@pytest.mark.parametrize("content", ["vẽ vịnh Hạ Long lúc bình minh", "vẽ biển Hạ Long"])
def test_a_name_is_left_out_whole(content: str) -> None:
    assert (fresh(content).intent, fresh(content).reply) == (Intent.GENERATE, "Tôi đã bỏ qua: Hạ Long.")


# What is left out, and what can be done instead


def test_beside_what_is_left_out_stands_what_the_scene_can_have() -> None:
    result = fresh("a dragon over a lake with birds")
    assert [suggestion.label for suggestion in result.suggestions] == ["Add a boat", "Now at night", "Change a photo"]
    assert fresh("a lake with birds").suggestions == ()


def test_beside_an_edit_stands_what_the_scene_can_have_instead() -> None:
    result = after("bluer, with snow and stars", PAINTED)
    (suggestion,) = result.suggestions
    assert suggestion.content == "With snow, stars"
    assert seen(after(suggestion.content, PAINTED)).sky == {"stars"}
    assert with_photo("bluer, with snow and stars").suggestions == ()


def test_what_is_to_be_found_by_its_name_is_offered_to_the_brush() -> None:
    for result in (with_photo("remove the car"), with_photo("remove the car and make it brighter")):
        offered = result.suggestions or result.instead
        assert [suggestion.action for suggestion in offered] == [Action.BRUSH]


def test_for_a_style_that_is_only_described_stand_those_that_there_are() -> None:
    result = with_photo("in the style of Van Gogh")
    assert (result.intent, len(result.instead)) == (Intent.STYLE_TRANSFER, 3)
    assert {after(offered.content).intent for offered in result.instead} == {Intent.STYLE_TRANSFER}
    assert with_photo("oil painting").instead == ()


# Sizes


@pytest.mark.parametrize(
    ("content", "size"),
    [
        ("a lake", (1024, 768)),
        ("a square lake", (1024, 1024)),
        ("a portrait lake", (768, 1024)),
        ("a wide lake", (1280, 720)),
        ("panorama of a lake", (1536, 640)),
        ("a lake, 640x480", (640, 480)),
        ("a lake 640 × 480 px", (640, 480)),
        ("a lake 9:16", (576, 1024)),
        ("a lake 8000x4000", (2048, 1024)),
        ("a lake 64x64", (128, 128)),
        ("hồ nước hình vuông", (1024, 1024)),
        ("hồ nước khổ dọc", (768, 1024)),
    ],
)
def test_the_words_give_the_size_and_are_no_subject(content: str, size: tuple[int, int]) -> None:
    result = fresh(content)
    assert (result.width, result.height) == size
    assert result.reply is None


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (512, 256, (512, 256)),
        (800, None, (800, 600)),
        (None, 600, (800, 600)),
        (128, None, (128, 128)),
        (None, 2048, (2048, 2048)),
    ],
)
def test_what_the_person_chose_comes_first(width: int | None, height: int | None, size: tuple[int, int]) -> None:
    result = fresh("a lake", width=width, height=height)
    assert (result.width, result.height) == size


def test_a_chosen_width_keeps_the_shape_that_the_words_ask_for() -> None:
    result = fresh("a square lake", width=512)
    assert (result.width, result.height) == (512, 512)


# Edits


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        ("make it bluer", "bluer"),
        ("làm xanh hơn", "bluer"),
        ("can you rotate it left?", "rotate 270"),
        ("black and white", "black and white"),
        ("create a darker version of it", "darker"),
        ("improve the contrast", "more contrast"),
        ("crop to square and blur it a bit", "crop to square, a bit blurrier"),
    ],
)
def test_simple_edits_of_a_picture(content: str, prompt: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.prompt, result.reply) == (Intent.EDIT, prompt, None)
    assert (result.width, result.height) == (None, None)
    assert in_words(parse(result.prompt)) == prompt


@pytest.mark.parametrize(
    ("content", "word"), [("make it bluer", "picture"), ("làm xanh hơn", "ảnh"), ("rotate", "picture")]
)
def test_an_edit_with_no_picture_says_so(content: str, word: str) -> None:
    result = fresh(content)
    assert result.intent is Intent.REPLY
    assert word in (result.reply or "")
    assert [suggestion.action for suggestion in result.suggestions] == [Action.PHOTO, None, None]


def test_an_edit_of_this_picture_is_never_a_new_one() -> None:
    assert fresh("make it darker at night").intent is Intent.REPLY


def test_a_scene_with_an_edit_s_word_is_still_painted() -> None:
    assert fresh("a warmer sunset").intent is Intent.GENERATE


def test_an_order_to_paint_beats_an_edit_s_word() -> None:
    assert with_photo("paint a darker forest").intent is Intent.GENERATE


def test_an_edit_names_what_else_was_asked() -> None:
    assert with_photo("bluer, with snow and stars").reply == "I left out: snow, stars."


def test_one_part_of_a_picture_is_not_edited_as_a_whole() -> None:
    result = with_photo("flip the background")
    assert result.intent is Intent.REPLY
    assert "part" in (result.reply or "")


@pytest.mark.parametrize(
    ("content", "part", "prompt"),
    [
        ("blur the background", "background", "blurrier in the background"),
        ("làm mờ nền", "background", "blurrier in the background"),
        ("make the background black and white", "background", "black and white in the background"),
        ("make the subject brighter", "subject", "brighter in the subject"),
        ("làm sáng chủ thể lên", "subject", "brighter in the subject"),
    ],
)
def test_the_light_of_the_subject_or_of_what_is_behind_it_is_changed(content: str, part: str, prompt: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.prompt) == (Intent.EDIT, prompt)
    assert (result.plan or {})["part"] == part


def test_with_a_mask_the_part_can_be_edited() -> None:
    assert with_photo("blur the background", has_mask=True).prompt == "blurrier"


# The tools


@pytest.mark.parametrize(
    ("content", "intent", "prompt"),
    [
        ("remove the background", Intent.REMOVE_BACKGROUND, "remove the background"),
        ("give it a transparent background", Intent.REMOVE_BACKGROUND, "remove the background"),
        ("xóa nền", Intent.REMOVE_BACKGROUND, "remove the background"),
        ("remove the car", Intent.REMOVE_OBJECT, "remove the car"),
        ("xoá người này", Intent.REMOVE_OBJECT, "xoá người này"),
        ("enhance this photo", Intent.ENHANCE, "enhance: denoise, contrast, sharpness, upscale"),
        ("make it better quality", Intent.ENHANCE, "enhance: denoise, contrast, sharpness, upscale"),
        ("nâng cao chất lượng", Intent.ENHANCE, "enhance: denoise, contrast, sharpness, upscale"),
        ("upscale it", Intent.ENHANCE, "enhance: upscale"),
        ("please denoise this", Intent.ENHANCE, "enhance: denoise"),
        ("remove the noise", Intent.ENHANCE, "enhance: denoise"),
        ("khử nhiễu", Intent.ENHANCE, "enhance: denoise"),
        ("tăng độ phân giải", Intent.ENHANCE, "enhance: upscale"),
        ("make it look like a cartoon", Intent.STYLE_TRANSFER, "in cartoon style"),
        ("turn it into an oil painting", Intent.STYLE_TRANSFER, "in oil style"),
        ("turn it into a pencil sketch", Intent.STYLE_TRANSFER, "in pencil style"),
        ("draw it as an ink sketch", Intent.STYLE_TRANSFER, "in ink style"),
        ("create a watercolor version of this photo", Intent.STYLE_TRANSFER, "in watercolour style"),
        ("pixel art", Intent.STYLE_TRANSFER, "in pixel style"),
        ("pop art poster please", Intent.STYLE_TRANSFER, "in poster style"),
        ("tranh màu nước", Intent.STYLE_TRANSFER, "in watercolour style"),
        ("chuyen thanh tranh son dau", Intent.STYLE_TRANSFER, "in oil style"),
        ("vẽ lại bằng bút chì", Intent.STYLE_TRANSFER, "in pencil style"),
        ("in the style of Van Gogh", Intent.STYLE_TRANSFER, "in the style of Van Gogh"),
        ("chuyển theo phong cách anime", Intent.STYLE_TRANSFER, "chuyển theo phong cách anime"),
    ],
)
def test_a_request_for_a_tool_is_an_intent_with_plain_words(content: str, intent: Intent, prompt: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.prompt, result.width) == (intent, prompt, None)
    named = prompt.removeprefix("in ").removesuffix(" style")
    assert result.style == (named if named in STYLES else None)


@pytest.mark.parametrize(
    ("content", "steps"),
    [
        ("enhance without upscaling", "denoise, contrast, sharpness"),
        ("enhance it but don't upscale", "denoise, contrast, sharpness"),
        ("enhance it but don\u2019t sharpen or upscale it", "denoise, contrast"),
        ("enhance without upscaling and sharpening", "denoise, contrast"),
        ("enhance but keep the grain", "contrast, sharpness, upscale"),
        ("enhance, keep the size", "denoise, contrast, sharpness"),
        ("enhance, no noise reduction", "contrast, sharpness, upscale"),
        ("upscale it and keep the grain", "upscale"),
        ("keep the grain and sharpen it, enhance", "sharpness"),
        ("enhance it, no noise please", "denoise"),
        ("enhance, it is not sharp", "sharpness"),
        ("nâng cao chất lượng nhưng không phóng to", "denoise, contrast, sharpness"),
        ("nâng cao chất lượng nhưng đừng làm nét", "denoise, contrast, upscale"),
        ("cải thiện ảnh, giữ hạt", "contrast, sharpness, upscale"),
    ],
)
def test_enhancing_leaves_out_what_it_is_told_to(content: str, steps: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.prompt, result.reply) == (Intent.ENHANCE, f"enhance: {steps}", None)


@pytest.mark.parametrize(
    "content",
    [
        "remove the people in the background",
        "erase the car in the background",
        "delete the text from the background",
        "remove everything behind the background",
        "remove the background people",
        "xóa người trong nền",
        "remove the pencil in the middle",
        "remove the poster in the window",
        "erase the sketch in the corner",
        "xóa áp phích, tranh hoạt hình trên tường",
    ],
)
def test_a_thing_that_stands_somewhere_is_what_is_removed(content: str) -> None:
    assert with_photo(content).intent is Intent.REMOVE_OBJECT
    assert with_photo(content, has_mask=True).intent is Intent.REMOVE_OBJECT


@pytest.mark.parametrize(
    "content",
    [
        "erase the messy white background",
        "remove this photo's background please",
        "delete the background behind me",
        "get rid of the background in this picture",
        "cut out the dog from the background",
        "why don't you remove the background?",
        "xóa nền được không",
    ],
)
def test_a_background_is_removed_whatever_it_is_like(content: str) -> None:
    assert with_photo(content).intent is Intent.REMOVE_BACKGROUND


@pytest.mark.parametrize("content", ["don't remove the background", "please don\u2019t erase the car", "đừng xóa nền"])
def test_what_shall_not_be_removed_is_not(content: str) -> None:
    assert with_photo(content).intent is Intent.REPLY
    assert "brush" not in (with_photo(content).reply or "")


def test_the_noise_of_a_background_is_noise() -> None:
    assert with_photo("remove background noise").prompt == "enhance: denoise"
    assert with_photo("enhance it but don't remove the background").intent is Intent.ENHANCE


@pytest.mark.parametrize("style", STYLES)
def test_every_named_style_is_read_back_from_its_own_words(style: str) -> None:
    prompt = with_photo(f"turn it into {style} style", intent=Intent.STYLE_TRANSFER).prompt
    assert (prompt, style_of(prompt)) == (f"in {style} style", style)


def test_the_style_that_was_chosen_beats_the_words() -> None:
    result = with_photo("make it a cartoon", intent=Intent.STYLE_TRANSFER, style="Water color")
    assert (result.style, result.prompt) == ("watercolour", "in watercolour style")


def test_a_style_with_a_painter_s_name_is_a_description() -> None:
    assert style_of("an oil painting like Monet") is None
    assert with_photo("turn it into an oil painting by Van Gogh").style is None


def test_with_a_mask_no_description_is_needed() -> None:
    assert with_photo("remove the car", has_mask=True).prompt == "remove what is painted over"


@pytest.mark.parametrize("content", ["remove the background", "upscale it", "remove the car", "xóa nền"])
def test_without_a_picture_a_tool_asks_for_one(content: str) -> None:
    result = fresh(content)
    assert result.intent is Intent.REPLY
    assert result.reply in in_both("no_picture")


def test_an_edit_beside_a_tool_is_left_for_the_next_time() -> None:
    result = with_photo("remove the background and make it warmer")
    assert (result.intent, result.reply) == (
        Intent.REMOVE_BACKGROUND,
        "One thing at a time: ask next for warmer.",
    )
    assert result.suggestions == (Suggestion("warmer", "warmer"),)
    sharper = with_photo("denoise it and make it sharper")
    assert (sharper.prompt, sharper.reply) == ("enhance: denoise, sharpness", None)


@pytest.mark.parametrize(
    "content", ["a lake in watercolour", "create a pencil drawing of the sea", "oil painting of hills"]
)
def test_a_scene_in_a_style_is_a_new_picture(content: str) -> None:
    assert with_photo(content).intent is Intent.GENERATE


def test_a_subject_in_a_style_is_not_the_style_of_the_last_picture() -> None:
    assert with_photo("a cat sketch").intent is not Intent.STYLE_TRANSFER


# What needs an AI


@pytest.mark.parametrize("content", ["make it night", "add snow"])
def test_what_needs_an_ai_is_answered_with_what_would_bring_it(content: str) -> None:
    result = with_photo(content)
    assert (result.intent, result.prompt) == (Intent.REPLY, "")
    assert "Changing what a picture shows" in (result.reply or "")
    assert is_one_sentence(result.reply)
    assert [suggestion.action for suggestion in result.suggestions] == [Action.BRUSH, None, None, None]


def test_a_photo_s_hour_needs_an_ai_and_a_new_land_is_painted() -> None:
    assert "Changing what a picture shows" in (with_photo("at night").reply or "")
    assert with_photo("in the desert").intent is Intent.GENERATE


def test_an_unknown_thing_for_a_photo_is_said_to_need_an_ai() -> None:
    assert "I can't draw a dragon without an AI." in (with_photo("add a dragon").reply or "")


def test_beside_a_simple_edit_it_says_what_is_not_done() -> None:
    result = with_photo("remove the car and make it brighter")
    assert (result.intent, result.prompt) == (Intent.EDIT, "brighter")
    assert "paint over it" in (result.reply or "")


def test_a_style_in_a_new_request_is_no_style_transfer() -> None:
    result = fresh("a city in anime style")
    assert (result.intent, result.reply) == (Intent.GENERATE, "I left out: anime.")


# A photograph that has just come, and a part that is painted over


@pytest.mark.parametrize(
    "content",
    [
        "replace the background with a beach",
        "please replace the sky with a sunset",
        "swap the background for mountains",
        "place me on a beach",
        "in the desert",
        "add a dragon",
        "thay nền bằng bãi biển",
    ],
)
def test_a_photo_that_has_just_come_is_what_is_meant_and_no_other_picture(content: str) -> None:
    result = with_photo(content, attached=1)
    assert (result.intent, result.prompt) == (Intent.REPLY, "")
    assert any(say in (result.reply or "") for say in in_both("within"))


def test_beside_a_photo_a_picture_can_still_be_ordered_and_what_is_no_request_is_not_understood() -> None:
    assert with_photo("paint a beach", attached=1).intent is Intent.GENERATE
    assert "found nothing" in (with_photo("asdf", attached=1).reply or "")


@pytest.mark.parametrize("content", ["replace the sky with a starry night", "thay trời bằng đêm đầy sao"])
def test_what_is_replaced_in_a_painted_scene_is_painted_anew(content: str) -> None:
    result = seen(after(content, PAINTED))
    assert result.time == "night"
    assert result.land == {"mountains", "lake"}
    assert result.sky == {"stars"}


@pytest.mark.parametrize(
    ("content", "intent", "prompt"),
    [
        ("remove this", Intent.REMOVE_OBJECT, "remove what is painted over"),
        ("xóa cái này", Intent.REMOVE_OBJECT, "remove what is painted over"),
        ("make this watercolour", Intent.STYLE_TRANSFER, "in watercolour style"),
        ("paint this in watercolour", Intent.STYLE_TRANSFER, "in watercolour style"),
        ("enhance this", Intent.ENHANCE, "enhance: denoise, contrast, sharpness, upscale"),
        ("remove the background", Intent.REMOVE_BACKGROUND, "remove the background"),
        ("bluer", Intent.EDIT, "bluer"),
        ("draw a brighter lake", Intent.EDIT, "brighter"),
        ("draw a lake here", Intent.REPLY, ""),
        ("make it night", Intent.REPLY, ""),
        ("a sunset over hills", Intent.REPLY, ""),
        ("asdf", Intent.REPLY, ""),
    ],
)
def test_what_is_painted_over_is_never_a_new_picture(content: str, intent: Intent, prompt: str) -> None:
    result = with_photo(content, has_mask=True, turns=(PAINTED,))
    assert (result.intent, result.prompt) == (intent, prompt)
    assert fresh(content, has_mask=True).intent is Intent.REPLY


# Buttons


@pytest.mark.parametrize(
    "intent", [Intent.ENHANCE, Intent.REMOVE_BACKGROUND, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER]
)
def test_a_button_s_intent_is_final_whatever_the_words(intent: Intent) -> None:
    assert with_photo("make it brighter", intent=intent).intent is intent
    assert fresh("make it brighter", intent=intent).reply == SENTENCES["no_picture"]


def test_the_button_to_create_never_edits() -> None:
    assert after("now at night, darker", PAINTED).intent is Intent.EDIT
    result = with_photo("now at night, darker", intent=Intent.GENERATE, turns=(PAINTED,))
    assert (result.intent, seen(result).land) == (Intent.GENERATE, scenes.read("night").scene.land)


def test_the_button_to_edit_never_paints() -> None:
    assert with_photo("a sunset", intent=Intent.EDIT).intent is Intent.REPLY
    assert fresh("a warmer sunset", intent=Intent.EDIT).intent is Intent.REPLY
    assert with_photo("paint it bluer", intent=Intent.EDIT).prompt == "bluer"


def test_the_button_for_words_only_gets_words() -> None:
    assert fresh("a sunset", intent=Intent.REPLY).intent is Intent.REPLY


# After a painted picture


@pytest.mark.parametrize("content", ["now at night", "make it night", "at night", "bây giờ là ban đêm", "vào ban đêm"])
def test_another_hour_repaints_the_last_scene(content: str) -> None:
    result = after(content, PAINTED)
    assert (result.intent, result.prompt) == (Intent.GENERATE, SUNSET.replace("at sunset", "at night"))
    assert result.reply in in_both("anew")


@pytest.mark.parametrize("content", ["with snow", "add some snow", "in winter", "thêm tuyết", "but snowing"])
def test_other_weather_repaints_the_last_scene(content: str) -> None:
    result = seen(after(content, PAINTED))
    assert result.weather == {"snow", "clouds"}
    assert result.time == "sunset"


def test_what_is_not_wanted_goes() -> None:
    assert after("without clouds", PAINTED).prompt == SUNSET.replace("with clouds", "with a clear sky")
    assert after("without sunset", PAINTED).prompt == SUNSET.replace(" at sunset", "")
    assert seen(after("a clear sky instead", PAINTED)).weather == {"clear"}


def test_new_things_join_the_last_scene_or_take_its_place() -> None:
    assert seen(after("add a boat", PAINTED)).land == {"mountains", "lake", "boat"}
    assert seen(after("in the desert instead", PAINTED)).land == {"desert"}


def test_night_brings_no_sun_and_day_no_stars() -> None:
    sunny = Turn("x", scenes.describe(scenes.read("sea in daylight under the sun").scene), None, showed_picture=True)
    starry = Turn("x", scenes.describe(scenes.read("sea at night under stars").scene), None, showed_picture=True)
    assert seen(after("now at night", sunny)).sky == frozenset()
    assert seen(after("make it day", starry)).sky == frozenset()
    assert seen(after("add stars", sunny)).sky == {"stars"}


def test_an_opposite_takes_the_place_of_the_old() -> None:
    warm = Turn("x", scenes.describe(scenes.read("sea, clear sky, warm orange").scene), None, showed_picture=True)
    assert seen(after("now in cold tones", warm)).moods == {"cold"}
    assert seen(after("add clouds", warm)).weather == {"clouds"}


def test_new_colours_and_styles_take_the_place_of_the_old() -> None:
    assert seen(after("now in purple", PAINTED)).colours == ("purple",)
    assert seen(with_photo("now at night", turns=(PAINTED,), style="pencil")).styles == {"pencil"}


def test_a_painted_picture_gets_a_style_as_a_photograph_does() -> None:
    assert after("turn it into an oil painting", PAINTED).prompt == "in oil style"
    assert after("phong cách màu nước", PAINTED).prompt == "in watercolour style"
    assert seen(after("now at night in watercolour", PAINTED)).styles == {"watercolour"}


def test_a_repainted_scene_takes_its_size_from_the_words() -> None:
    result = after("now at night, 640x480", PAINTED)
    assert (result.width, result.height) == (640, 480)
    assert "left out" not in (result.reply or "")


@pytest.mark.parametrize(
    "content",
    [
        "replace the lake with a sea",
        "swap the lake for a sea",
        "now with a sea instead of the lake",
        "a sea rather than the lake, instead of the lake",
        "thay hồ bằng biển",
    ],
)
def test_what_is_replaced_in_a_scene_is_gone(content: str) -> None:
    assert seen(after(content, PAINTED)).land == {"mountains", "sea"}


@pytest.mark.parametrize(("content", "land"), [("make it a desert", "desert"), ("turn it into a forest", "forest")])
def test_a_scene_becomes_another_land(content: str, land: str) -> None:
    assert seen(after(content, PAINTED)).land == {land}
    assert seen(after(content, PAINTED)).time == "sunset"


@pytest.mark.parametrize("content", ["paint it at night", "vẽ lại ban đêm"])
def test_a_scene_is_painted_again(content: str) -> None:
    assert seen(after(content, PAINTED)).land == {"mountains", "lake"}
    assert seen(after(content, PAINTED)).time == "night"
    assert seen(fresh(content)).time == "night"
    assert with_photo(content, attached=1).reply in in_both("within")


@pytest.mark.parametrize("content", ["fewer birds", "a bigger moon", "smaller hills"])
def test_how_much_there_shall_be_is_a_change_of_the_scene(content: str) -> None:
    assert seen(after(content, PAINTED)).land >= {"mountains", "lake"}
    assert seen(after(content, PAINTED)).weather == {"clouds"}


def test_what_shall_be_painted_otherwise_has_to_be_there() -> None:
    assert fresh("paint it bluer").reply in in_both("no_picture")


@pytest.mark.parametrize("content", ["không có mây", "đừng vẽ mây", "don't paint clouds", "I don't want any clouds"])
def test_what_must_not_be_there_is_not_painted(content: str) -> None:
    assert "clouds" not in seen(after(f"now {content}", PAINTED)).weather
    assert seen(fresh(f"a sea, {content}")).weather == {"clear"}


def test_a_style_that_is_asked_for_with_tones_is_painted_first() -> None:
    result = with_photo("turn it into an oil painting, but brighter")
    assert (result.intent, result.prompt) == (Intent.STYLE_TRANSFER, "in oil style")
    assert [offered.content for offered in result.suggestions] == ["brighter"]
    assert with_photo("make it sepia and brighter").prompt == "sepia, brighter"


@pytest.mark.parametrize(
    ("content", "prompt"),
    [
        ("thu nhỏ còn 800px chiều rộng", "resize to 800 wide"),
        ("resize it to 800 pixels", "resize to 800 wide"),
        ("to hơn", "resize to 200%"),
        ("xoay ngược lại", "rotate 180"),
        ("xoay ngược chiều kim đồng hồ", "rotate 270"),
        ("tách chủ thể khỏi nền", "remove the background"),
        ("làm cho ảnh cổ điển", "sepia"),
    ],
)
def test_a_change_of_a_photo_is_understood(content: str, prompt: str) -> None:
    assert with_photo(content).prompt == prompt


def test_a_thing_that_shall_be_larger_does_not_enlarge_the_picture() -> None:
    assert after("làm cho mặt trời to hơn", PAINTED).intent is Intent.GENERATE


@pytest.mark.parametrize(("content", "asked"), [("vẽ thêm một cái nữa", "more"), ("trả lại ảnh cũ", "undo")])
def test_vietnamese_commands_are_understood(content: str, asked: str) -> None:
    assert command(content) == asked


def test_a_scene_without_clouds_has_a_clear_sky() -> None:
    """The usual sky has some."""
    assert seen(fresh("a sea without any clouds")).weather == {"clear"}
    assert seen(fresh("biển không mây")).weather == {"clear"}
    assert seen(fresh("rain over the sea, no clouds")).weather == {"rain"}
    assert seen(after("no clouds", PAINTED)).weather == {"clear"}


def test_what_is_painted_anew_keeps_its_composition() -> None:
    result = after("now at night", replace(PAINTED, seed=7, size=(640, 480)), EDITED, ANSWERED)
    assert (result.seed, result.width, result.height) == (7, 640, 480)
    chosen = with_photo("now at night", turns=(replace(PAINTED, size=(640, 480)),), width=480, height=640)
    assert (chosen.width, chosen.height) == (480, 640)


def test_a_scene_that_is_painted_anew_loses_the_edits_since_and_says_so() -> None:
    assert after("add snow", PAINTED, ANSWERED).reply == SENTENCES["anew"]
    assert after("add snow", PAINTED, EDITED).reply == SENTENCES["anew_unedited"]


@pytest.mark.parametrize("content", ["more", "paint it again", "surprise me", "paint a desert", "vẽ lại"])
def test_another_picture_has_a_composition_of_its_own(content: str) -> None:
    assert after(content, replace(PAINTED, seed=7)).seed is None


@pytest.mark.parametrize(
    ("content", "land"),
    [
        ("remove the boat", {"mountains", "lake"}),
        ("get rid of this boat, please", {"mountains", "lake"}),
        ("erase the mountains", {"lake", "boat"}),
        ("xóa chiếc thuyền", {"mountains", "lake"}),
        ("xoá bỏ chiếc thuyền đi", {"mountains", "lake"}),
        ("bỏ thuyền đi", {"mountains", "lake"}),
    ],
)
def test_what_is_removed_from_a_painted_scene_is_not_painted(content: str, land: set[str]) -> None:
    boat = replace(PAINTED, refined_prompt=scenes.describe(scenes.read("mountains, a lake and a boat").scene), seed=7)
    assert seen(after(content, boat)).land == land
    assert after(content, boat).seed == 7


@pytest.mark.parametrize("content", ["remove the dog by the lake", "remove the sun", "erase the lake house"])
def test_what_was_not_painted_by_its_name_is_removed_with_the_brush(content: str) -> None:
    assert after(content, PAINTED).intent is Intent.REMOVE_OBJECT


def test_what_was_changed_since_it_was_painted_is_not_painted_anew_to_remove_something() -> None:
    assert after("remove the mountains", PAINTED, EDITED).intent is Intent.REMOVE_OBJECT
    assert with_photo("remove the mountains", turns=(PAINTED,), attached=1).intent is Intent.REMOVE_OBJECT
    assert with_photo("remove the mountains", turns=(PAINTED,), has_mask=True).intent is Intent.REMOVE_OBJECT


def test_a_repainted_scene_names_what_it_left_out() -> None:
    assert (after("add snow and a dragon", PAINTED).reply or "").endswith("I left out: dragon.")


def test_edits_and_answers_in_between_do_not_hide_the_last_scene() -> None:
    assert seen(after("now at night", PAINTED, EDITED, ANSWERED)).land == {"mountains", "lake"}


def test_a_scene_that_was_never_shown_is_not_repainted() -> None:
    failed = Turn("x", scenes.describe(scenes.read("desert").scene), None, showed_picture=False)
    assert seen(after("now at night", PAINTED, failed)).land == {"mountains", "lake"}


def test_without_a_word_of_change_a_scene_is_new() -> None:
    assert seen(after("a foggy night", PAINTED)) == scenes.read("foggy night").scene


def test_without_a_picture_there_is_nothing_to_change() -> None:
    assert fresh("make mountains at night").intent is Intent.GENERATE


@pytest.mark.parametrize("content", ["a forest at dawn", "paint a forest at dawn", "in the forest at dawn"])
def test_a_whole_new_scene_is_new(content: str) -> None:
    result = after(content, PAINTED)
    assert seen(result) == scenes.read("forest at dawn").scene
    assert result.reply is None


def test_simple_edits_come_before_repainting() -> None:
    assert after("make it darker", PAINTED).intent is Intent.EDIT


# Titles


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("Create a sunset landscape", "Sunset landscape"),
        ("please draw me a picture of the sea", "Sea"),
        ("make a lake", "Lake"),
        ("make it bluer", "Make it bluer"),
        ("paint it at night", "Paint it at night"),
        ("vẽ lại ban ngày", "Vẽ lại ban ngày"),
        ("vẽ cho tôi một bức tranh về biển", "Biển"),
        ("  a\n\tlake \x00 ", "A lake"),
        ("!!!", "New conversation"),
        ("create", "Create"),
        ("hoàng hôn", "Hoàng hôn"),
    ],
)
def test_the_title_is_the_request_without_the_asking(content: str, name: str) -> None:
    assert title(content) == name


def test_a_long_title_ends_at_a_word() -> None:
    name = title("a lake with many mountains around it and a boat on the quiet water at dawn")
    assert name == "A lake with many mountains around it and a boat on the…"


@pytest.mark.parametrize("content", ["ß" * 60, "a " + "x" * 100])
def test_a_title_fills_its_room_and_never_more(content: str) -> None:
    assert len(title(content)) == 60


@given(st.text(min_size=1, max_size=200))
def test_every_text_has_a_short_title_on_one_line(content: str) -> None:
    name = title(content)
    assert 0 < len(name) <= 60
    assert name.isprintable()


VOCABULARY = """
    make it bluer night now add a snow remove background style of dragon vẽ biển xanh hơn 640x480 ? , not
"""


@given(
    st.one_of(
        st.text(min_size=1, max_size=300), st.lists(st.sampled_from(VOCABULARY.split()), min_size=1).map(" ".join)
    )
)
def test_whatever_is_said_gets_a_whole_answer(content: str) -> None:
    for result in (fresh(content), with_photo(content), after(content, PAINTED)):
        if result.intent is Intent.REPLY:
            assert (result.prompt, bool(result.reply)) == ("", True)
        elif result.intent is Intent.EDIT:
            part = part_of(result.prompt)
            said = in_words(edits_of(result.prompt)) + (f" in the {part}" if part else "")
            assert said == result.prompt != ""
        elif result.intent is not Intent.GENERATE:
            assert result.prompt
        else:
            assert scenes.read(result.prompt).known
            assert min(result.width or 0, result.height or 0) >= 128
            assert max(result.width or 0, result.height or 0) <= 2048


def test_a_photo_that_has_just_come_is_not_mistaken_for_the_last_scene() -> None:
    answer = with_photo("make it night", turns=(PAINTED,), attached=1)
    assert answer.intent is Intent.REPLY
    assert answer.reply and "needs an AI" in answer.reply


@pytest.mark.parametrize("name", SENTENCES)
def test_offline_is_no_word_for_a_studio_without_an_ai(name: str) -> None:
    """On the page it would say that there is no connection."""
    english, vietnamese = in_both(name)
    assert "offline" not in english.lower()
    assert "ngoại tuyến" not in vietnamese.lower()
