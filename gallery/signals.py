"""News of the ground floor. The floors above listen; nobody here knows who."""

from django.dispatch import Signal

# After the commit of a change in what a message would show. Keyword arguments: `image_id` (str), `message_id` (str) and
# `form` (as `changes.form` gives it). Who has rewritten the message calls `services.announced(image_id, form["rev"])`.
image_changed = Signal()
