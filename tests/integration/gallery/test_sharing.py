"""Shares: what whoever has the address sees, what ends it, and reports."""

import io
import json
import uuid
from datetime import timedelta
from typing import Any

import PIL.Image
import pytest
from django.conf import settings as studio_settings
from django.test import Client
from django.utils import timezone

from gallery import maintenance, owned, pictures, previews, services
from gallery.errors import Conflict, NotFound
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.provenance import xmp
from gallery.provenance.embedding import embedded
from gallery.sharing import links
from gallery.sharing import services as sharing
from gallery.sharing.models import Report, Share
from gallery.snapshot import Snapshot
from project.accounts import blocking, removal
from project.models import Token, User
from tests.integration.gallery.rows import drafted, fresh, made, png

pytestmark = pytest.mark.django_db(transaction=True)
VARIANTS = ("full", "thumbnail", "preview.jpg")
NOBODYS = "0199aaaa-bbbb-7000-8000-000000000001"


@pytest.fixture
def client(me: User, valkey: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(me)}"})


def of(image: Image) -> str:
    return f"/v1/gallery/{image.pk}/shares/"


def posted(client: Client, path: str, body: object) -> Any:
    return client.post(path, json.dumps(body), "application/json")


def shared(image: Image, lasts: timedelta | None = None) -> str:
    """The path."""
    return links.path(sharing.create(image.owner_id, str(image.pk), lasts).pk)


def imported(owner: User, data: bytes) -> Image:
    return services.import_picture(owner.pk, data, "photo", "p.png")


def statuses(path: str, **headers: str) -> set[int]:
    """Of the page and its pictures, to somebody who is nobody."""
    return {Client(headers=headers).get(path + name).status_code for name in ("", *VARIANTS)}


# Sharing


def test_a_share_has_an_address_and_an_end(client: Client, me: User) -> None:
    image = made(me)
    for_ever = posted(client, of(image), {"expires_in_s": None})
    for_a_while = posted(client, of(image), {"expires_in_s": 3600.0})
    assert [answer.status_code for answer in (for_ever, for_a_while)] == [201, 201]
    assert for_ever.json()["expires_at"] is None
    share = Share.objects.get(pk=for_a_while.json()["id"])
    assert share.expires_at is not None
    assert share.expires_at - share.created_at == pytest.approx(timedelta(hours=1), abs=timedelta(minutes=1))
    listed = client.get(of(image)).json()
    assert listed == {"items": [for_a_while.json(), for_ever.json()], "next": None}
    assert statuses(for_ever.json()["url"]) == statuses(for_a_while.json()["url"]) == {200}


@pytest.mark.parametrize("wrong", [0, 59, 10**12, "60", 61.5, True])
def test_a_time_that_is_none_is_refused(client: Client, me: User, wrong: object) -> None:
    assert posted(client, of(made(me)), {"expires_in_s": wrong}).status_code == 422
    assert not Share.objects.exists()


def test_what_is_not_mine_is_neither_shared_nor_listed_nor_ended(client: Client) -> None:
    image = made(User.make_guest())
    path = shared(image)
    share = Share.objects.get()
    assert posted(client, of(image), {}).status_code == 404
    assert client.get(of(image)).status_code == 404
    assert posted(client, f"/v1/gallery/{image.pk}/new-link/", None).status_code == 404
    for share_id in (str(share.pk), NOBODYS, "nothing"):
        assert client.delete(f"/v1/gallery/shares/{share_id}/").status_code == 404
    assert statuses(path) == {200}


def test_only_what_is_shown_is_shared(client: Client, me: User) -> None:
    trashed, hidden, draft = made(me), made(me), drafted(me)
    services.trash(me.pk, str(trashed.pk))
    verdicts.hide([hidden], "no", by=None)
    mask = services.import_picture(me.pk, png(), "mask", "m.png")
    got = [posted(client, of(image), {}).status_code for image in (trashed, hidden, draft, mask)]
    assert got == [409, 409, 409, 404]


