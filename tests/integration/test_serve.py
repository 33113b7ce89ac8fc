import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Serving, free_port, processes, refused, serving, until
from tests.standins.cloudinary import BAD_KEY, SECRET, Cloudinary, always
from tests.standins.server import NEVER


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One start, for whatever leaves it as it was, or is to bring it back there."""
    with serving(tmp_path_factory.mktemp("serve") / "data", "--workers", "1") as server:
        yield server


def test_it_answers_and_says_what_runs_where(shared: Serving) -> None:
    assert shared.get("healthz") == 200
    words = shared.printed()
    assert shared.address in words
    assert "offline provider, no AI" in words
    assert "make moderator NAME=" in words
    assert str(shared.folder) in words
    assert words.count("embedded") == 3


def test_a_second_start_in_the_same_folder_says_so(shared: Serving) -> None:
    assert refused(shared.folder) == (
        f"AI Photo Studio is already running in this folder (process {shared.process.pid}, {shared.address})."
    )
    assert shared.get("healthz") == 200


def test_sigterm_leaves_no_child_and_no_socket(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--workers", "1") as server:
        assert len(processes(server.folder)) == 5  # itself, mongod, Valkey, web, worker
        assert server.stop() == 0
        assert processes(server.folder) == []
        assert '"exitCode":0' in (server.folder / "mongo" / "log").read_text().splitlines()[-1]


def test_kill_9_leaves_no_child_and_the_next_start_works(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--workers", "1") as server:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        until(lambda: not processes(server.folder))
    with serving(tmp_path / "data", "--workers", "0") as server:
        assert server.get("healthz") == 200


def test_a_killed_worker_is_started_again_and_said_so(shared: Serving) -> None:
    until(lambda: len(processes(shared.folder, "run_huey")) == 1)
    killed = _kill(shared, "run_huey")
    until(lambda: "Worker 1 ended (killed by SIGKILL); starting it again in 0.5 s." in shared.printed())
    until(lambda: processes(shared.folder, "run_huey") not in ([], [killed]))


@pytest.mark.parametrize(
    ("name", "part"), [("mongod", "mongod"), ("Valkey", "valkey-server"), ("The web server", "daphne")]
)
def test_every_child_that_dies_is_started_again(shared: Serving, name: str, part: str) -> None:
    killed = _kill(shared, part)
    until(lambda: f"{name} ended (killed by SIGKILL)" in shared.printed())
    until(lambda: processes(shared.folder, part) not in ([], [killed]))


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


def test_an_outage_of_cloudinary_stops_no_start(tmp_path: Path, cloudinary: Cloudinary) -> None:
    cloudinary.fail = always(NEVER)
    with serving(tmp_path / "data", "--workers", "0", environment={"CLOUDINARY_URL": cloudinary.url}) as server:
        assert server.get("readyz") == 200
        assert "action=cloudinary_unreachable" in server.printed()
        assert SECRET not in server.printed()


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


def test_configured_servers_get_no_child(tmp_path: Path, stores: None, postgres: str) -> None:
    from django.conf import settings

    urls = {"MONGO_URI": settings.MONGO_URI, "REDIS_URL": settings.REDIS_URL, "DATABASE_URL": postgres}
    with serving(tmp_path / "data", "--workers", "0", environment=urls) as server:
        assert server.get("healthz") == 200
        assert not processes(server.folder, "mongod")
        assert not processes(server.folder, "valkey-server")
        assert not processes(server.folder, "run_huey")  # for none was asked for
        assert server.printed().count("configured, at ") == 3
        assert not (server.folder / "studio.sqlite3").exists()


def test_a_deep_folder_with_spaces_and_commas_works(tmp_path: Path) -> None:
    folder = tmp_path / "a, b 'c' \"d\" é" / ("deep" * 20) / ("deeper" * 20)
    folder.mkdir(parents=True)
    with serving(folder, "--workers", "1") as server:
        assert server.get("healthz") == 200
        until(lambda: bool(processes(folder, "run_huey")))


def _kill(server: Serving, part: str) -> int:
    (process,) = (found for found in processes(server.folder, part) if found != server.process.pid)
    os.kill(process, signal.SIGKILL)
    return process
