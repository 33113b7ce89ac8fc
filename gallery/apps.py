from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        from django.utils.translation import get_language, gettext

        from gallery import fulltext, translation

        translation.install(gettext, get_language)
        post_migrate.connect(fulltext.install, sender=self, dispatch_uid="gallery.fulltext")
