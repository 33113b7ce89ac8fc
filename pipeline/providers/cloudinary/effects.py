"""A person's text becomes words of a prompt, never part of a transformation's syntax."""

import re
import unicodedata

from gallery.translation import N_, _
from pipeline.providers.base import STYLES, Intent, RefinedRequest

ART = (
    "al dente", "athena", "audrey", "aurora", "daguerre", "eucalyptus", "fes", "frost", "hairspray", "hokusai", "incognito",
    "linen", "peacock", "primavera", "quartz", "red rock", "refresh", "sizzle", "sonnet", "ukulele", "zorro",
)  # fmt: skip
OWN = {
    "oil": "e_oil_paint:70",
    "cartoon": "e_cartoonify",
    "pixel": "e_pixelate",
    "sepia": "e_sepia:80",
}  # of our styles
LOOKS = {**OWN, **{name: f"e_art:{name.replace(' ', '_')}" for name in ART}}

UPSCALED_BELOW = 4_200_000  # pixels: what `e_upscale` takes
MAX_PROMPT = 100  # characters of a prompt

NEEDS_AN_AI = N_(
    "Cloudinary changes pictures in ways of its own: for this one an AI such as Gemini has to be connected."
)
MASKED = N_(
    "Cloudinary removes what is described in words, not what is painted over: say what is to go, without a mask."
)
WHOLE = N_("Cloudinary changes the whole picture, never only what is painted over: ask again without a mask.")
UNNAMED = N_("Say in words what is to be removed, such as “remove the red car”.")
_NO_STYLE = N_(
    "Cloudinary does not have {said}. It has: {names}. For any other an AI such as Gemini has to be connected."
)
_STYLE_NAMED = N_("the style “{}”")
_STYLE_SAID = N_("a style of these words")

_ASKED = re.compile(
    r"^(?:(?:please|now|can you|could you|hãy|vui lòng)(?:\s+|$))*"
    r"(?:(?:remove|erase|delete|get rid of|take out|take away|cut out|loại bỏ|xóa bỏ|xoá bỏ|bỏ đi|xóa|xoá)(?:\s+|$))?",
    re.IGNORECASE,
)
# Where it is removed from, or what is to be done with the rest.
_REST = re.compile(
    r"\s+(?:(?:from|in|of|out of) (?:the|this|my) (?:picture|photo|image)|khỏi (?:bức )?(?:ảnh|hình)|while|so that|filling"
    r"|keeping|leaving|and (?:then )?(?:fill|keep|leave|restore|replace|reconstruct))\b.*$",
    re.IGNORECASE,
)
_NOTHING = {"", "it", "this", "that", "object", "objects", "something", "thing", "things", "vật thể", "đối tượng", "nó"}
_ARTICLE = re.compile(r"^(?:(?:the|an?|this|that|these|those|some)\b\s*)+", re.IGNORECASE)


def unsupported_reason(refined: RefinedRequest) -> str | None:
    match refined.intent:
        case Intent.REMOVE_OBJECT if refined.has_mask:
            return _(MASKED)
        case Intent.REMOVE_BACKGROUND | Intent.ENHANCE | Intent.STYLE_TRANSFER if refined.has_mask:
            return _(WHOLE)
        case Intent.REMOVE_BACKGROUND | Intent.ENHANCE:
            return None
        case Intent.REMOVE_OBJECT:
            return None if _object(refined.prompt or refined.content) else _(UNNAMED)
        case Intent.STYLE_TRANSFER:
            return None if _look(refined.style, refined.prompt, refined.content) else _no_such_style(refined.style)
        case _:
            return _(NEEDS_AN_AI)


def transformation(refined: RefinedRequest, size: tuple[int, int], *, opaque: bool) -> str:
    """`size`: of the source, in pixels."""
    return f"{_effect(refined, size)}/{'f_jpg,q_95' if opaque and refined.intent is not Intent.REMOVE_BACKGROUND else 'f_png'}"


def size_after(intent: Intent, source: tuple[int, int]) -> tuple[int, int]:
    width, height = source
    return (2 * width, 2 * height) if intent is Intent.ENHANCE and width * height < UPSCALED_BELOW else source


def _effect(refined: RefinedRequest, size: tuple[int, int]) -> str:
    match refined.intent:
        case Intent.REMOVE_BACKGROUND:
            return "e_background_removal"
        case Intent.REMOVE_OBJECT:
            return f"e_gen_remove:prompt_{_object(refined.prompt or refined.content)}"
        case Intent.STYLE_TRANSFER:
            return _look(refined.style, refined.prompt, refined.content) or ""
        case _:
            width, height = size_after(Intent.ENHANCE, size)
            # It enlarges each side four times: half of that is still sharp, with a quarter of the bytes.
            return "e_enhance" if (width, height) == size else f"e_enhance/e_upscale/c_limit,w_{width},h_{height}"


def _object(text: str) -> str:
    """The first clause that names something, or ""."""
    for clause in re.split(r"[.,;:!?\n]", text):
        said = _REST.sub("", _ASKED.sub("", words(clause)))
        if _ARTICLE.sub("", said).lower() not in _NOTHING:
            return said[:MAX_PROMPT].strip()
    return ""


def words(text: str) -> str:
    """Letters, marks, digits and single spaces: nothing that is syntax."""
    kept = (
        letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(kept).split())


def _look(style: str | None, *texts: str) -> str | None:
    """The chosen style, else the first that is named."""
    for text in (style,) if style else texts:
        said = f" {words(text).lower()} "
        for name, effect in LOOKS.items():
            if f" {name} " in said:
                return effect
    return None


def _no_such_style(style: str | None) -> str:
    said = _(_STYLE_NAMED).format(words(style)) if style else _(_STYLE_SAID)
    names = ", ".join([*(name for name in STYLES if name in OWN), *ART])
    return _(_NO_STYLE).format(said=said, names=names)
