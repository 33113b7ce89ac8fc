from collections.abc import Iterator

import pytest

from tests.standins.cloudinary import Cloudinary, standing_in


@pytest.fixture
def cloudinary() -> Iterator[Cloudinary]:
    with standing_in() as cloudinary:
        yield cloudinary
