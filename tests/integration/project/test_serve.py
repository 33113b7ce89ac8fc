import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from django.conf import settings

from tests.support.fakes.cloudinary import BAD_KEY, SECRET, Cloudinary, always, fake_cloudinary
from tests.support.fakes.server import NEVER
from tests.support.serving import HANGS_S, ROOT, Serving, eventually, free_port, processes, refused, serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One start, for whatever leaves it as it was, or is to bring it back there; in a deep folder with spaces and commas."""
    folder = tmp_path_factory.mktemp("serve") / "a, b 'c' \"d\" é" / ("deep" * 20) / ("deeper" * 20)
    folder.mkdir(parents=True)
    with serving(folder, "--workers", "1") as server:
        yield server


@pytest.fixture(scope="module")
def again(shared: Serving) -> Iterator[Serving]:
    """The next start in a folder whose servers were killed with all that ran there."""
    os.kill(shared.process.pid, signal.SIGKILL)
    shared.process.wait()
    eventually(lambda: not processes(shared.folder))
    with serving(shared.folder, "--workers", "1") as server:
        yield server


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, stores: None, postgres: str) -> Iterator[Serving]:
    """All its servers are somebody else's, and Cloudinary never answers."""
    urls = {"MONGO_URI": settings.MONGO_URI, "REDIS_URL": settings.REDIS_URL, "DATABASE_URL": postgres}
    with fake_cloudinary() as cloudinary:
        cloudinary.fail = always(NEVER)
        configured = {**urls, "CLOUDINARY_URL": cloudinary.url}
        with serving(tmp_path_factory.mktemp("serve") / "data", "--workers", "0", environment=configured) as server:
            yield server


def test_it_answers_and_says_what_runs_where(shared: Serving) -> None:
    assert shared.get("healthz") == 200
    words = shared.printed()
    assert shared.address in words
    assert "on this machine" in words
    assert "make moderator NAME=" in words
    assert str(shared.folder) in words
    assert words.count("embedded") == 3


def test_a_deep_folder_with_spaces_and_commas_works(shared: Serving) -> None:
    assert {" ", ",", "é"} < {*str(shared.folder)}
    assert len(str(shared.folder)) > 200
    assert shared.get("healthz") == 200
    eventually(lambda: bool(processes(shared.folder, "run_huey")))


def test_a_second_start_in_the_same_folder_says_so(shared: Serving) -> None:
    assert refused(shared.folder) == (
        f"AI Photo Studio is already running in this folder (process {shared.process.pid}, {shared.address})."
    )
    assert shared.get("healthz") == 200


def test_a_killed_worker_is_started_again_and_said_so(shared: Serving) -> None:
    eventually(lambda: len(processes(shared.folder, "run_huey")) == 1)
    killed = _kill(shared, "run_huey")
    eventually(lambda: "Worker 1 ended (killed by SIGKILL); starting it again in 0.5 s." in shared.printed())
    eventually(lambda: processes(shared.folder, "run_huey") not in ([], [killed]))


@pytest.mark.parametrize(
    ("name", "part"), [("mongod", "mongod"), ("Valkey", "valkey-server"), ("The web server", "daphne")]
)
def test_every_child_that_dies_is_started_again(shared: Serving, name: str, part: str) -> None:
    killed = _kill(shared, part)
    eventually(lambda: f"{name} ended (killed by SIGKILL)" in shared.printed())
    eventually(lambda: processes(shared.folder, part) not in ([], [killed]))


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refused(tmp_path / "data", port=port) == (
            f"Port {port} on 127.0.0.1 is taken by another program: choose another with --port."
        )
    assert not (tmp_path / "data" / "mongo").exists()


def test_an_unknown_host_is_one_sentence(tmp_path: Path) -> None:
    assert "Nothing can listen on no.such.host.invalid" in refused(tmp_path / "data", "--host", "no.such.host.invalid")


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    assert "STUDIO_LEASE_S" in refused(tmp_path / "data", environment={"STUDIO_LEASE_S": "soon"})


@pytest.mark.parametrize("url", ["https://271:hunter2@cloud", "cloudinary://271:hunter2@cloud?api_proxy=x"])
def test_a_wrong_account_is_one_sentence_without_the_secret(tmp_path: Path, url: str) -> None:
    sentence = refused(tmp_path / "data", environment={"CLOUDINARY_URL": url})
    assert "CLOUDINARY_URL cannot be used: " in sentence
    assert "hunter2" not in sentence


def test_a_key_that_cloudinary_refuses_is_one_sentence(tmp_path: Path, cloudinary: Cloudinary) -> None:
    cloudinary.fail = always(BAD_KEY)
    sentence = refused(tmp_path / "data", environment={"CLOUDINARY_URL": cloudinary.url})
    assert sentence.startswith("CLOUDINARY_URL is set, but Cloudinary at 127.0.0.1:")
    assert SECRET not in sentence


