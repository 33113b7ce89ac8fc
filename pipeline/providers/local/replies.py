"""What the offline provider says to people, in English and Vietnamese. It never pretends to be more than it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.providers.base import STYLES, Intent
from pipeline.providers.local.editor import EDITABLE, EDITABLE_VI
from pipeline.providers.local.edits import MAX_SIDE
from pipeline.providers.local.lexicon import key
from pipeline.providers.local.scene import PAINTABLE, PAINTABLE_VI

MOST_NAMED = 8  # of the words that were left out


@dataclass(frozen=True)
class Say:
    """One sentence in both languages."""

    english: str
    vietnamese: str

    def to(self, text: str) -> str:
        """In the language of the text."""
        return self.vietnamese if is_vietnamese(text) else self.english


PAINT = Say(PAINTABLE, PAINTABLE_VI)
EDIT = Say(
    f"Offline I can make the whole picture {EDITABLE}", f"Khi không có AI, tôi chỉnh được cả bức ảnh: {EDITABLE_VI}"
)
NO_PICTURE = Say(
    "There is no picture to edit yet: attach one, or ask me to paint one first.",
    "Chưa có ảnh nào để chỉnh: hãy đính kèm một ảnh, hoặc nhờ tôi vẽ trước.",
)
NOT_UNDERSTOOD = Say("I found nothing in this that I can do offline.", "Tôi không thấy ở đây điều gì tôi làm được.")
ANEW = Say(
    "Offline I cannot change what a picture shows, so I paint the scene anew with this.",
    "Khi không có AI, tôi không sửa được nội dung ảnh, nên tôi vẽ lại cảnh đó với yêu cầu này.",
)
HELLO = Say("I work offline here, without an AI.", "Ở đây tôi làm việc không có AI.")
WITHIN = Say("Changing what a picture shows needs an AI.", "Thay đổi nội dung của ảnh cần có AI.")
ONE_PART = Say("Changing one part of a picture needs an AI.", "Chỉnh riêng một phần của ảnh cần có AI.")
_KEY = Say(
    "Whoever runs this studio can connect one with the setting GEMINI_API_KEY.",
    "Người vận hành studio này có thể kết nối AI bằng thiết lập GEMINI_API_KEY.",
)
_ASSIGNED = Say(
    "One is connected, but the settings of this studio (STUDIO_PROVIDERS) leave this to the offline tools.",
    "Đã có AI kết nối, nhưng thiết lập của studio (STUDIO_PROVIDERS) giao việc này cho công cụ ngoại tuyến.",
)
NEEDS_AI = {
    Intent.REMOVE_OBJECT: Say(
        "To remove something I have to be shown where it is: paint over it with the brush. Finding it by its name needs an AI.",
        "Để xóa một vật, hãy tô lên nó bằng cọ. Tự tìm vật theo tên cần có AI.",
    ),
    Intent.STYLE_TRANSFER: Say(
        f"Offline I have these styles: {', '.join(STYLES)}. Any other, in your own words, needs an AI.",
        "Khi không có AI, tôi có các phong cách: màu nước, bút chì, sơn dầu, hoạt hình, pixel, sepia, mực tàu, áp phích. "
        "Phong cách khác, tả bằng lời, cần có AI.",
    ),
}
KEEPS_ITS_SIZE = Say(
    f"It keeps its size: offline no side passes {MAX_SIDE:,} pixels.",
    f"Ảnh giữ nguyên cỡ: khi không có AI, không cạnh nào được quá {MAX_SIDE} pixel.",
)
SHRUNK = Say(
    f"It was made smaller: offline no side passes {MAX_SIDE:,} pixels.",
    f"Ảnh đã được thu nhỏ: khi không có AI, không cạnh nào được quá {MAX_SIDE} pixel.",
)
_NEXT = Say("One thing at a time: ask next for {}.", "Mỗi lần một việc: hãy nhờ tiếp {}.")
UNTITLED = Say("New conversation", "Cuộc trò chuyện mới")
_LEFT_OUT = Say("I left out: {}.", "Tôi đã bỏ qua: {}.")

# Letters that are Vietnamese and hardly anything else, and words of those who type without them.
_LETTERS = re.compile("[ăâđôơưạảãàằắẳẵặầấẩẫậẻẽẹềếểễệìỉĩịọỏõòồốổỗộờớởỡợụủũùừứửữựỳỷỹỵ]")
_WORDS = re.compile(r"\b(?:ve|lam|tao|xoay|lat|hon|cho|toi|buc|tranh|anh|mau|phong canh|hoang hon|canh)\b")


def is_vietnamese(text: str) -> bool:
    lowered = key(text)
    return bool(_LETTERS.search(lowered)) or len(_WORDS.findall(lowered)) >= 2


def needs_ai(reason: Say, content: str, ai_is_connected: bool = False) -> str:
    """Why it cannot be done, what would bring it, and what can be done instead."""
    return " ".join(say.to(content) for say in (reason, _hint(ai_is_connected), EDIT))


def lacking(intent: Intent, content: str, ai_is_connected: bool = False) -> str:
    """What a tool would need, and what would bring it."""
    return " ".join(say.to(content) for say in (NEEDS_AI[intent], _hint(ai_is_connected)))


def _hint(ai_is_connected: bool) -> Say:
    return _ASSIGNED if ai_is_connected else _KEY


def later(left: str, content: str) -> str:
    return _NEXT.to(content).format(left)


def able(first: Say, content: str, has_source: bool) -> str:
    """A sentence, then what can be painted, and edited where there is a picture."""
    return " ".join(say.to(content) for say in (first, PAINT, *((EDIT,) if has_source else ())))


def left_out(words: Sequence[str], content: str) -> str | None:
    """Names what a picture does not show, so that nobody looks for it."""
    if not words:
        return None
    named = ", ".join(words[:MOST_NAMED]) + (", …" if len(words) > MOST_NAMED else "")
    return _LEFT_OUT.to(content).format(named)
