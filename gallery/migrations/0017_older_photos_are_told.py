from typing import Any

from django.db import migrations
from django.db.models import F


def tell(apps: Any, schema: Any) -> None:
    """What became of imported pictures before that was news is none now."""
    images = apps.get_model("gallery", "Image")
    images.objects.filter(message_id=None, announced_rev__lt=F("rev")).update(announced_rev=F("rev"))


class Migration(migrations.Migration):
    dependencies = [("gallery", "0016_photos_are_news")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
