from django.dispatch import Signal

# Sent after the commit of a change in what a message shows, with `image_id` (str), `message_id` (str) and `form` (a
# `Snapshot`). Who has rewritten the message calls `changes.announced(image_id, form["rev"])`.
image_changed = Signal()
