"""Which storage this studio keeps its pictures in."""

from django.conf import settings

from gallery.storage.base import Storage
from gallery.storage.local import LocalStorage


def storage() -> Storage:
    return LocalStorage(settings.PICTURES_DIR)
