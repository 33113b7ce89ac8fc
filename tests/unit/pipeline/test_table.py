"""Which provider serves which intent, from the settings."""

import re

import pytest

from pipeline.providers import table

WITH_KEY = {"GEMINI_API_KEY": True}


def test_without_a_key_everything_is_offline() -> None:
    providers = table.assign({}, {"GEMINI_API_KEY": False})
    assert set(providers.values()) == {"offline"}
    assert table.label(providers) == "built-in tools and a small neural network, on this machine"


def test_with_a_key_gemini_has_what_it_is_good_at() -> None:
    providers = table.assign({}, WITH_KEY)
    assert table.served(providers) == {
        "gemini": ["generate", "edit", "remove_object", "style_transfer"],
        "offline": ["enhance", "remove_background"],
    }
    assert table.label(providers) == "Gemini and built-in tools"


def test_what_was_chosen_goes_before_what_is_usual() -> None:
    providers = table.assign({"enhance": "gemini", "edit": "offline"}, WITH_KEY)
    assert (providers["enhance"], providers["edit"], providers["generate"]) == ("gemini", "offline", "gemini")


def test_the_label_tells_who_reads_where_that_is_all_an_ai_does() -> None:
    offline = table.assign(dict.fromkeys(table.MADE, "offline"), WITH_KEY)
    assert table.label(offline) == "built-in tools; Gemini reads"


def test_the_label_has_no_offline_tools_where_there_are_none() -> None:
    assert table.label(table.assign(dict.fromkeys(table.MADE, "gemini"), WITH_KEY)) == "Gemini"


def test_only_what_is_drawn_anew_can_be_varied() -> None:
    assert table.varying(table.assign({}, {})) == ["generate"]
    assert table.varying(table.assign({"edit": "cloudinary"}, {"CLOUDINARY_URL": True})) == ["generate"]
    assert table.varying(table.assign({}, WITH_KEY)) == ["generate", "edit", "remove_object", "style_transfer"]
    assert "enhance" in table.varying(table.assign({"enhance": "gemini"}, WITH_KEY))


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"dance": "gemini"}, "names the intent 'dance'; there are generate, edit,"),
        ({"reply": "gemini"}, "names the intent 'reply'"),
        ({"edit": "dall-e"}, "names the provider 'dall-e' for edit; there are offline, gemini"),
        ({"edit": "chat"}, "names the provider 'chat' for edit; there are"),
        ({"reader": "images"}, "names the provider 'images' for reader; there are offline, gemini, chat"),
    ],
)
def test_a_name_that_means_nothing_is_said(chosen: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        table.assign(chosen, WITH_KEY)


@pytest.mark.parametrize(
    ("name", "setting"),
    [("images", "STUDIO_IMAGES_URL"), ("gemini", "GEMINI_API_KEY"), ("cloudinary", "CLOUDINARY_URL")],
)
def test_a_provider_without_its_setting_is_said(name: str, setting: str) -> None:
    with pytest.raises(ValueError, match=f"gives edit to {name}, but {setting} is not set"):
        table.assign({"edit": name}, {})


def test_a_reader_without_its_setting_is_said() -> None:
    with pytest.raises(ValueError, match="gives reader to chat, but STUDIO_CHAT_URL is not set"):
        table.assign({"reader": "chat"}, {})


def abilities(chosen: dict[str, str], *settings: str) -> str:
    said = table.abilities(table.assign(chosen, dict.fromkeys(settings, True)))
    assert re.fullmatch(r"This studio [^.]+\.", said)
    assert not re.search(r"[A-Z]+_[A-Z]+|offline", said)
    return said


def test_without_an_ai_newcomers_hear_what_is_painted_and_how_it_could_be_more() -> None:
    said = abilities({})
    assert "paints landscapes, seas and cities" in said
    assert "people, animals and things it could paint too if whoever runs it connected an AI" in said
    assert "with" not in said


def test_newcomers_hear_what_each_service_adds() -> None:
    said = abilities({}, "GEMINI_API_KEY")
    assert "paints whatever you describe and changes photos as you say" in said
    assert "with Gemini for painting, changes in words, removing things and styles" in said
    assert "could" not in said
    said = abilities({"enhance": "cloudinary"}, "CLOUDINARY_URL")
    assert "with Cloudinary for enhancing; people, animals" in said
    said = abilities({"enhance": "cloudinary"}, "CLOUDINARY_URL", "GEMINI_API_KEY")
    assert said.endswith("removing things and styles, and Cloudinary for enhancing.")


SERVERS = {"STUDIO_IMAGES_URL": True, "STUDIO_CHAT_URL": True}


def test_a_server_for_images_makes_what_gemini_would_and_one_for_chat_reads() -> None:
    providers = table.assign({}, SERVERS)
    assert table.served(providers) == {
        "images": ["generate", "edit", "remove_object", "style_transfer"],
        "offline": ["enhance", "remove_background"],
    }
    assert providers["reader"] == "chat"
    assert table.label(providers) == "an image model and built-in tools"
    assert "edit" in table.varying(providers)
    assert table.label(table.assign({}, {"STUDIO_CHAT_URL": True})) == "built-in tools; a language model reads"


def test_gemini_goes_before_other_models_unless_the_settings_say_otherwise() -> None:
    both = WITH_KEY | SERVERS
    assert {table.assign({}, both)[what] for what in ("generate", "reader")} == {"gemini"}
    chosen = table.assign({"reader": "chat", "edit": "images"}, both)
    assert (chosen["reader"], chosen["edit"], chosen["generate"]) == ("chat", "images", "gemini")


def test_the_keywords_may_read_for_whoever_paints() -> None:
    providers = table.assign({"reader": "offline"}, WITH_KEY)
    assert (providers["reader"], table.label(providers)) == ("offline", "Gemini and built-in tools")


def test_newcomers_hear_what_servers_add() -> None:
    said = abilities({}, "STUDIO_IMAGES_URL")
    assert "paints whatever you describe and changes photos as you say, with an image model for painting" in said
    assert "could" not in said
    assert "connected an AI that makes pictures." in abilities({}, "STUDIO_CHAT_URL")


@pytest.mark.parametrize("reader", ["offline", "gemini"])
@pytest.mark.parametrize("chosen", [dict.fromkeys(table.MADE, "offline"), {}])
def test_offline_is_no_word_for_a_studio_without_an_ai(chosen: dict[str, str], reader: str) -> None:
    """On the page it would say that there is no connection."""
    assert "offline" not in table.label(table.assign({**chosen, "reader": reader}, WITH_KEY)).lower()
