from django.db import migrations

from gallery.moderation import append_only


class Migration(migrations.Migration):
    dependencies = [("moderation", "0004_tallies")]

    operations = [migrations.RunPython(append_only.refuse_truncate, append_only.allow_truncate)]
