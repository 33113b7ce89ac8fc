import re
import unicodedata

from gallery.translation import N_, _, language

Size = tuple[int, int]

USUAL_SIZE: Size = (1024, 768)  # pixels
MIN_SIDE, MAX_SIDE = 128, 2048  # pixels, of a new picture
MAX_TITLE = 60  # characters

# Letters and words of hardly any other language; and words typed without any of these.
_LETTERS = re.compile("[ơưạảằắẳẵặầấẩẫậẻẽẹềếểễệỉĩịọỏồốổỗộờớởỡợụủũừứửữựỳỷỹỵ]")
_WORD = re.compile(r"\w+")
_SURE_WORDS = set(
    _WORD.findall(
        "mèo bé chó cá bò cú rùa bác chú cháu gái núi cát sóng gió lúa chùa tháp bánh cúc trái máy áo quán"
        " tím xám sáng bóng bão các trên hình nhé nét xóa tách khác tháng giúp lúc thêm"
        " và làm màu vàng đen đêm gà nhà sông"
    )
)
_WORDS = set(_WORD.findall("ve lam tao xoay lat hon cho toi buc tranh anh mau canh"))
# Letters that French, Portuguese, Italian and Romanian have too, but for "não", "sì" and "più"; and what a Vietnamese word
# without its tone is made of: a beginning, vowels and an end.
_SHARED_LETTERS = re.compile(r"[ăâđôàòõ]|ã(?!o)|ì(?<!\bsì)|ù(?<!iù)")
_SYLLABLE = re.compile(
    "(?:b|ch?|d|đ|g[hi]?|h|kh?|l|m|n(?:gh?|h)?|ph?|qu|r|s|t[hr]?|v|x)?"
    "(?:a[iouy]?|ă|â[uy]?|eo?|êu?|i[au]?|iêu?|o[aăei]?|oa[iy]|ôi?|u[aâêiôy]?|uây|uôi|uy[aê]|y|yêu?)(?:ch?|m|n[gh]?|p|t)?"
)
_TONES = re.compile("[\u0300\u0301\u0303]")


def folded(text: str) -> str:
    """For comparing: lower case, NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_vietnamese(text: str) -> bool:
    lowered = folded(text)
    words = _WORD.findall(lowered)
    if _LETTERS.search(lowered) or not _SURE_WORDS.isdisjoint(words) or sum(word in _WORDS for word in words) >= 2:
        return True
    return bool(_SHARED_LETTERS.search(lowered)) and all(map(_is_syllable, re.findall(r"[^\W\d_]+", lowered)))


def _is_syllable(word: str) -> bool:
    toneless = _TONES.sub("", unicodedata.normalize("NFD", word))
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)) is not None


def answered_in(content: str) -> str:
    """The language of an answer: Vietnamese where it is written to in Vietnamese, else that of whoever writes."""
    return "vi" if is_vietnamese(content) else language()


NOTHING_BEFORE = N_("There is no version before this one.")
ONE_PICTURE = N_("Whoever does this here works from one picture at a time: send your words with one of them.")
FEWER_PICTURES = N_("Whoever does this here works from at most {} pictures at a time: send your words with fewer.")
NO_RESOLUTION = N_(
    "Whoever does this here makes no pictures in {size}: choose a size in pixels, or leave it to the studio."
)
UNTITLED = N_("New conversation")
_ASKING = re.compile(
    r"^(?:(?:please|hey|hi|hello|can you|could you|would you|i want you to|i want|i would like|i'd like)[ ,]+)*"
    r"(?:create|draw|paint|generate|make(?= me| us| an? | some)|give me|show me)(?! (?:it|this|that)\b)(?: me| us)?\b"
    r"(?: (?:an?|the|some))?(?: (?:picture|image|photo|painting)s?(?: of)?)?(?: (?:an?|the|some))? "
    r"|^(?:(?:hãy|xin|vui lòng|giúp tôi|tôi muốn)[ ,]+)*(?:vẽ|tạo)(?! (?:lại|thêm)\b)(?: (?:cho|giúp) (?:tôi|mình|em|anh))?"
    r"(?: (?:một|1))?(?: (?:bức tranh|bức ảnh|bức hình|tấm ảnh|hình ảnh|tranh|ảnh|hình))?(?: về)?(?: một)? ",
    re.IGNORECASE,
)


def title(content: str) -> str:
    """The title of a conversation: one line of at most MAX_TITLE characters, never empty."""
    line = " ".join("".join(char if char.isprintable() else " " for char in content).split())
    line = _ASKING.sub("", line).strip(" .,;:!\"'")
    if len(line) > MAX_TITLE:
        start = line[: MAX_TITLE - 1]
        space = start.rfind(" ")
        line = (start[:space] if space > MAX_TITLE // 2 else start).rstrip(" ,;:.") + "…"
    if not any(char.isalnum() for char in line):
        return _(UNTITLED)
    return (line[0].upper() + line[1:])[:MAX_TITLE]  # "ß" becomes "SS"


def choose_size(width: int | None, height: int | None, said: Size | None = None) -> Size:
    """The sides that the person chose; a missing one follows from the proportions of `said`."""
    usual = said or USUAL_SIZE
    if width and height:
        return width, height
    if width:
        return width, allowed_side(width * usual[1] / usual[0])
    return (allowed_side(height * usual[0] / usual[1]), height) if height else usual


def allowed_side(pixels: float) -> int:
    return min(max(round(pixels), MIN_SIDE), MAX_SIDE)
