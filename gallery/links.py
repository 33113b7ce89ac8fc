"""A picture's URLs: ours, stable, path-absolute, and signed, the same for the page and a bearer client."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac


def path(image_id: str, variant: str, epoch: int) -> str:
    """`/p/<image>/<variant>/<signature>`; `variant` is "full" or "thumbnail". It does not expire: the row decides."""
    return f"/p/{image_id}/{variant}/{_signature(image_id, variant, epoch)}"


def verify(image_id: str, variant: str, epoch: int, signature: str) -> bool:
    return constant_time_compare(signature, _signature(image_id, variant, epoch))


def urls(form: Mapping[str, object]) -> dict[str, str | None]:
    """`url` and `thumbnail_url` of what `services.form` gave; both None unless the picture is shown."""
    if form["state"] != "shown":
        return {"url": None, "thumbnail_url": None}
    image_id, epoch = str(form["id"]), int(str(form["epoch"]))
    return {"url": path(image_id, "full", epoch), "thumbnail_url": path(image_id, "thumbnail", epoch)}


def _signature(image_id: str, variant: str, epoch: int) -> str:
    """144 bits, 24 letters."""
    digest = salted_hmac("gallery.links", f"{image_id}/{variant}/{epoch}", algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:18]).decode()
