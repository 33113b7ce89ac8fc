from uuid import UUID

from django.contrib.auth import get_user_model

from gallery.errors import Unauthorized


def lock(owner_id: UUID) -> None:
    """No other transaction adds anything for this person until this one ends. Raises `Unauthorized` for a person who is
    being removed."""
    owner = get_user_model()._base_manager.filter(pk=owner_id, is_active=True)
    if not list(owner.select_for_update(no_key=True).values_list("pk")):
        raise Unauthorized
