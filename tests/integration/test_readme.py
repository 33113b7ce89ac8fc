"""What README.md says is true: its settings are the ones that are read, its example runs as it stands."""

import os
import re
import subprocess
from pathlib import Path

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.studio import Studio

README = (settings.BASE_DIR / "README.md").read_text()
SETTINGS = (settings.BASE_DIR / "project" / "settings.py").read_text()


def section(title: str) -> str:
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_setting_is_in_the_table_and_the_table_names_no_other() -> None:
    read = set(re.findall(r'env\.\w+\("(\w+)"', SETTINGS))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", section("Settings"), re.MULTILINE))
    assert table == read


def test_the_defaults_in_the_table_are_the_real_ones() -> None:
    for name, default in re.findall(r'env\.(?:int|float)\("(\w+)", ([\d.]+)\)', SETTINGS):
        assert f"| `{name}` | {default} |" in README


def test_the_example_with_curl_runs_as_it_stands(studio: Studio, tmp_path: Path) -> None:
    script = re.findall(r"```bash\n(.*?)```", section("Use it from a program"), re.DOTALL)[0]
    script = script.replace("http://127.0.0.1:9999", studio.url)
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True, timeout=60, env=os.environ)
    assert (tmp_path / "sunset.jpg").read_bytes().startswith(b"\xff\xd8")


def test_every_picture_and_file_it_names_is_there() -> None:
    for path in re.findall(r"\]\((docs/[^)]+)\)", README):
        assert (settings.BASE_DIR / path).is_file(), path
    for path in re.findall(r"`((?:project|chat|pipeline|gallery|tests)/[\w/.]*)`", README):
        assert (settings.BASE_DIR / path).exists(), path


def test_every_path_it_names_is_routed() -> None:
    routes = " ".join(_routes(get_resolver().url_patterns))
    for path in re.findall(
        r"`(?:GET |POST )?/((?:v1|api|swagger|redoc|openapi|asyncapi|healthz|readyz|metrics)[\w/.]*)", README
    ):
        assert path.rstrip("/") in routes, path


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        found += _routes(pattern.url_patterns, path) if isinstance(pattern, URLResolver) else [path]
    return found