def test_there_is_a_most_of_a_picture_and_of_a_person(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "OF_PICTURE", 2)
    monkeypatch.setattr(sharing, "OF_PERSON", 3)
    image, other = made(me), made(me)
    shares = [shared(image), shared(image)]
    with pytest.raises(Conflict, match="This picture"):
        shared(image)
    sharing.revoke(me.pk, str(links.read(shares[0].split("/")[2])))
    shared(image)  # one that has ended does not count
    shared(other)
    with pytest.raises(Conflict, match="You have"):
        shared(other)


# What is seen


def test_the_page_shows_the_picture_and_nothing_else_of_its_owner(me: User) -> None:
    image = made(me, request="My secret wish", prompt="A secret prompt")
    path = shared(image)
    answer = Client().get(path)
    text = answer.content.decode()
    assert f'<img src="{path}full"' in text
    secrets = ("secret", me.username, str(me.pk), str(image.pk), image.pk.hex, "/p/", image.provider, "s1")
    assert [secret for secret in secrets if secret in text.replace(path, "")] == []  # whose letters are by chance
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noimageindex"
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_messengers_get_a_card_with_the_pictures_own_address(me: User) -> None:
    path = shared(made(me))
    text = Client().get(path, headers={"Host": "localhost:9999", "User-Agent": "WhatsApp/2"}).content.decode()
    assert f'<meta property="og:image" content="http://localhost:9999{path}preview.jpg">' in text
    assert '<meta property="og:image:type" content="image/jpeg">' in text
    assert f'<meta property="og:url" content="http://localhost:9999{path}">' in text
    assert '<meta name="twitter:card" content="summary_large_image">' in text


SIZES = {(160, 130): (160, 130), (3000, 1501): (1200, 600), (700, 2400): (350, 1200), (1200, 16): (1200, 16)}


@pytest.mark.parametrize(("size", "shown"), SIZES.items())
def test_a_card_has_a_jpeg_of_the_size_that_it_says(me: User, size: tuple[int, int], shown: tuple[int, int]) -> None:
    path = shared(imported(me, png("teal", size)))
    answer, text = Client().get(path + "preview.jpg"), Client().get(path).content.decode()
    preview = PIL.Image.open(io.BytesIO(answer.content))
    assert (preview.format, preview.mode, preview.size, answer["Content-Type"]) == ("JPEG", "RGB", shown, "image/jpeg")
    for side, pixels in zip(("width", "height"), shown, strict=True):
        assert f'<meta property="og:image:{side}" content="{pixels}">' in text


def test_what_is_clear_is_white_in_a_card(me: User) -> None:
    file = io.BytesIO()
    picture = PIL.Image.new("RGBA", (1600, 1600), (0, 0, 0, 0))
    picture.paste((200, 30, 30, 255), (800, 0, 1600, 1600))
    picture.save(file, "PNG")
    answer = Client().get(shared(imported(me, file.getvalue())) + "preview.jpg")
    preview = PIL.Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert preview.getpixel((100, 600)) == (255, 255, 255)
    assert preview.getpixel((1100, 600)) == pytest.approx((200, 30, 30), abs=4)


