import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from pytest_django import Settings
from redis import Redis

from project.serve import children, embedded
from project.serve.children import CannotStart, Child, Rank
from tests.conftest import Documents
from tests.support.serving import HANGS_S


def test_the_stores_answer_and_keep_data_in_the_data_folder(mongo: Documents, valkey: "Redis") -> None:
    mongo["things"].insert_one({"_id": 1})
    assert mongo["things"].find_one() == {"_id": 1}
    assert valkey.config_get("dir") == {"dir": str(settings.DATA_DIR / "valkey")}
    assert (settings.DATA_DIR / "mongo" / "WiredTiger").exists()


def test_only_we_may_use_the_sockets(stores: None) -> None:
    assert settings.RUN_DIR.stat().st_mode & 0o777 == 0o700


def test_a_setting_replaces_the_child(settings: Settings) -> None:
    settings.EMBEDDED = {"mongod": False, "valkey": True}
    assert [store.child.name for store in embedded.stores()] == ["Valkey"]


def test_sockets_in_a_link_of_somebody_else_are_refused(settings: Settings, tmp_path: Path) -> None:
    settings.RUN_DIR = tmp_path / "run"
    settings.RUN_DIR.symlink_to(tmp_path)
    with pytest.raises(CannotStart, match="not a folder of yours"):
        embedded.stores()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_sockets_in_a_folder_of_somebody_else_are_refused(settings: Settings, tmp_path: Path) -> None:
    settings.RUN_DIR = tmp_path / "run"
    settings.RUN_DIR.mkdir()
    os.chown(settings.RUN_DIR, 65534, 65534)
    with pytest.raises(CannotStart, match="not a folder of yours"):
        embedded.stores()


def test_a_missing_library_is_named_with_the_line_that_installs_it(
    own_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libcurl.so.4").write_bytes(b"no library")  # the loader complains as it does about a missing one
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    sentence = _refusal_of_mongod()
    assert "libcurl.so.4" in sentence
    assert sentence.endswith("apt-get install libcurl4")
    assert "\n" not in sentence


def test_no_mongod_anywhere_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "_in_wheel", lambda package, pattern: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match=r"No mongod was found: .*MONGO_URI"):
        embedded.find_mongod()
    with pytest.raises(CannotStart, match=r"No Valkey was found: .*REDIS_URL"):
        embedded.find_valkey()


def test_a_server_on_path_is_found_without_its_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "redis-server").symlink_to(embedded.find_valkey())
    monkeypatch.setattr(embedded, "_in_wheel", lambda package, pattern: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded.find_valkey() == tmp_path / "redis-server"


def test_a_store_that_ends_shows_the_end_of_its_log(own_data: None) -> None:
    (settings.DATA_DIR / "mongo").mkdir()
    (settings.DATA_DIR / "mongo" / "storage.bson").write_text("not a word of BSON")
    sentence = _refusal_of_mongod()
    assert sentence.startswith("mongod ended before it answered (exit status ")
    assert str(settings.DATA_DIR / "mongo" / "log") in sentence
    assert "Unable to read the storage engine metadata file" in sentence


def test_a_store_that_stays_silent_is_given_up(own_data: None) -> None:
    store = embedded.stores()[1]
    silent = embedded.Store(Child("Valkey", Rank.STORE, ["/bin/sleep", "60"]), store.socket, store.ping, store.log)
    silent.child.start()
    try:
        with pytest.raises(CannotStart, match=r"Valkey does not answer after 0.2 s"):
            embedded.wait_until_ready(silent, within=0.2)
    finally:
        children.stop([silent.child])


def test_stores_start_again_after_everything_was_killed(own_data: None) -> None:
    for _ in range(2):
        stores = embedded.stores()
        for store in stores:
            store.child.start()
        for store in stores:
            embedded.wait_until_ready(store)
        for store in stores:
            assert store.child.process
            store.child.process.kill()  # leaves sockets and mongod's lock behind
            store.child.process.wait()
        assert settings.MONGO_SOCKET.exists()
    embedded.remove_run_dir()


def _refusal_of_mongod() -> str:
    mongod = embedded.stores()[0]
    mongod.child.start()
    try:
        with pytest.raises(CannotStart) as refusal:
            embedded.wait_until_ready(mongod, within=HANGS_S)
    finally:
        children.stop([mongod.child])
    return str(refusal.value)


@pytest.fixture
def own_data(settings: Settings, tmp_path: Path) -> None:
    """A data folder apart from the other tests' stores."""
    run = Path(f"/tmp/studio-test-run-{os.getpid()}")
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.RUN_DIR = run
    settings.MONGO_SOCKET = run / "m.sock"
    settings.VALKEY_SOCKET = run / "v.sock"
    settings.MONGO_URI = f"mongodb://{quote(str(settings.MONGO_SOCKET), safe='')}/studio"
