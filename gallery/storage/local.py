import os
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from gallery.errors import NotFound, StorageDown
from gallery.storage.base import KEY, File, Listing, check_key
from gallery.translation import _

_pool = ThreadPoolExecutor(thread_name_prefix="files")


class LocalStorage:
    """In subfolders of five hours: the first six letters of the keys, which begin with a UUIDv7."""

    name = "local"

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes, mime: str) -> None:
        self.put_all([File(key, data, mime)])

    def put_all(self, files: Sequence[File]) -> None:
        paths = [self._path(file.key) for file in files]
        with _as_storage_down():
            for folder in (folders := {path.parent for path in paths}):  # one, where they belong together
                _make(folder)
            # The disk takes two syncs that come together as one.
            others = [_pool.submit(_write, path, file.data) for path, file in zip(paths[1:], files[1:], strict=True)]
            try:
                _write(paths[0], files[0].data)
            finally:
                wait(others)
            for other in others:
                other.result()
            for folder in folders:
                _sync(folder)

    def open(self, key: str) -> bytes:
        path = self._path(key)
        with _existing():
            return path.read_bytes()

    def size(self, key: str) -> int:
        path = self._path(key)
        with _existing():
            return path.stat().st_size

    def stream(self, key: str) -> "_Open":
        path = self._path(key)
        with _existing():
            return _Open(path)

    def sign(self, key: str, seconds: int) -> str | None:
        check_key(key)
        return None

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _as_storage_down():
            path.unlink(missing_ok=True)
            for leftover in path.parent.glob(_temporary(key) + "*"):  # of a crash
                leftover.unlink(missing_ok=True)

    def keys(self, cursor: str, limit: int) -> Listing:
        """In order; `cursor`: the last key before."""
        found: list[str] = []
        with _as_storage_down():
            for folder in sorted(self._folders(from_name=cursor[:6])):
                keys = sorted({_key_of(path.name) for path in folder.iterdir()})
                found += [key for key in keys if key > cursor and KEY.fullmatch(key)]
                if len(found) >= limit:
                    return Listing(found[:limit], found[limit - 1])
        return Listing(found, "")

    def _folders(self, from_name: str) -> Iterator[Path]:
        if self._root.is_dir():
            yield from (path for path in self._root.iterdir() if path.name >= from_name and path.is_dir())

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)[:6] / key


class _Open:
    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.size: int | None = os.fstat(self._file.fileno()).st_size

    def read(self, size: int, /) -> bytes:
        with _as_storage_down():
            return self._file.read(size)

    def skip(self, size: int, /) -> None:
        with _as_storage_down():
            self._file.seek(size, os.SEEK_CUR)

    def close(self) -> None:
        self._file.close()


@contextmanager
def _as_storage_down() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageDown() from error


@contextmanager
def _existing() -> Iterator[None]:
    with _as_storage_down():
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound(_("The picture's file is not there.")) from error


def _temporary(key: str) -> str:
    return f".{key}."


def _key_of(name: str) -> str:
    """Of a file, or of one that a crash left half-written."""
    return name[1:].rpartition(".")[0] if name.startswith(".") else name


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _write(path: Path, data: bytes) -> None:
    """Atomic; durable once the folder is synced."""
    temporary = path.with_name(f"{_temporary(path.name)}{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
