import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

from gallery.errors import NotFound, StorageDown, TooLarge
from gallery.storage.base import KEY, File, Listing, check_key, read_past
from gallery.storage.cloudinary_client import Body, Client, CloudinaryError
from gallery.translation import _

FOLDER = "studio"  # before each of our ids
MAX_BYTES = 160 * 1024 * 1024  # bytes: what 40 megapixels take in the worst case
HOPS = 2  # the API may redirect a signed download to where the file lies
FETCH_S = 60  # of the URL by which we fetch a picture ourselves

log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(thread_name_prefix="cloudinary")


class CloudinaryStorage:
    """The public id follows from the key and nothing is overwritten, so the next upload finds one whose answer was
    lost. A thumbnail is an asset of its own: an expiring URL takes no transformation."""

    name = "cloudinary"

    def __init__(self, client: Client) -> None:
        self._client = client

    def put(self, key: str, data: bytes, mime: str) -> None:
        public_id, _ = _asset(key)
        with _as_our_errors("put"):
            stored = self._client.upload(public_id, data, overwrite=False)
            if stored.bytes != len(data) and not stored.existing:  # an upload preset of the account may change pictures
                raise CloudinaryError(200, f"of {len(data)} bytes it stored {stored.bytes}")

    def put_all(self, files: Sequence[File]) -> None:
        uploads = [_pool.submit(self.put, *file) for file in files]
        wait(uploads)  # a delete must not come before one that is under way
        for putting in uploads:
            putting.result()

    def open(self, key: str) -> bytes:
        url = self._url(key, FETCH_S)
        with _as_our_errors("open"):
            return self._client.get(url, MAX_BYTES, hops=HOPS)

    def size(self, key: str) -> int:
        url = self._url(key, FETCH_S)
        with _as_our_errors("open"):
            return self._client.size(url, MAX_BYTES, hops=HOPS)

    def stream(self, key: str) -> "_Open":
        url = self._url(key, FETCH_S)
        with _as_our_errors("open"):
            return _Open(self._client.open(url, MAX_BYTES, hops=HOPS))

    def sign(self, key: str, seconds: int) -> str | None:
        return self._url(key, seconds)

    def delete(self, key: str) -> None:
        public_id, _ = _asset(key)
        with _as_our_errors("delete"):
            self._client.destroy(public_id)

    def keys(self, cursor: str, limit: int) -> Listing:
        with _as_our_errors("list"):
            listed = self._client.assets(f"{FOLDER}/", cursor, limit)
        keys = [f"{asset.public_id.removeprefix(f'{FOLDER}/')}.{asset.format}" for asset in listed.resources]
        return Listing([key for key in keys if KEY.fullmatch(key)], listed.next_cursor)

    def _url(self, key: str, seconds: int) -> str:
        public_id, format = _asset(key)
        return self._client.download_url(public_id, format, seconds)


class _Open:
    def __init__(self, body: Body) -> None:
        self._body, self.size = body, body.size

    def read(self, size: int, /) -> bytes:
        with _as_our_errors("open"):
            return self._body.read(size)

    def skip(self, size: int, /) -> None:
        read_past(self, size)

    def close(self) -> None:
        self._body.close()


def _asset(key: str) -> tuple[str, str]:
    """Public id and format: Cloudinary's ids have no extension."""
    name, _, extension = check_key(key).rpartition(".")
    return f"{FOLDER}/{name}", extension


@contextmanager
def _as_our_errors(what: str) -> Iterator[None]:
    try:
        yield
    except CloudinaryError as error:
        if error.status == 404 and what == "open":
            raise NotFound(_("The picture's file is not there.")) from error
        if error.status == 400 and error.said.startswith("File size too large"):
            raise TooLarge(_("This picture is larger than the storage takes.")) from error
        if error.is_our_fault:
            log.error("action=storage_credentials_refused what=%s said=%r: check CLOUDINARY_URL", what, error.said)  # noqa: TRY400
        raise StorageDown(retry_after=error.retry_after) from error
