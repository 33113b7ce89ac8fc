"""Finds what looks like a sentence for people and is not marked for translation. A heuristic that rather reports too much."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from gallery import errors

ERRORS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.StudioError)
}
TRANSLATES = {"_", "N_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
# The texts of these are for operators and developers, who read English.
FOR_OPERATORS = {
    "ImproperlyConfigured", "CommandError", "RuntimeError", "ValueError", "TypeError", "KeyError", "AssertionError",
    "SystemExit", "debug", "info", "warning", "error", "exception", "Field", "add_argument", "compile", "Counter",
    "Histogram", "Gauge", "GaugeMetricFamily", "CounterMetricFamily", "Header", "Query", "Path",
}  # fmt: skip
# Parts of the API's documents, which are in English.
DOCUMENTED = {"summary", "help", "epilog", "response_description"}
SENTENCE = re.compile(r"^[A-Z“‘][^\n]*[^\W\d_]{2,} [^\n]*[.!?…:]$|^[A-Z][a-z]+(?:'s)? [a-z]+(?: [\w’']+)*$")


def in_python(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    yield from _bare(tree, _docstrings(tree))


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    return {
        statement.value
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }


def _bare(node: ast.AST, skipped: set[ast.AST]) -> Iterator[str]:
    if node in skipped or (isinstance(node, ast.Call) and _name(node.func) in TRANSLATES | FOR_OPERATORS):
        return
    if isinstance(node, ast.keyword) and node.arg in DOCUMENTED:
        return
    if isinstance(node, ast.Call) and _name(node.func) in ERRORS and node.args and (text := _text(node.args[0])):
        yield text
        return
    text = _text(node)
    if text is None:
        for child in ast.iter_child_nodes(node):
            yield from _bare(child, skipped)
    elif SENTENCE.match(text):
        yield text


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


class _Page(HTMLParser):
    SPOKEN = ("alt", "title", "aria-label", "placeholder", "value")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("script", "style", "code")
        described = ("name", "description") in attributes
        spoken = [value for name, value in attributes if name in self.SPOKEN or (described and name == "content")]
        if tag in ("option", "button"):  # shown as text
            spoken = [value for name, value in attributes if name in self.SPOKEN and name != "value"]
        self.found += [value for value in spoken if value]

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def in_template(text: str) -> Iterator[str]:
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}|{% comment.*?{% endcomment %}", "", text, flags=re.S)
    page = _Page()
    page.feed(re.sub(r"{[{%#].*?[}%#]}", " ", text, flags=re.S))
    for found in page.found:
        if re.search(r"[^\W\d_]{2}", found.replace("AI Photo Studio", "")):
            yield " ".join(found.split())


WORDS = re.compile(r"^[A-Z][a-z]+(?:$|[ ,.!?:…’'])|[a-z’']{2,}[,;:]? (?:{\w*}|[a-z“]{1,}\b)(?![-=(\[])")


def in_script(text: str) -> Iterator[str]:
    for literal, before in _literals(text):
        if WORDS.search(literal) and not re.search(
            r"(?:\b(?:t|plural|querySelector(?:All)?|closest|matches|matchMedia|Error)\(|plural\([^;]*, )$", before
        ):
            yield literal


def _literals(text: str) -> Iterator[tuple[str, str]]:
    """Each string, with `{}` for the values of a template literal, and the code before it on its line."""
    at, before = 0, ""
    while at < len(text):
        if match := re.compile(r"//[^\n]*|/\*.*?\*/", re.S).match(text, at):
            at = match.end()
        elif text[at] == "/" and re.search(r"[(,=:\[!&|?{};\n]\s*$|^\s*$|return $", before):
            at = _end_of_pattern(text, at)
            before += "/"
        elif text[at] in "\"'`":
            end, parts, inner = _string(text, at)
            yield "{}".join(parts), before
            for each in inner:
                yield from _literals(each)
            before, at = before + text[at:end], end
        else:
            before = "" if text[at] == "\n" and not before.rstrip().endswith(("(", ",")) else before + text[at]
            at += 1


def _end_of_pattern(text: str, at: int) -> int:
    match = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n\[])+/\w*").match(text, at)
    return match.end() if match else at + 1


def _string(text: str, at: int) -> tuple[int, list[str], list[str]]:
    """Its end, its parts, and the code between them."""
    quote, at = text[at], at + 1
    parts, inner = [""], list[str]()
    while text[at] != quote:
        if text[at] == "\\":
            parts[-1] += text[at + 1]
            at += 2
        elif quote == "`" and text.startswith("${", at):
            end = _end_of_code(text, at + 2)
            inner.append(text[at + 2 : end])
            parts.append("")
            at = end + 1
        else:
            parts[-1] += text[at]
            at += 1
    return at + 1, parts, inner


def _end_of_code(text: str, at: int) -> int:
    depth = 0
    while depth or text[at] != "}":
        if text[at] in "\"'`":
            at = _string(text, at)[0]
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
