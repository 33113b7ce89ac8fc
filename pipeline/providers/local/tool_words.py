"""Reads in words which style a picture shall have, and what about it shall be enhanced. English and Vietnamese."""

import re

from pipeline.providers.base import STYLES
from pipeline.providers.local.lexicon import key
from pipeline.providers.local.phrases import either, spoken

# In this order: a "pencil sketch" is one, and so is a "sketch", but an "ink sketch" is ink.
_STYLES = {
    "watercolour": spoken("water ?colou?rs?|aquarelles?", "màu nước"),
    "oil": spoken("oils?(?: paint\\w*| colou?rs?| on canvas)?", "sơn dầu"),
    "ink": spoken(
        "ink(?: wash| drawing| sketch)?|line ?art", "mực tàu, mực nho, thủy mặc, thuỷ mặc, tranh mực, vẽ mực"
    ),
    "cartoon": spoken("cartoon\\w*|comics?|comic book", "hoạt hình, truyện tranh"),
    "pixel": spoken("pixel(?:s|ated)?(?: ?art)?|8[ -]?bit", "tranh điểm ảnh"),
    "poster": spoken("poster\\w*|pop ?art", "áp phích, tranh cổ động"),
    "sepia": spoken("sepia|vintage|old photo\\w*", "hoài cổ, ảnh cũ, nâu đỏ"),
    "pencil": spoken("pencils?|sketch\\w*|graphite|charcoal", "bút chì, chì, phác họa, phác hoạ, ký họa, ký hoạ"),
}
assert tuple(sorted(_STYLES)) == tuple(sorted(STYLES))

# Whoever asks for one of these would be given something else under the name of a style that is there.
_BEYOND = spoken(
    "van gogh|picasso|monet|klimt|dal[ií]|hokusai|rembrandt|warhol|banksy|ghibli|pixar|disney|anime|manga|lego"
    "|cyberpunk|steampunk|3d|claymation|stained glass|mosaic",
    "tranh đông hồ, tranh sơn mài, lụa",
)

_STEPS = {
    "denoise": spoken("de-?nois\\w*|noise|noisy|grain(?:y)?", "khử nhiễu, giảm nhiễu, nhiễu, hạt"),
    "contrast": spoken("contrast", "tương phản"),
    "sharpness": spoken("sharp\\w*|crisp\\w*|de-?blur\\w*", "sắc nét, rõ nét, nét hơn, làm nét, độ nét"),
    "upscale": spoken(
        "up-?scal\\w*|up-?res|super ?resolution|(?:higher|more|better|double|twice the) resolution|enlarge|2 ?x|x ?2|2 times",
        "phóng to, phóng đại, tăng độ phân giải, độ phân giải, gấp đôi",
    ),
}
ALL_STEPS = tuple(_STEPS)

# What follows one of these, as far as the next wish, is left out. "No noise", though, and "not sharp" are wishes.
_NOT = (
    r"(?:without|no)(?! (?:the |any )?(?:noise|grain)\b(?! re))|not(?! \w* ?(?:sharp|crisp)\b)"
    r"|don['\u2019]?t|keep(?:ing)?|leave"
    rf"|{either('không')}(?! {either('nhiễu, hạt, nét, rõ nét, sắc nét')})|{either('đừng, giữ')}"
)
_NEXT = (
    rf"but|then|{either('nhưng, rồi')}"
    "|and (?:sharpen|de-?noise|upscale|enlarge|double|enhance|improve|increase|make|remove|reduce)"
    rf"|{either('và làm, và tăng, và khử, và giảm, và phóng')}"
)
_LEFT_OUT = re.compile(rf"\b(?:{_NOT})\b(?:(?!\b(?:{_NEXT})\b)[^,;.!?\n])*")
_SIZE = spoken("size|dimensions|resolution", "kích thước, cỡ")  # who keeps it does not want it doubled


def style_of(*texts: str | None) -> str | None:
    """The first of STYLES that is named, in the first text that names any; None where something else is described too."""
    for text in map(key, filter(None, texts)):
        if _BEYOND.search(text):
            return None
        for name, pattern in _STYLES.items():
            if pattern.search(text):
                return name
    return None


_AROUND = spoken("an?|the|style|art|drawing|painting|please|now|pure", "tranh, kiểu, vẽ, nhé")


def names_only_style(text: str) -> bool:
    """ "Pop art poster, please" does, "a cat sketch" does not."""
    rest = key(text)
    for pattern in (*_STYLES.values(), _AROUND):
        rest = pattern.sub(" ", rest)
    return not any(letter.isalnum() for letter in rest)


def steps_in(text: str) -> tuple[str, ...]:
    """What the text names of ALL_STEPS; none where it wants the picture better and does not say how."""
    named, spared = _named(wanted(text)), [name for left in _LEFT_OUT.findall(key(text)) for name in _spared(left)]
    return named or (tuple(name for name in ALL_STEPS if name not in spared) if spared else ())


def wanted(text: str) -> str:
    """The text, in the form in which words are compared, without the steps of enhancing that it says not to take."""
    return _LEFT_OUT.sub(lambda left: " " if _spared(left[0]) else left[0], key(text))


def _named(text: str) -> tuple[str, ...]:
    return tuple(name for name, pattern in _STEPS.items() if pattern.search(text))


def _spared(left_out: str) -> tuple[str, ...]:
    return (*_named(left_out), *(("upscale",) if _SIZE.search(left_out) else ()))


def steps_of(*texts: str | None) -> tuple[str, ...]:
    """What is to be done: as the first text that names anything says, else all of it."""
    return next((steps for text in texts if (steps := steps_in(text or ""))), ALL_STEPS)
