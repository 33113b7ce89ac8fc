"""A picture's file as it is downloaded: with XMP, and a manifest if there is a certificate."""

from gallery.models import Image
from gallery.provenance import manifests, xmp
from gallery.provenance.embedding import with_xmp
from gallery.storage.base import Stream
from gallery.stores import storage


def opened(image: Image, variant: str = "full", *, with_prompt: bool = False) -> Stream:
    """Raises `NotFound`, `StorageDown`, `RateLimited`."""
    key, mime = image.file(variant)
    file = with_xmp(storage(image.storage).stream(key), xmp.packet(image, with_prompt=with_prompt))
    return manifests.signed(image, file, mime) if variant == "full" and manifests.wanted(image) else file
