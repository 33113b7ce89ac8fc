from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ModerationConfig(AppConfig):
    name = "gallery.moderation"
    label = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gallery.moderation import append_only

        post_migrate.connect(append_only.install, sender=self, dispatch_uid="gallery.moderation.append_only")
