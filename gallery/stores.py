"""A row names its storage, so a changed setting moves nothing."""

import functools
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from gallery.errors import StorageDown
from gallery.storage.base import Storage
from gallery.storage.local import LocalStorage
from gallery.translation import _

if TYPE_CHECKING:
    from gallery.storage.account import Account
    from gallery.storage.cloudinary_client import Client


def configured() -> tuple[str, ...]:
    """New pictures go to the first."""
    return ("cloudinary", "local") if settings.CLOUDINARY_ACCOUNT else ("local",)


def storage(name: str) -> Storage:
    """Raises `StorageDown` for one that the settings no longer name. Outside of transactions only: it closes the
    database connection, of which a pool has few."""
    if name == "local":
        return LocalStorage(settings.PICTURES_DIR)
    if name in configured():
        from gallery.storage.cloudinary import CloudinaryStorage

        connection.close()
        return CloudinaryStorage(cloudinary_client())
    raise StorageDown(_("This picture lies in a storage that the studio is not connected to."))


def cloudinary_client() -> "Client":
    return _client(settings.CLOUDINARY_ACCOUNT, settings.CLOUDINARY_TIMEOUT_S)


@functools.cache
def _client(account: "Account", timeout_s: float) -> "Client":
    from gallery.storage.cloudinary_client import Client

    return Client(account, timeout_s)
