"""`make figures`: how readable the code is, counted from its syntax trees, without tests and migrations."""

import argparse
import ast
import io
import re
import statistics
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("project", "chat", "pipeline", "gallery")
UNTYPED = re.compile(r"\bdict\[str, Any\]")
# The functions that take or return a message, from its frame to the event that announces it, before a provider is called; and
# the name that it has in each. Other functions that they call are not counted.
WAY = (
    ("project/daphne/pacing.py", "next_event", "event"),
    ("chat/consumers.py", "receive", "frame"),
    ("chat/protocol.py", "read", "text"),
    ("chat/consumers.py", "message_send", "command"),
    ("chat/services.py", "send", "body"),
    ("chat/services.py", "keep", "message"),
    ("chat/group_commit.py", "insert", "message"),
    ("pipeline/store/followups.py", "schedule", "message"),
    ("pipeline/store/messages.py", "claim", "message"),
    ("pipeline/worker/runner.py", "_take_through", "job"),
    ("pipeline/worker/lease.py", "holding", "job"),
    ("pipeline/worker/runner.py", "run", "lease"),
    ("pipeline/worker/paying.py", "paid_by", "job"),
    ("pipeline/worker/refining.py", "refine", "job"),
    ("pipeline/worker/sources.py", "refine_request", "message"),
    ("pipeline/events.py", "enqueue_change", "message"),
    ("pipeline/events.py", "publish", "event"),
    ("chat/connections.py", "deliver", "event"),
    ("chat/consumers.py", "deliver", "event"),
)


@dataclass(frozen=True)
class Source:
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def sources() -> list[Source]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [Source(path, path.read_text()) for path in paths if "migrations" not in path.parts]


def function_lengths(files: Iterable[Source]) -> list[int]:
    """Lines of each function, its signature and docstring included."""
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for file in files for node in file.functions()]


def imports(files: list[Source]) -> dict[str, set[str]]:
    """Which of our modules imports which, late imports and those for the type checker too."""
    known = {file.module for file in files}
    return {file.module: set(_imported(file.tree)) & known - {file.module} for file in files}


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Modules that import each other, directly or by way of others: one list for each group."""
    reached = {module: _reachable(graph, module) for module in graph}
    found: list[list[str]] = []
    for module in sorted(graph):
        if module in reached[module] and not any(module in circle for circle in found):
            found.append(sorted(other for other in reached[module] if module in reached[other]))
    return found


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph[module])
    return seen


def untyped_signatures(files: list[Source]) -> list[str]:
    """Parameters and results annotated with `dict[str, Any]`, or with an alias of it."""
    return [
        f"{file.path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in files
        for names in [_aliases(file, files)]
        for node in file.functions()
        for annotation in _annotations(node)
        if UNTYPED.search(written := ast.unparse(annotation)) or names & set(re.findall(r"\w+", written))
    ]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    of = node.args
    arguments = [*of.posonlyargs, *of.args, *of.kwonlyargs, *filter(None, (of.vararg, of.kwarg))]
    yield from (argument.annotation for argument in arguments if argument.annotation)
    if node.returns:
        yield node.returns


def _aliases(file: Source, files: list[Source]) -> set[str]:
    """Aliases of `dict[str, Any]` in this file: assigned in it, or imported from the file that assigns them."""
    everywhere = {(other.module, name) for other in files for name in _assigned(other)}
    imported = {
        alias.asname or alias.name
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module, alias.name) in everywhere
    }
    return imported | _assigned(file)


def _assigned(file: Source) -> set[str]:
    return {
        node.targets[0].id
        for node in file.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and UNTYPED.fullmatch(ast.unparse(node.value))
    }


def prose_words(file: Source) -> int:
    """Words of its docstrings and comments."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(file.tree) if isinstance(node, documented)]
    tokens = tokenize.generate_tokens(io.StringIO(file.text).readline)
    texts += [token.string for token in tokens if token.type == tokenize.COMMENT]
    return sum(len(re.findall(r"[\w'’]+", text)) for text in texts)


def way(files: list[Source]) -> tuple[int, int]:
    """How many files and names a message has on its way. Raises ValueError where the code differs from `WAY`."""
    by_path = {str(file.path.relative_to(ROOT)): file for file in files}
    for path, function, name in WAY:
        found = [node for node in by_path[path].functions() if node.name == function]
        if not any(name in _names(node) for node in found):
            raise ValueError(f"{path}: {function} knows no {name}")
    return len({path for path, _, _ in WAY}), len({name for _, _, name in WAY})


def _names(function: ast.AST) -> set[str]:
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(function)
        if isinstance(node, ast.arg | ast.Name)
    }


def table() -> list[tuple[str, str]]:
    files = sources()
    lengths = sorted(function_lengths(files))
    ninetieth = lengths[int(len(lengths) * 0.9)]
    lines = [file.lines for file in files]
    offline = [file for file in files if file.module.startswith("pipeline.providers.offline")]
    return [
        ("files of Python, tests left out", str(len([file for file in files if file.text.strip()]))),
        ("lines of Python", f"{sum(lines):,}"),
        ("lines a file: median / longest", f"{statistics.median(lines):.0f} / {max(lines)}"),
        ("lines a function: median / p90 / longest", f"{statistics.median(lengths):.0f} / {ninetieth} / {lengths[-1]}"),
        ("words of prose in 100 lines", f"{100 * sum(map(prose_words, files)) / sum(lines):.0f}"),
        ("a message's way to a provider: files / names", "{} / {}".format(*way(files))),
        ("circles of imports", str(len(circles(imports(files))))),
        ("`dict[str, Any]` in signatures", str(len(untyped_signatures(files)))),
        ("the offline provider: lines / files", f"{sum(file.lines for file in offline):,} / {len(offline)}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the circles and the untyped signatures")
    lines = [f"{name:45}{value}" for name, value in table()]
    if parser.parse_args().list:
        files = sources()
        lines = [*(" -> ".join(circle) for circle in circles(imports(files))), *untyped_signatures(files), *lines]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
