"""The admin's names of models, fields and apps. Not in the models, where each change would need a migration."""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy

from gallery.translation import N_

OURS = ("project", "gallery", "moderation", "pipeline")  # labels
NAMES = frozenset(
    (
        N_("act of a moderator"), N_("acts of moderators"), N_("after"), N_("amount"), N_("appeal"), N_("approved at"),
        N_("at"), N_("before"), N_("block reason"), N_("blocked at"), N_("blocked until"), N_("ceiling"), N_("ceilings"),
        N_("code"), N_("created at"), N_("hidden code"), N_("hidden reason"), N_("hidden words"), N_("height"), N_("image"),
        N_("image id"), N_("images"), N_("intent"), N_("is guest"), N_("kind"), N_("last seen"), N_("message id"),
        N_("moderated by"), N_("moderator"), N_("moderator id"), N_("of"), N_("owner"), N_("person"), N_("person id"),
        N_("prompt"), N_("provider"), N_("purpose"), N_("session id"), N_("title"), N_("trashed at"), N_("waited s"),
        N_("width"), N_("words"),
    )
)  # fmt: skip
APPS = {
    "project": N_("People"), "gallery": N_("Gallery"), "moderation": N_("Moderation"), "pipeline": N_("Costs"),
}  # fmt: skip


def install() -> None:
    for label in OURS:
        app = apps.get_app_config(label)
        app.verbose_name = gettext_lazy(APPS[label])
        for model in app.get_models():
            names = model._meta
            many = names.original_attrs.get("verbose_name_plural", f"{names.verbose_name}s")
            names.verbose_name, names.verbose_name_plural = _lazy(names.verbose_name), _lazy(many)
            for field in names.get_fields():
                if hasattr(field, "verbose_name"):
                    field.verbose_name = _lazy(field.verbose_name)


def _lazy(name: Any) -> Any:
    """Django's own names are lazy already."""
    return gettext_lazy(name) if isinstance(name, str) and name in NAMES else name
