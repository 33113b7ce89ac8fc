from django.dispatch import Signal

# After the commit, with `image_id` and `owner_id` (str), `message_id` (str, or None of what was imported) and `form` (a
# `Snapshot`). Whoever has announced it calls `changes.announced(image_id, form["rev"])`.
image_changed = Signal()
