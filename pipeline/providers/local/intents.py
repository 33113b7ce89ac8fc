"""The words by which the offline provider tells one wish from another. To teach it another way to ask, add it here."""

import re

from pipeline.providers.base import Intent
from pipeline.providers.local import words
from pipeline.providers.local.lexicon import match
from pipeline.providers.local.phrases import IT, TURN, either, spoken
from pipeline.providers.local.tool_words import names_only_style, style_of
from pipeline.providers.local.wording import clauses, parse

# What can be seen in a picture
PAINTED = words.TIMES.keys() | words.SKY.keys() | words.WEATHER.keys() | words.LAND.keys()
CREATES = spoken(
    "(?:create|draw|paint|generate|imagine)|make (?:me |us )?(?:an?|some|another)|(?:give|show) me (?:an?|some|another)"
    "|vẽ|tạo|^(?:ve|tao)",
    "vẽ cho, vẽ một, tạo một, tạo ảnh, tạo hình, hãy vẽ, hãy tạo",
)
OF_IT = spoken(f"(?:version|copy) of {IT}", "bản khác của")  # "create a darker version of it" is an edit
SAYS_IT = spoken(IT, "nó, ảnh này, hình này, tấm này, bức này, ảnh")
GREETS = spoken(
    "hi|hello|hey|thanks|thank you|bye|good (?:morning|afternoon|evening|night|day)"
    "|have an? (?:nice|good|great|lovely) (?:day|night|evening|morning|afternoon)",
    "xin chào, chào, chào buổi sáng, chào buổi tối, chào buổi chiều, chào bạn, cảm ơn, cám ơn, tạm biệt",
)
ASKS = spoken(
    r"^(?:who|what(?! about)|why|how(?! about)|when|where|which|do you|did you|are you"
    r"|is (?:it|this|that|there)|can you (?:help|do)|help)",
    "là gì, là ai, tại sao, thế nào, làm được gì, làm gì, bao nhiêu, ở đâu, khi nào",
)
ONE_PART = spoken("background|foreground", "phông nền, nền ảnh, nền phía sau, hậu cảnh")
# The first begin a change of the last picture; the second may, if they name no other land.
CHANGES = spoken(
    r"^(?:please |(?:can|could) you )?(?:now|and|but|with|without|add|make|turn|change|replace|swap|place|move|fill|put|let|set"
    r"|give it|more|less|no|same)|instead"
    rf"|^{either('thêm, với, bây giờ, giờ thì, làm, biến, đổi, thay, chuyển, cho, nhưng')}|{TURN}",
    "thay vì, thay vào đó, thay bằng",
)
MAY_CHANGE = re.compile(rf"^(?:at|in|on|under|during|as|by|{either('vào, lúc, ban')})\b")

REDRAWS = spoken(f"(?:draw|paint|render|create) {IT}", "vẽ lại")  # the picture that is there, not a new one
# With the name of a style, and nothing to be seen in a picture: the style of the picture that is there.
_RESTYLES = spoken(
    rf"{TURN}|(?:in|as|into|to|like) (?:an? )?|style|styli[sz]e|restyle|convert|apply|effect|filter|version|drawing|painting",
    "phong cách, tranh, chuyển, biến, thành, kiểu, vẽ lại, hiệu ứng",
)

# Between the order and "background" only words that say which or what kind; "the car in the background" is a car.
_QUALITIES = r"(?:(?!(?:in|from|of|behind|at|on|to|with|and|or|but|except)\b)[\w'\u2019-]+ ){0,3}"
_SHOWN = r"(?:noise|grain|people|person|objects?|things?|clutter|text|blur)\b"
# As far as the next wish, what is not to be done. "Why don't you …" asks for it.
_DONT = re.compile(
    r"\b(?:(?<!why )(?:do not|don['\u2019]?t|never)"
    rf"|{either('đừng, không cần, không xóa, không xoá, không tách, không bỏ')})\b"
    rf"(?:(?!\b(?:but|{either('nhưng, mà')})\b).)*"
)

_WISHES = {
    Intent.ENHANCE: spoken(
        "enhance|upscale|restore|retouch|(?:improve|better)(?: the| this| its)?(?: (?:picture|image|photo|quality|it))*"
        r"|(?:higher|better|more) (?:quality|resolution)|de-?nois\w*|super ?resolution"
        "|(?:remove|reduce|less|without|clean(?: up)?|get rid of)(?: the| this| background)* (?:noise|grain)",
        "cải thiện, nâng cao, tăng chất lượng, nâng chất lượng, làm đẹp, phục hồi, phục chế, khử nhiễu, giảm nhiễu, xóa nhiễu, "
        "xoá nhiễu, tăng độ phân giải",
    ),
    Intent.REMOVE_BACKGROUND: spoken(
        rf"(?:remove|erase|delete|clear|cut out|take away|get rid of) {_QUALITIES}back ?ground(?! {_SHOWN})"
        r"|(?:cut out|isolate|extract|separate)\b.*\bfrom (?:the |its )?back ?ground|background remov\w*"
        r"|(?:transparent|no) background|without (?:a |the )?background",
        "xóa nền, xoá nền, tách nền, bỏ nền, xóa phông, xoá phông, tách phông",
    ),
    Intent.REMOVE_OBJECT: spoken(
        "remove|erase|delete|get rid of|take out|take away", "xóa, xoá, xóa bỏ, xoá bỏ, loại bỏ, bỏ đi"
    ),
    Intent.STYLE_TRANSFER: spoken(
        rf"in the style of|style transfer|{TURN} (?:like )?(?:an? )?(?:\w+ )?(?:comic|drawing|painting|sketch)"
        r"|(?:cartoon|anime|comic|manga|ghibli|pixar|van gogh|picasso|monet)(?: style)?",
        "theo phong cách, phong cách, chuyển thành tranh, biến thành tranh, hoạt hình",
    ),
}


def wish(text: str) -> Intent | None:
    """The first wish in the text that more than a simple edit has to fulfil."""
    for clause in clauses(text):
        clause = _DONT.sub(" ", clause)
        if not parse(clause):
            for intent, pattern in _WISHES.items():
                if pattern.search(clause):
                    return intent
    return None


def restyles(text: str) -> bool:
    """Does it ask for one of the named styles, and for nothing to be painted? "A lake in watercolour" is a new picture."""
    if style_of(text) is None or any(name in PAINTED for _, name, _ in match(text)):
        return False
    return bool(_RESTYLES.search(text)) or names_only_style(text)
