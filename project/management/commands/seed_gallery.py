"""`manage.py seed_gallery 200000`: so many pictures of a new guest, to try the studio with a large gallery."""

import random
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from gallery import albums, pictures, words
from gallery.models import Album, AlbumImage, Image
from gallery.storage.base import File
from gallery.stores import storage
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.offline.provider import OfflineProvider
from project.management.unwatched import Unwatched
from project.models import Token, User

BATCH = 2000
EVERY = timedelta(minutes=7)
THINGS = (
    "a lake",
    "a city",
    "an old castle",
    "a forest",
    "a ship",
    "một con mèo",
    "bãi biển",
    "phố cổ Hội An",
    "núi đá",
)
TIMES = ("at dawn", "in winter", "under the stars", "in the rain", "lúc hoàng hôn", "vào ban đêm", "mùa xuân")
LOOKS = ("watercolour", "oil painting", "photograph", "pencil drawing", "tranh lụa", "pixel art")
INTENTS = ("generate",) * 6 + ("edit",) * 3 + ("enhance", "remove_background")
PROVIDERS = ("offline",) * 5 + ("gemini-nano-banana-2.1",)
RARE_PROVIDER = "stable-diffusion"
PAINTABLE = ("a lake at dawn", "a city at night", "a forest in winter", "a beach at sunset", "mountains in spring")
PAINTED_WIDTH, SHAPES = 768, (9 / 16, 3 / 4, 1, 4 / 3)  # pixels; height over width
GREY = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
Files = dict[str, Any]  # the columns of a row that say which files it has, and what is in them
NO_FILES: Files = {
    "placeholder": GREY,
    "key": "none.png",
    "mime": "image/png",
    "thumbnail_key": "none-thumbnail.webp",
    "thumbnail_mime": "image/webp",
}


class Command(BaseCommand):
    help = "Add so many pictures, of a new guest or of an existing person; print their id and a bearer token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pictures", type=int)
        parser.add_argument(
            "--painted", type=int, default=0, help="paint so many of them into the data folder; the others "
            "share those files, so that to delete one for good deletes the files of several (default: no files)",
        )  # fmt: skip
        parser.add_argument("--owner", type=uuid.UUID, help="the id of who gets them (default: a new guest)")

    def handle(self, **options: Any) -> None:
        owner = User.objects.get(pk=options["owner"]) if options["owner"] else User.make_guest()
        files = [_painted(number) for number in range(options["painted"])] or [NO_FILES]
        images = _images(owner.pk, options["pictures"], files)
        while batch := list(islice(images, BATCH)):
            Image.objects.bulk_create(batch)
            _fill_album(owner.pk, batch)
        self.stdout.write(f"{owner.pk} {Token.issue(owner)}")


def _painted(number: int) -> Files:
    """Files whose name is no picture's id, so that maintenance does not take them for leftovers."""
    words, height = PAINTABLE[number % len(PAINTABLE)], round(PAINTED_WIDTH * SHAPES[number % len(SHAPES)])
    request = PictureRequest(Intent.GENERATE, words, words, PAINTED_WIDTH, height, None, number, None, None)
    rendition = pictures.rendition(OfflineProvider().make(request, Unwatched()).data)
    name = f"{uuid.uuid4().hex}-{number}"
    key, thumbnail_key = f"{name}.{rendition.extension}", f"{name}-thumbnail.webp"
    thumbnail = File(thumbnail_key, rendition.thumbnail, rendition.thumbnail_mime)
    storage("local").put_all([thumbnail, File(key, rendition.data, rendition.mime)])
    return {
        "width": rendition.width,
        "height": rendition.height,
        "placeholder": rendition.placeholder,
        "key": key,
        "mime": rendition.mime,
        "thumbnail_key": thumbnail_key,
        "thumbnail_mime": rendition.thumbnail_mime,
    }


def _images(owner_id: uuid.UUID, count: int, files: Sequence[Files]) -> Iterator[Image]:
    chosen, begin = random.Random(count), timezone.now() - count * EVERY  # noqa: S311  no secret comes of it
    for number in range(count):
        at = begin + number * EVERY
        thing = "a lighthouse" if number % 2500 == 1250 else chosen.choice(THINGS)
        said = f"{thing} {chosen.choice(TIMES)}, {number}"
        prompt = f"{said}, {chosen.choice(LOOKS)}, soft light, wide view, calm colours"
        yield Image(
            id=uuid.UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | chosen.getrandbits(62)),
            owner_id=owner_id,
            purpose=Image.Purpose.MADE,
            stage=Image.Stage.SHOWN,
            session_id=f"seeded-{number // 40}",
            title=said,
            request=said,
            prompt=prompt,
            words=words.of_picture(said, said, prompt),
            intent=chosen.choice(INTENTS),
            provider=RARE_PROVIDER if number % 800 == 777 else chosen.choice(PROVIDERS),
            seed=number,
            favorite=number % 50 == 0,
            trashed_at=at if number % 20 == 7 else None,
            bytes=0,
            created_at=at,
            **{"width": 1024, "height": chosen.choice((576, 768, 1024, 1365)), **files[number % len(files)]},
        )


def _fill_album(owner_id: uuid.UUID, images: list[Image]) -> None:
    number = Album.objects.filter(owner__pk=owner_id).count()
    if number < albums.ALBUMS:
        album = Album.objects.create(owner_id=owner_id, title=f"Album {number + 1}")
        AlbumImage.objects.bulk_create([AlbumImage(album=album, image=image) for image in images[::10]])
