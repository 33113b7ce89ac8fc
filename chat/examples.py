"""The examples of the documents that the running server gives: forms, and the frames of the socket."""

from typing import Any

Example = dict[str, Any]

SESSION: Example = {
    "id": "019a7c3e-6a00-7c11-8a4b-2f3e4d5c6b7a",
    "title": "Create a sunset landscape",
    "created_at": "2026-11-29T18:00:00.000Z",
    "updated_at": "2026-11-29T18:00:07.250Z",
    "running": 0,
    "thumbnail_url": "/p/019a7c3e-9c40-7d22-b1a0-3e4d5c6b7a89/thumbnail/5yF0pV3cW8mQ2rT6uX9zA1bC",
    "version": 3,
}
PICTURE: Example = {
    "id": "019a7c3e-9c40-7d22-b1a0-3e4d5c6b7a89",
    "state": "shown",
    "url": "/p/019a7c3e-9c40-7d22-b1a0-3e4d5c6b7a89/full/7hJ2kL4nP6qR8sT0vW3xY5zB",
    "thumbnail_url": SESSION["thumbnail_url"],
    "width": 1024,
    "height": 768,
    "placeholder": "data:image/webp;base64,UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=",
    "hidden_reason": None,
    "appeal": None,
}
MESSAGE: Example = {
    "id": "019a7c3e-7b20-7e33-9c5d-4d5c6b7a8990",
    "session_id": SESSION["id"],
    "client_id": "my-own-1",
    "content": "Create a sunset landscape",
    "language": "en",
    "source_image_id": None,
    "source_image_ids": [],
    "mask_image_id": None,
    "variation_of": None,
    "options": {"width": 1024, "height": 768},
    "status": "DONE",
    "stage": "uploading",
    "intent": "generate",
    "refined_prompt": "A sunset over a calm sea, warm light",
    "reply": None,
    "suggestions": [],
    "edited_image_id": None,
    "image": PICTURE,
    "image_url": PICTURE["url"],
    "provider": "offline",
    "error": None,
    "delay": None,
    "version": 5,
    "position": None,
    "eta_s": None,
    "created_at": "2026-11-29T18:00:01.000Z",
    "updated_at": "2026-11-29T18:00:07.250Z",
}

OPERATIONS = {
    "Send": "sendMessage",
    "Cancel": "cancelMessage",
    "Retry": "retryMessage",
    "Sync": "syncSession",
    "Ping": "ping",
}
SUMMARIES = {
    "Send": "Ask for a picture",
    "Cancel": "Stop a message",
    "Retry": "Take a message on that failed or was cancelled",
    "Sync": "What has changed since the versions that the client knows",
    "Ping": "Is the connection alive? To be sent every `ping_s` seconds",
    "Reply": "The message as it is after the command",
    "SyncReply": "The session, and what the client lacks of its messages",
    "PingReply": "The connection is alive",
    "ErrorReply": "The command was refused",
    "SessionReady": "The first frame: the whole state",
    "MessageChanged": "A message in its new form",
    "MessageProgress": "How far a message is; a hint that may be lost",
    "SessionChanged": "A session of this person's in its new form",
    "SessionDeleted": "A session of this person's is gone",
    "ImageChanged": "A picture that this person imported is hidden, shown, in the trash or deleted",
}
FRAMES: dict[str, Example] = {
    "Send": {"type": "message.send", "id": 1, "client_id": "my-own-1", "content": "Create a sunset landscape"},
    "Cancel": {"type": "message.cancel", "id": 2, "message_id": MESSAGE["id"]},
    "Retry": {"type": "message.retry", "id": 3, "message_id": MESSAGE["id"]},
    "Sync": {"type": "session.sync", "id": 4, "known": {MESSAGE["id"]: 5}},
    "Ping": {"type": "ping", "id": "are you there"},
    "Reply": {"id": 1, "ok": {"message": MESSAGE}},
    "SyncReply": {"id": 4, "ok": {"session": SESSION, "messages": [], "next": None}},
    "PingReply": {"id": "are you there", "ok": {}},
    "ErrorReply": {
        "id": 2,
        "error": {
            "code": "conflict",
            "message": "This message has already ended.",
            "retryable": False,
            "retry_after": None,
        },
    },
    "SessionReady": {"type": "session.ready", "session": SESSION, "messages": [MESSAGE], "next": None, "ping_s": 20},
    "MessageChanged": {"type": "message.changed", "message": MESSAGE},
    "MessageProgress": {
        "type": "message.progress",
        "message_id": MESSAGE["id"],
        "stage": "generating",
        "fraction": 0.4,
    },
    "SessionChanged": {"type": "session.changed", "session": SESSION},
    "SessionDeleted": {"type": "session.deleted", "session_id": SESSION["id"]},
    "ImageChanged": {
        "type": "image.changed",
        "image": {
            **PICTURE,
            "state": "hidden",
            "url": None,
            "thumbnail_url": None,
            "placeholder": None,
            "hidden_reason": {"code": "other", "sentence": "It breaks the rules of this studio."},
        },
    },
}
