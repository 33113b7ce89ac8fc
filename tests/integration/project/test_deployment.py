"""What an operator starts from: the files say what the code says, as far as it can be known without Docker."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from project import addresses
from tests.integration.project.test_readme import READ, SETTINGS_PAGE
from tests.support.studio import running

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
EXAMPLE = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
OF_COMPOSE = {"POSTGRES_PASSWORD", "STUDIO_PORT"}
OURS = ("web", "worker", "prepare")
DIGEST = "@sha256:[0-9a-f]{64}"


def test_the_example_has_every_setting_and_no_other() -> None:
    assert set(EXAMPLE) - OF_COMPOSE == READ


def test_the_example_has_the_defaults_that_the_settings_page_has() -> None:
    for name, value in EXAMPLE.items():
        if value and name not in OF_COMPOSE:
            row = next(line for line in SETTINGS_PAGE.splitlines() if line.startswith(f"| `{name}` |"))
            assert row.split("|")[2].strip(" `") == value, name


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code: without STUDIO_DATA the data folder is inside it, and ours is not to be written to."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("project", "chat", "pipeline", "gallery"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / "static").mkdir()
    return copy


SHOW = """
from pathlib import Path
from project import settings
print({name: str(value) for name, value in vars(settings).items() if isinstance(value, str | int | float | list | Path)})
"""


def run_with(made: dict[str, str], checkout: Path, folder: Path, *arguments: str) -> str:
    """What a process in that folder prints that knows nothing of the tests' own settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(checkout), **made}
    command = [sys.executable, *arguments]
    said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_example_as_it_stands_starts(checkout: Path, tmp_path: Path) -> None:
    run_with(EXAMPLE, checkout, tmp_path, str(checkout / "manage.py"), "check")
    assert (checkout / ".studio" / "secret_key").exists()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_setting_counts_as_not_set(checkout: Path, tmp_path: Path) -> None:
    empty = dict.fromkeys(EXAMPLE, "")
    assert run_with(empty, checkout, tmp_path, "-c", SHOW) == run_with({}, checkout, tmp_path, "-c", SHOW)


def test_production_settings_pass_the_deployment_checks() -> None:
    production = {"STUDIO_HTTPS": "on", "STUDIO_HOSTS": "studio.example.org", "SECRET_KEY": os.urandom(32).hex()}
    check = [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    said = subprocess.run(check, cwd=ROOT, env={**os.environ, **production}, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "no issues (0 silenced)" in said.stdout


def test_the_image_is_of_a_fixed_base_without_the_embedded_servers_and_runs_as_nobody_special() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(rf"python:3\.\d+\.\d+-slim-\w+{DIGEST}", bases[0])
    (sync,) = re.findall(r"^RUN (uv sync.*)$", DOCKERFILE, re.MULTILINE)
    assert "--frozen" in sync
    assert "--no-dev" in sync
    assert "extra" not in sync
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\w+)$", last, re.MULTILINE) == ["studio"]
    assert last.index("\nUSER ") < last.index("\nCMD ")


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sources = [
        name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    ]
    assert {"project", "chat", "pipeline", "gallery", "static", "manage.py", "uv.lock"} < set(sources)
    assert all((ROOT / name).exists() and f"!{name}" in ignored for name in sources)
    assert ignored[0] == "*"


def test_the_health_check_is_answered_whatever_the_names_are_and_fails_where_nothing_is(prepared: None) -> None:
    (command,) = re.findall(r"HEALTHCHECK .*? CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE)
    _, *arguments = json.loads(command)
    with running(workers=0, STUDIO_HOSTS="studio.example.org,.example.com") as studio:
        arguments[1] = arguments[1].replace(":9999", f":{studio.port}")
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        arguments[1] = arguments[1].replace("/healthz", "/nothing")
        assert subprocess.run([sys.executable, *arguments], capture_output=True).returncode != 0


def test_there_are_two_web_processes_and_two_workers_behind_nginx() -> None:
    services = COMPOSE["services"]
    assert [services[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    assert [name for name in services if "ports" in services[name]] == ["nginx"]
    assert "./docs/nginx.conf:/etc/nginx/nginx.conf:ro" in services["nginx"]["volumes"]
    assert "set $studio http://web:9999;" in (ROOT / "docs" / "nginx.conf").read_text()
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_every_part_has_good_addresses_of_stores_that_are_there() -> None:
    for name in OURS:
        environment = COMPOSE["services"][name]["environment"]
        for variable in addresses.SCHEMES:
            url = re.sub(r"\$\{[^}]*\}", "secret", environment[variable])
            addresses.check(variable, url)
            assert addresses.host_of(url).partition(":")[0] in COMPOSE["services"]


def test_only_what_has_to_leave_the_inside_can() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("mongo", "postgres", "valkey"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
    assert COMPOSE["services"]["nginx"]["networks"] == ["outside"]


def test_every_image_is_fixed_by_digest_and_every_command_exists() -> None:
    for service in COMPOSE["services"].values():
        assert re.fullmatch(rf"[a-z/]+:\d+\.[\d.]+\d{DIGEST}", service["image"]) or "build" in service
    for name in ("worker", "prepare"):
        python, manage, command = COMPOSE["services"][name]["command"]
        assert (python, manage) == ("python", "manage.py")
        assert command in get_commands()
    (web,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)
    assert ast.literal_eval(web)[:3] == ["python", "-m", "project.daphne"]


def test_a_worker_is_not_killed_while_it_hands_back() -> None:
    from pipeline.worker.process import STOP_WITHIN_S

    assert int(COMPOSE["services"]["worker"]["stop_grace_period"].removesuffix("s")) > STOP_WITHIN_S