def test_an_outage_of_cloudinary_stops_no_start(elsewhere: Serving) -> None:
    assert elsewhere.get("readyz") == 200
    assert "action=cloudinary_unreachable" in elsewhere.printed()
    assert SECRET not in elsewhere.printed()


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("MONGO_URI", "mongodb://person:hunter2@127.0.0.1:{port}/studio"),
        ("REDIS_URL", "redis://:hunter2@127.0.0.1:{port}/0"),
        ("DATABASE_URL", "postgres://person:hunter2@127.0.0.1:{port}/studio"),
    ],
)
def test_a_configured_server_out_of_reach_is_one_sentence_without_the_password(
    tmp_path: Path, variable: str, url: str
) -> None:
    port = free_port()
    sentence = refused(tmp_path / "data", environment={variable: url.format(port=port)})
    assert sentence.startswith(f"{variable} is set, but ")
    assert f" at 127.0.0.1:{port} " in sentence
    assert "hunter2" not in sentence
    assert processes(tmp_path / "data") == []


def test_configured_servers_get_no_child(elsewhere: Serving) -> None:
    assert elsewhere.get("healthz") == 200
    assert not processes(elsewhere.folder, "mongod")
    assert not processes(elsewhere.folder, "valkey-server")
    assert not processes(elsewhere.folder, "run_huey")  # for none was asked for
    assert elsewhere.printed().count("configured, at ") == 3
    assert not (elsewhere.folder / "studio.sqlite3").exists()


def test_kill_9_leaves_no_child_and_the_next_start_works(again: Serving) -> None:
    assert again.get("healthz") == 200


def test_sigterm_leaves_no_child_and_no_socket(again: Serving) -> None:
    eventually(lambda: len(processes(again.folder)) == 5)  # itself, mongod, Valkey, web, worker
    assert again.stop() == 0
    assert processes(again.folder) == []
    assert '"exitCode":0' in (again.folder / "mongo" / "log").read_text().splitlines()[-1]


def _kill(server: Serving, part: str) -> int:
    (process,) = (found for found in processes(server.folder, part) if found != server.process.pid)
    os.kill(process, signal.SIGKILL)
    return process


def test_the_page_loads_hashed_and_compressed_files_that_a_browser_keeps(elsewhere: Serving) -> None:
    with httpx.Client(base_url=elsewhere.address, verify=False, timeout=HANGS_S) as client:
        page = client.get("/").text
        named = re.findall(r'(?:href|src)="(/static/studio/[^"]+)"', page)
        modules = [name for name in named if name.endswith(".js")]
        assert len(modules) > 20
        for name in named:
            assert re.search(r"\.[0-9a-f]{12}\.(js|css|svg|png|webp)$", name), name
            answer = client.get(name, headers={"Accept-Encoding": "br"})
            assert answer.headers["Cache-Control"].endswith("immutable"), name
            assert answer.status_code == 200
        sizes = {kind: _length(client, modules[-1], kind) for kind in ("br", "gzip", "identity")}
    assert sizes["br"] < sizes["gzip"] < sizes["identity"]


def _length(client: httpx.Client, name: str, encoding: str) -> int:
    return int(client.get(name, headers={"Accept-Encoding": encoding}).headers["Content-Length"])


def test_what_a_module_imports_is_preloaded_under_the_name_that_it_is_imported_by(elsewhere: Serving) -> None:
    with httpx.Client(base_url=elsewhere.address, verify=False, timeout=HANGS_S) as client:
        page = client.get("/").text
        preloaded = set(re.findall(r'modulepreload" href="([^"]+)"', page))
        imported = {
            urljoin(name, relative)
            for name in preloaded
            for relative in re.findall(r"""^import\b[^"']*["']([^"']+)["']""", client.get(name).text, re.MULTILINE)
        }
    assert imported
    assert imported <= preloaded
    assert not any(
        name in url for url in preloaded for name in ("viewer", "photo-editor", "mask-brush")
    )  # once asked for


def test_after_a_change_of_a_file_it_and_who_imports_it_have_new_names(tmp_path: Path) -> None:
    for name in ("project", "chat", "pipeline", "gallery", "static", "manage.py"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    before = _built(tmp_path)
    assert _built(tmp_path) == before
    with (tmp_path / "static/studio/ui/dom.js").open("a") as file:
        file.write("// changed\n")
    after = _built(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert {"studio/ui/dom.js", "studio/chat/main.js"} <= changed
    assert "studio/ui/base.css" not in changed


def _built(checkout: Path) -> dict[str, str]:
    """The names of the page's files, as this checkout makes them."""
    data = checkout / "data"
    command = [sys.executable, str(checkout / "manage.py"), "build_static"]
    subprocess.run(command, check=True, env={**os.environ, "STUDIO_DATA": str(data)})
    found: dict[str, str] = json.loads((data / "static" / "staticfiles.json").read_text())["paths"]
    return found
