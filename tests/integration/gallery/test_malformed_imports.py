"""Crafted files through REST: a status, a sentence, and nothing left behind; or a picture without what it carried."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.models import Image
from project.models import User
from tests.integration.gallery.rows import stored_files
from tests.integration.gallery.test_api import GALLERY, client_of
from tests.support.malformed_images import HARMLESS, PAYLOAD, REFUSED

pytestmark = [pytest.mark.urls("tests.integration.gallery.test_api"), pytest.mark.django_db(transaction=True)]
SMALL = [name for name in HARMLESS if "html" in name or "zip" in name]


@pytest.fixture
def client(me: User) -> Client:
    return client_of(me)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as in a running server, where it only warns
def test_malformed_files_are_refused_with_a_sentence_and_leave_nothing(client: Client) -> None:
    for name, build in REFUSED.items():
        answer = client.post(GALLERY, {"file": SimpleUploadedFile(name, build()), "purpose": "photo"})
        problem = answer.json()
        expected = (413, "too_large") if "megapixels" in name else (422, "bad_input")
        assert (answer.status_code, problem["code"]) == expected, name
        assert problem["detail"].endswith("."), name
        assert problem["retryable"] is False, name
    assert not Image.objects.exists()
    assert stored_files() == []


@pytest.mark.parametrize("name", SMALL)
def test_what_two_programs_could_read_is_served_as_a_picture_alone(client: Client, name: str) -> None:
    answer = client.post(GALLERY, {"file": SimpleUploadedFile(name, HARMLESS[name]()), "purpose": "photo"})
    assert answer.status_code == 201
    for url in (answer.json()["url"], answer.json()["thumbnail_url"]):
        served = Client().get(url)
        body = served.getvalue()
        assert served["Content-Type"] in ("image/jpeg", "image/webp")
        assert served["X-Content-Type-Options"] == "nosniff"
        assert PAYLOAD not in body
        assert b"PK\x03\x04" not in body
