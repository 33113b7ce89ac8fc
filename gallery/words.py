"""The words by which a picture is found: lower case, without accents, the same for what is stored and for a search.

PostgreSQL's `unaccent` would leave accents that stand apart from their letter, as macOS writes Vietnamese.
"""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart.
PLAIN = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
MAX_WORDS = 16  # of a search


def fold(text: str) -> str:
    """ "Hạ Long, Đảo" is "ha long dao"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(WORD.findall(letters.translate(PLAIN)))


def of_picture(title: str, request: str, prompt: str) -> str:
    """Three lines, from what counts most to what counts least."""
    return "\n".join(map(fold, (title, request, prompt)))


def searched(text: str) -> list[str]:
    """The words to look for; of the last one its beginning is enough."""
    return fold(text).split()[:MAX_WORDS]
