"""A picture's signed URLs."""

import pytest

from gallery import links

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


@pytest.mark.parametrize("wrong", ["", "A" * 24, "é"])
def test_a_made_up_signature_is_refused(wrong: str) -> None:
    assert not links.verify(IMAGE, "full", 0, wrong)


def test_a_shown_picture_has_both_urls() -> None:
    urls = links.urls({"id": IMAGE, "state": "shown", "epoch": 0})
    assert urls == {"url": links.path(IMAGE, "full", 0), "thumbnail_url": links.path(IMAGE, "thumbnail", 0)}


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_a_picture_that_is_not_shown_has_none(state: str) -> None:
    assert links.urls({"id": IMAGE, "state": state, "epoch": 0}) == {"url": None, "thumbnail_url": None}