def test_a_card_is_made_once_and_asked_for_again_by_its_etag(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = made(me)
    paths = [shared(image), shared(image)]
    first = [Client().get(path + "preview.jpg") for path in paths]
    monkeypatch.setattr(pictures, "preview", None)
    again = [Client().get(path + "preview.jpg") for path in paths]
    assert len({answer.content for answer in first + again}) == 1
    assert first[0]["ETag"] != first[1]["ETag"]
    known = Client().get(paths[0] + "preview.jpg", headers={"If-None-Match": first[0]["ETag"]})
    assert (known.status_code, known["Cache-Control"]) == (304, "private, no-cache")
    assert known["X-Robots-Tag"] == "noindex, nofollow, noimageindex"


def test_a_card_says_of_itself_what_it_is_and_nothing_of_its_owner(me: User) -> None:
    image = made(me, request="Secret", prompt="Secret")
    answer = Client().get(shared(image) + "preview.jpg")
    assert xmp.packet(image) in answer.content
    assert b"Secret" not in answer.content


def test_who_waits_too_long_for_a_card_is_asked_to_come_again(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shared(made(me))
    monkeypatch.setattr(previews, "WAIT_S", 0.01)
    with previews.one_at_a_time:
        answer = Client().get(path + "preview.jpg")
    assert (answer.status_code, answer["Cache-Control"], answer["Retry-After"]) == (429, "no-store", "5")
    assert Client().get(path + "preview.jpg").status_code == 200


def test_the_pictures_come_under_the_shares_own_address(me: User) -> None:
    image, expected = made(me, request="Secret"), pictures.rendition(png())
    path = shared(image)
    full, thumbnail = Client().get(path + "full"), Client().get(path + "thumbnail")
    packet = xmp.packet(image)
    assert (full.content, thumbnail.content) == tuple(
        embedded(data, packet) for data in (expected.data, expected.thumbnail)
    )
    for answer in (full, thumbnail):
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noimageindex"
        assert image.pk.hex not in answer["ETag"].replace("-", "")
    assert Client().get(path + "full?download=1")["Content-Disposition"] == 'attachment; filename="picture.jpg"'
    assert Client().get(path + "other").status_code == 404


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-1], lambda token: token + "A", lambda token: "A" * 43, lambda token: token.swapcase(),
    lambda token: token[:-1] + ("B" if token[-1] != "B" else "C"), lambda token: "é", lambda token: "x" * 2000,
])  # fmt: skip
def test_another_token_shows_nothing_and_asks_no_database(me: User, spoil: Any, django_assert_num_queries: Any) -> None:
    token = shared(made(me)).split("/")[2]
    with django_assert_num_queries(0):
        answer = Client().get(f"/s/{spoil(token)}/")
    assert answer.status_code == 404
    assert "This link has ended" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"


def test_addresses_of_an_older_secret_key_go_on(me: User, settings: Any) -> None:
    path = shared(made(me))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert statuses(path) == {404}
    settings.SECRET_KEY_FALLBACKS = [old]
    assert statuses(path) == {200}


# What ends it


def revoke(me: User, image: Image) -> None:
    sharing.revoke(me.pk, str(Share.objects.get().pk))


def renew(me: User, image: Image) -> None:
    sharing.renew_links(me.pk, str(image.pk))


def expire(me: User, image: Image) -> None:
    Share.objects.update(expires_at=timezone.now())


