import pytest
from django.test import Client

from project.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_nobody_yet_reads_before_any_script_that_there_are_no_pictures(client: Client) -> None:
    assert '<p id="empty">No pictures yet.' in client.get("/gallery/").content.decode()
    client.force_login(User.make_guest())
    assert '<p id="empty" hidden>No pictures yet.' in client.get("/gallery/").content.decode()
