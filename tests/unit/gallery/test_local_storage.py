"""Pictures as files in a folder: real files, in a temporary one."""

import os
from pathlib import Path

import pytest

from gallery.errors import NotFound, StorageDown
from gallery.storage.base import File, Storage
from gallery.storage.local import LocalStorage

KEY = "0199aaaabbbb70008000000000000001-abcd.png"


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_what_was_put_is_read_again(tmp_path: Path) -> None:
    storage: Storage = LocalStorage(tmp_path / "pictures")
    storage.put(KEY, b"one", "image/png")
    assert storage.open(KEY) == b"one"
    assert storage.sign(KEY, 60) is None


def test_two_that_belong_together_take_three_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file, and the folder that both of them are in."""
    storage, synced = LocalStorage(tmp_path), []
    storage.put(KEY, b"so that there is a folder", "image/png")
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append(handle)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    storage.put_all([File(KEY, b"one", "image/png"), File(f"{KEY[:8]}-thumbnail.webp", b"two", "image/webp")])
    assert len(synced) == 3


def test_putting_it_again_is_the_same(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    for _ in range(2):
        storage.put(KEY, b"one", "image/png")
    assert files(tmp_path) == [KEY]


def test_files_are_spread_over_folders_by_the_head_of_their_key(tmp_path: Path) -> None:
    LocalStorage(tmp_path).put(KEY, b"one", "image/png")
    assert (tmp_path / "0199aa" / KEY).is_file()


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        LocalStorage(tmp_path).open(KEY)


def test_deleting_is_safe_to_repeat_and_sweeps_up_half_written_files(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(KEY, b"one", "image/png")
    (tmp_path / KEY[:6] / f".{KEY}.k3j2").write_bytes(b"half")
    storage.delete(KEY)
    storage.delete(KEY)
    assert files(tmp_path) == []


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(KEY, b"one", "image/png")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageDown):
        storage.put(KEY, b"two", "image/png")
    assert storage.open(KEY) == b"one"
    assert files(tmp_path) == [KEY]


def test_a_folder_that_cannot_be_is_a_storage_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_bytes(b"a file in the way")
    storage = LocalStorage(tmp_path / "pictures")
    for step in (lambda: storage.put(KEY, b"one", "image/png"), lambda: storage.open(KEY), lambda: storage.delete(KEY)):
        with pytest.raises(StorageDown):
            step()


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a/b/c/d/e", ".hidden.png", "UPPER-CASE.png", "nul\0nul.png"])
def test_a_key_that_could_leave_the_folder_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        LocalStorage(tmp_path).put(key, b"one", "image/png")


def test_a_listing_names_what_a_crash_left_half_written_and_nothing_that_is_not_ours(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(KEY, b"one", "image/png")
    (tmp_path / KEY[:6] / f".{KEY.replace('1-', '2-')}.0badcafe").write_bytes(b"tw")
    (tmp_path / KEY[:6] / "Notes of somebody.txt").write_text("x")
    (tmp_path / "a file.txt").write_text("x")
    assert storage.keys("", 10).keys == [KEY, KEY.replace("1-", "2-")]
    storage.delete(KEY.replace("1-", "2-"))
    assert files(tmp_path) == [KEY, "Notes of somebody.txt", "a file.txt"]
