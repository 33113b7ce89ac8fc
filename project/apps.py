import gc
from typing import Any

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        from pipeline.signals import cleaning
        from project import admin_names

        admin_names.install()
        cleaning.connect(_clean, dispatch_uid="project.accounts.removal")
        gc.freeze()  # what is imported stays: collections need not scan it
        gc.enable()


def _clean(**_: Any) -> None:
    from project.accounts import bringing, removal  # late: only workers move and remove

    bringing.finish()
    removal.of_this_process.clean()
