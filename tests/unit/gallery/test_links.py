"""A picture's signed URLs."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.utils.crypto import salted_hmac

from gallery import links
from gallery.snapshot import Snapshot, State

IMAGE = "0199aaaa-0000-7000-8000-000000000001"
OTHER = "0199aaaa-0000-7000-8000-000000000002"


def signature(path: str) -> str:
    return path.rpartition("/")[2]


def test_a_path_is_the_same_every_time_and_passes_its_own_check() -> None:
    path = links.path(IMAGE, "full", 3)
    assert path == links.path(IMAGE, "full", 3)
    assert path.startswith(f"/p/{IMAGE}/full/")
    assert len(signature(path)) >= 22
    assert links.verify(IMAGE, "full", 3, signature(path))


@pytest.mark.parametrize(
    ("image", "variant", "epoch"), [(OTHER, "full", 0), (IMAGE, "thumbnail", 0), (IMAGE, "full", 1)]
)
def test_a_signature_holds_for_one_image_one_variant_and_one_epoch(image: str, variant: str, epoch: int) -> None:
    assert not links.verify(image, variant, epoch, signature(links.path(IMAGE, "full", 0)))


def test_what_an_old_secret_key_signed_holds_as_long_as_the_key_is_kept_beside_the_new_one(settings: Any) -> None:
    old = links.path(IMAGE, "full", 3)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, ["older" * 12, settings.SECRET_KEY]
    assert links.path(IMAGE, "full", 3) != old
    assert links.verify(IMAGE, "full", 3, signature(old))
    assert links.verify(IMAGE, "full", 3, signature(links.path(IMAGE, "full", 3)))
    assert not links.verify(IMAGE, "full", 4, signature(old))
    settings.SECRET_KEY_FALLBACKS = []
    assert not links.verify(IMAGE, "full", 3, signature(old))


@pytest.mark.parametrize("wrong", ["", "A" * 24, "é"])
def test_a_made_up_signature_is_refused(wrong: str) -> None:
    assert not links.verify(IMAGE, "full", 0, wrong)


def snapshot(state: State) -> Snapshot:
    return {"id": IMAGE, "state": state, "width": 4, "height": 3, "placeholder": "", "epoch": 0, "rev": 0}


def test_a_shown_picture_has_both_urls() -> None:
    urls = links.urls(snapshot("shown"))
    assert urls == {"url": links.path(IMAGE, "full", 0), "thumbnail_url": links.path(IMAGE, "thumbnail", 0)}


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_a_picture_that_is_not_shown_has_none(state: State) -> None:
    assert links.urls(snapshot(state)) == {"url": None, "thumbnail_url": None}


def test_addresses_that_were_given_out_stay_the_same() -> None:
    """They are kept in bookmarks and other people's pages."""
    digest = salted_hmac("gallery.links", "an id/full/3", algorithm="sha256").digest()
    assert links.path("an id", "full", 3) == f"/p/an id/full/{urlsafe_b64encode(digest[:18]).decode()}"
