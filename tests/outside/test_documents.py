"""Linters and parsers of other people find nothing in the documents, but for what the rules here excuse, with a reason."""

from pathlib import Path

import pytest

from tests.outside.conftest import HERE, Run


def test_redocly_finds_nothing(run: Run, node_tools: Path, documents: Path) -> None:
    run(
        node_tools / "node_modules/.bin/redocly", "lint", "--config", HERE / "redocly.yaml", documents / "openapi.json",
        documents / "asyncapi.json",
    )  # fmt: skip


@pytest.mark.parametrize("document", ["openapi.json", "asyncapi.json"])
def test_spectral_finds_nothing(run: Run, node_tools: Path, documents: Path, document: str) -> None:
    ruled = ("--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint")
    run(node_tools / "node_modules/.bin/spectral", "lint", *ruled, documents / document)


def test_the_parser_of_asyncapi_finds_nothing(run: Run, node_tools: Path, documents: Path) -> None:
    program = node_tools / "parse.mjs"  # it finds its packages from where it lies
    program.write_text((HERE / "parse.mjs").read_text())
    run("node", program, documents / "asyncapi.json")
