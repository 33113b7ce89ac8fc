"""Which storage this studio keeps its pictures in. A row names its own: what was stored before a setting changed stays there.

Cloudinary's adapter is imported when the first picture needs it: a web process starts without it.
"""

import functools
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from gallery.errors import StorageDown
from gallery.storage.base import Storage
from gallery.storage.local import LocalStorage

if TYPE_CHECKING:
    from gallery.storage.account import Account
    from gallery.storage.cloudinary_client import Client


def configured() -> tuple[str, ...]:
    """The names of the storages that can be reached with these settings; new pictures go to the first."""
    return ("cloudinary", "local") if settings.CLOUDINARY_ACCOUNT else ("local",)


def storage(name: str) -> Storage:
    """Raises `StorageDown` for one that the settings do not name (any more). Outside of transactions only: while we wait for
    another service, somebody else may have our connection to the database, of which a pool has few."""
    if name == "local":
        return LocalStorage(settings.PICTURES_DIR)
    if name in configured():
        from gallery.storage.cloudinary import CloudinaryStorage

        connection.close()
        return CloudinaryStorage(cloudinary_client())
    raise StorageDown("This picture lies in a storage that the studio is not connected to.")


def cloudinary_client() -> "Client":
    """For the account in the settings; who asks has seen that there is one."""
    return _client(settings.CLOUDINARY_ACCOUNT, settings.CLOUDINARY_TIMEOUT_S)


@functools.cache
def _client(account: "Account", timeout_s: float) -> "Client":
    from gallery.storage.cloudinary_client import Client

    return Client(account, timeout_s)
