import logging
from types import TracebackType
from typing import Any

# C0, DEL, C1, and Unicode's line and paragraph separators; tabs are harmless.
ESCAPED = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\t"} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
ESCAPED_BUT_NEWLINES = {code: text for code, text in ESCAPED.items() if chr(code) != "\n"}
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """One line a record, whatever a client sent. Tracebacks, which may quote a client too, are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(ESCAPED)

    def formatException(self, ei: Raised | Any) -> str:
        lines = super().formatException(ei).translate(ESCAPED_BUT_NEWLINES).split("\n")
        return "\n".join(line if not line or line.startswith("Traceback (") else f"  {line}" for line in lines)
