"""How a line of the log is written, whoever says it."""

import logging
from types import TracebackType
from typing import Any

# C0, DEL, C1, and what Unicode calls line and paragraph separators; a tab is no harm.
ESCAPED = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\t"} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
ESCAPED_BUT_NEWLINES = {code: text for code, text in ESCAPED.items() if chr(code) != "\n"}
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """What somebody sent (a path, a name, a header) never begins a line, whatever it holds: a line is one record's. The lines
    of a traceback are shifted to the right, for an error may quote it too."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(ESCAPED)

    def formatException(self, ei: Raised | Any) -> str:
        lines = super().formatException(ei).translate(ESCAPED_BUT_NEWLINES).split("\n")
        return "\n".join(line if not line or line.startswith("Traceback (") else f"  {line}" for line in lines)
