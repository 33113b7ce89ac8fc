"""`manage.py seed_gallery 200000`: one guest more with so many pictures, to see how the studio does with many."""

import random
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from gallery import albums, words
from gallery.models import Album, AlbumImage, Image
from project.models import Token, User

BATCH = 2000
EVERY = timedelta(minutes=7)  # between two pictures
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
GREY = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="


class Command(BaseCommand):
    help = "Add a guest with so many pictures, which have rows but no files, and print its id and its bearer token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pictures", type=int)

    def handle(self, **options: Any) -> None:
        owner = User.make_guest()
        images = _images(owner.pk, options["pictures"])
        while batch := list(islice(images, BATCH)):
            Image.objects.bulk_create(batch)
            _fill_album(owner.pk, batch)
        self.stdout.write(f"{owner.pk} {Token.issue(owner)}")


def _images(owner_id: uuid.UUID, count: int) -> Iterator[Image]:
    """The same for the same count, but for the ids."""
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
            provider=chosen.choice(PROVIDERS),
            favorite=number % 50 == 0,
            trashed_at=at if number % 20 == 7 else None,
            width=1024,
            height=chosen.choice((576, 768, 1024, 1365)),
            placeholder=GREY,
            key=f"{owner_id.hex}-{number}.png",
            mime="image/png",
            thumbnail_key=f"{owner_id.hex}-{number}-thumbnail.webp",
            thumbnail_mime="image/webp",
            bytes=0,
            created_at=at,
        )


def _fill_album(owner_id: uuid.UUID, images: list[Image]) -> None:
    """With every tenth picture."""
    number = Album.objects.filter(owner__pk=owner_id).count()
    if number < albums.ALBUMS:
        album = Album.objects.create(owner_id=owner_id, title=f"Album {number + 1}")
        AlbumImage.objects.bulk_create([AlbumImage(album=album, image=image) for image in images[::10]])
