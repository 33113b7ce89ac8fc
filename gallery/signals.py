from django.dispatch import Signal

# After the commit, with `image_id` (str), `message_id` (str) and `form` (a `Snapshot`). Who has rewritten the message
# calls `changes.announced(image_id, form["rev"])`.
image_changed = Signal()