ENDS = {
    "revoking": revoke,
    "new links": renew,
    "its time": expire,
    "trashing": lambda me, image: services.trash(me.pk, str(image.pk)),
    "hiding": lambda me, image: verdicts.hide([image], "no", by=None),
    "blocking the owner": lambda me, image: blocking.block([me], "Spam", None),
    "the owner's leaving": lambda me, image: removal.leave(me),
    "deleting": lambda me, image: services.delete_permanently(me.pk, str(image.pk)),
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_it_ends_at_once_also_for_browsers_that_have_it(me: User, mongo: Any, ends: Any) -> None:
    image = made(me)
    path = shared(image, timedelta(hours=1))
    etags = {name: Client().get(path + name)["ETag"] for name in VARIANTS}
    assert Client().get(path + "full", headers={"If-None-Match": etags["full"]}).status_code == 304
    ends(me, image)
    assert statuses(path) == {404}
    for name, etag in etags.items():
        answer = Client().get(path + name, headers={"If-None-Match": etag})
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


def test_what_comes_back_is_shared_again_and_what_was_ended_is_not(me: User) -> None:
    image = made(me)
    kept, ended = shared(image), shared(image)
    sharing.revoke(me.pk, str(links.read(ended.split("/")[2])))
    services.trash(me.pk, str(image.pk))
    services.restore(me.pk, str(image.pk))
    assert (statuses(kept), statuses(ended)) == ({200}, {404})
    blocking.block([me], "Spam", timezone.now() - timedelta(seconds=1))  # over already
    assert statuses(kept) == {200}


def test_a_new_link_ends_every_earlier_address_and_tells_the_message(client: Client, me: User) -> None:
    from gallery.signals import image_changed

    told: list[Snapshot] = []

    def listen(form: Snapshot, **_: object) -> None:
        told.append(form)

    image_changed.connect(listen)
    image = made(me)
    old = client.get(f"/v1/gallery/{image.pk}/").json()
    path = shared(image)
    new = posted(client, f"/v1/gallery/{image.pk}/new-link/", None).json()
    assert new["url"] != old["url"]
    gone = [old["url"], old["thumbnail_url"], path, path + "full"]
    assert {Client().get(each).status_code for each in gone} == {404}
    assert {Client().get(new[name]).status_code for name in ("url", "thumbnail_url")} == {200}
    assert [each["epoch"] for each in told] == [1]
    assert client.get(of(image)).json()["items"] == []
    again = shared(image)
    assert statuses(again) == {200}


def test_ending_is_safe_to_repeat(client: Client, me: User) -> None:
    shared(made(me))
    share = Share.objects.get()
    paths = [f"/v1/gallery/shares/{share.pk}/"] * 2
    assert [client.delete(path).status_code for path in paths] == [204, 204]


def test_a_storages_own_address_is_never_given_to_strangers(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on for a minute."""
    from gallery.storage.local import LocalStorage

    monkeypatch.setattr(LocalStorage, "sign", lambda self, key, seconds: "https://elsewhere.example/x")
    assert statuses(shared(made(me))) == {200}


# What is left of it


def test_maintenance_removes_what_has_ended_a_day_ago(me: User) -> None:
    image = made(me)
    for _ in range(4):
        shared(image, timedelta(hours=1))
    live, expired, revoked, just_now = Share.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=2)
    Share.objects.filter(pk=expired.pk).update(expires_at=long_ago)
    Share.objects.filter(pk=revoked.pk).update(revoked_at=long_ago)
    Share.objects.filter(pk=just_now.pk).update(revoked_at=timezone.now())
    report = Report.objects.create(image=image, share=revoked, reporter="a", reason="hate")
    sharing.remove_ended(100)
    assert set(Share.objects.all()) == {live, just_now}
    report.refresh_from_db()
    assert report.share is None


def test_a_persons_shares_go_with_them_and_are_taken_along(me: User) -> None:
    image = made(me)
    path = shared(image)
    (said,) = sharing.of_person(me.pk)
    assert (said["picture"], said["url"]) == (image.pk, path)
    maintenance.erase(me.pk, 100)
    Image.objects.update(announced_rev=100)  # their messages are told
    assert maintenance.erase(me.pk, 100)
    assert not Share.objects.exists()


def test_evidence_is_shared_by_nobody(me: User) -> None:
    image = made(me)
    path = shared(image)
    verdicts.hide([image], "no", by=None)
    holder = User.make_guest()
    owned.keep_evidence(me.pk, holder.pk)
    verdicts.approve([fresh(image)], by=None)
    assert statuses(path) == {404}
    assert not Share.objects.exists()


def test_what_a_guest_shared_stays_shared_in_their_account(me: User) -> None:
    path = shared(made(me))
    account = User.make_guest()
    maintenance.give(me.pk, account.pk)
    assert statuses(path) == {200}
    share = Share.objects.get()
    sharing.revoke(account.pk, str(share.pk))
    with pytest.raises(NotFound):
        sharing.revoke(me.pk, str(share.pk))


# Reports


@pytest.fixture
def path(me: User, valkey: Any, settings: Any) -> str:
    settings.STUDIO_LIMITS = False
    return shared(made(me))


def reported(path: str, body: object, address: str = "203.0.113.9", **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address, headers=headers)
    return posted(client, path + "report/", body)


def as_form(path: str, body: dict[str, str], **headers: str) -> Any:
    return Client(REMOTE_ADDR="203.0.113.9", headers=headers).post(path + "report/", body, **FORM)


FORM: dict[str, Any] = {"content_type": "application/x-www-form-urlencoded"}


def test_anybody_may_report_what_is_shared_with_them(path: str) -> None:
    answer = reported(path, {"reason": "copyright", "text": "Mine"})
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (204, b"", "no-store")
    report = Report.objects.get()
    assert (report.reason, report.text, report.handled_at) == ("copyright", "Mine", None)
    assert report.share == Share.objects.get()
    assert report.image == Image.objects.get()
    assert "203.0.113" not in report.reporter
    assert len(report.reporter) == 64


def test_the_pages_own_form_works_without_a_script(path: str) -> None:
    from urllib.parse import urlencode

    body: Any = urlencode({"reason": "other", "text": "one\r\ntwo"})
    answer = as_form(path, body, **{"Sec-Fetch-Site": "same-origin", "Origin": "null"})
    assert (answer.status_code, answer["Location"]) == (303, f"{path}?reported=1")
    assert Report.objects.get().text == "one\ntwo"
    assert "Thank you." in Client().get(answer["Location"]).content.decode()
    wrong: Any = urlencode({"reason": "nothing"})
    refused = as_form(path, wrong)
    assert (refused.status_code, refused["Content-Type"]) == (422, "text/plain; charset=utf-8")


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, {"Origin": "http://[x"},
])  # fmt: skip
def test_a_page_from_elsewhere_reports_in_nobodys_name(path: str, headers: dict[str, str]) -> None:
    answers = [reported(path, {"reason": "hate"}, **headers), as_form(path, "reason=hate", **headers)]  # type: ignore[arg-type]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Report.objects.exists()


def test_our_own_page_and_programs_may(path: str) -> None:
    own = {"Origin": "http://testserver"}
    for number, headers in enumerate(({}, own, own | {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"})):
        assert reported(path, {"reason": "hate"}, f"203.0.113.{number}", **headers).status_code == 204
    assert Report.objects.count() == 4


def test_one_from_each_network_for_a_picture(me: User, path: str) -> None:
    second = shared(Image.objects.get())
    for where in (path, path, second):
        assert reported(where, {"reason": "hate", "text": where}).status_code == 204
    assert [report.text for report in Report.objects.all()] == [path]
    assert reported(second, {"reason": "hate"}, "203.0.113.10").status_code == 204
    assert Report.objects.count() == 2


def test_more_than_moderators_read_is_not_kept(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "REPORTS", 2)
    for number in range(3):
        assert reported(path, {"reason": "hate"}, f"203.0.113.{number}").status_code == 204
    assert Report.objects.count() == 2


@pytest.mark.parametrize("body", [
    {}, {"reason": "nothing"}, {"reason": "hate", "text": "x" * 1001}, {"reason": "hate", "text": "a\0b"},
    {"reason": "hate", "more": 1}, [], {"reason": "hate", "text": 7},
])  # fmt: skip
def test_a_report_that_says_something_else_is_refused(path: str, body: object) -> None:
    answer = reported(path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert not Report.objects.exists()


def test_what_is_no_json_and_another_type_is_refused(path: str) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    assert client.post(path + "report/", "{", "application/json").status_code == 400
    assert client.post(path + "report/", "{}", "text/plain").status_code == 415
    assert client.post(path + "report/", {"reason": "hate"}).status_code == 415


def test_what_is_not_shared_any_more_is_not_reported(me: User, path: str) -> None:
    sharing.revoke(me.pk, str(Share.objects.get().pk))
    assert reported(path, {"reason": "hate"}).status_code == 404
    assert reported("/s/nothing/", {"reason": "hate"}).status_code == 404


def test_reports_are_limited_by_address_and_by_share(path: str, settings: Any) -> None:
    settings.STUDIO_LIMITS = True
    net = f"2001:db8:{uuid.uuid4().hex[:4]}"  # counted by this process, too
    answers = [reported(path, {"reason": "hate"}, f"{net}::{number}").status_code for number in range(1, 7)]
    assert answers == [204] * 5 + [429]
    others = [reported(path, {"reason": "hate"}, f"{net}:{number}::1").status_code for number in range(1, 28)]
    assert others == [204] * 25 + [429] * 2


def test_looking_is_limited_by_address(path: str, settings: Any) -> None:
    settings.STUDIO_LIMITS, settings.READS_PER_MINUTE = True, 2
    client = Client(REMOTE_ADDR=f"2001:db8:{uuid.uuid4().hex[:4]}::1")
    assert [client.get(path + "thumbnail").status_code for _ in range(5)] == [200] * 4 + [429]


def test_a_handled_report_is_forgotten_after_a_while(me: User) -> None:
    image, now = made(me), timezone.now()
    days = timedelta(days=studio_settings.EVIDENCE_DAYS)
    for number, handled in enumerate((None, now, now - days - timedelta(days=1))):
        Report.objects.create(image=image, reporter=str(number), reason="hate", handled_at=handled)
    sharing.remove_handled_reports(100, days)
    assert [report.reporter for report in Report.objects.order_by("pk")] == ["0", "1"]
