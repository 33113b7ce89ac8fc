from chat.examples import MESSAGE, PICTURE, SESSION, Example

USER: Example = {"id": "019a7c3e-5d10-7b62-9f0e-1c2d3e4f5a6b", "name": "guest-1c2d3e4f5a6b"}
IMAGE: Example = {
    **PICTURE,
    "title": "Sunset landscape",
    "favorite": False,
    "prompt": "A sunset over a calm sea, warm light",
    "intent": "generate",
    "provider": "offline",
    "message_id": MESSAGE["id"],
    "session_id": SESSION["id"],
    "parent_id": None,
    "created_at": "2026-11-29T18:00:07.000Z",
    "deleted_at": None,
    "purge_at": None,
    "awaits_approval": False,
    "trash_thumbnail_url": None,
}
DETAILS: Example = {
    **IMAGE,
    "request": "Create a sunset landscape",
    "seed": 20261129,
    "cost": {"amount": 0.0401, "currency": "USD"},
    "bytes": 1048576,
    "mime": "image/webp",
    "album_ids": [],
}
ALBUM: Example = {
    "id": "019a7c3e-7f31-7c10-8a55-0d9e8f7a6b5c",
    "title": "At the sea",
    "count": 1,
    "thumbnail_url": IMAGE["thumbnail_url"],
    "created_at": "2026-11-29T18:05:00.000Z",
}
SHARE: Example = {
    "id": "019a7c40-1b22-7e01-9c44-5d6e7f8a9b0c",
    "url": "/s/AZp8QBsifgGcRF1uf4qbDKqfV0mCw1z5pYh3xJ2kQ8o/",
    "token": "AZp8QBsifgGcRF1uf4qbDKqfV0mCw1z5pYh3xJ2kQ8o",
    "created_at": "2026-11-29T18:10:00.000Z",
    "expires_at": "2026-12-06T18:10:00.000Z",
}
KEY: Example = {
    "id": "5f2b8c1d9e3a4f60",
    "name": "laptop",
    "scopes": ["read"],
    "created_at": "2026-11-29T18:00:00Z",
    "expires_at": "2100-01-01T00:00:00Z",
    "last_used_at": None,
    "last_used_from": None,
    "current": False,
}
MONEY: Example = {
    "currency": "USD",
    "spent": 0.12,
    "reserved": 0.0,
    "ceiling": 1.0,
    "left": 0.88,
    "refills_at": "2026-11-30T00:00:00Z",
}
ANSWERS: dict[str, Example] = {
    "KeyList": {"items": [KEY], "next": None},
    "NewKeyForm": {**KEY, "token": "xQ3vJ8bN5mK2wR7tY9zL4cF6gH1dS0aPqW2eR4tY6uI"},
    "MeForm": {
        **USER,
        "kind": "guest",
        "email": None,
        "created_at": "2026-11-29T18:00:00Z",
        "limits": {
            "sends_per_minute": 60,
            "reads_per_minute": 600,
            "sockets": 20,
            "bytes": 2000000000,
            "pictures": 5000,
            "keys": 50,
        },
        "usage": {"bytes": 1048576, "pictures": 3, "money": MONEY},
        "blocked": None,
    },
    "UsageForm": {
        "today": MONEY,
        "days": [{"day": "2026-11-29", "spent": 0.12, "reserved": 0.0, "assumed": 0.0, "providers": {"gemini": 0.12}}],
    },
    "GuestForm": {"user": USER, "token": "xQ3vJ8bN5mK2wR7tY9zL4cF6gH1dS0aPqW2eR4tY6uI"},
    "TicketForm": {
        "ticket": "r9Tq2LxVb7KcY5NdWf3GhZ1sJ8mPaE4u",
        "protocols": ["studio", "studio.ticket.r9Tq2LxVb7KcY5NdWf3GhZ1sJ8mPaE4u"],
        "expires_in_s": 30,
    },
    "SessionForm": SESSION,
    "SessionPage": {"items": [SESSION], "next": None},
    "MessageForm": MESSAGE,
    "MessagePage": {"items": [MESSAGE], "next": None},
    "ImageForm": IMAGE,
    "ImageDetails": DETAILS,
    "DayList": {
        "items": [{"date": "2026-11-29", "count": 1, "cursor": "019ad1c6-c000-0000-0000-000000000000"}],
        "count": 1,
        "similar": False,
    },
    "ImagePage": {"items": [IMAGE], "next": None, "count": None, "similar": False},
    "AlbumForm": ALBUM,
    "AlbumPage": {"items": [ALBUM], "next": None},
    "ShareForm": SHARE,
    "ShareList": {"items": [SHARE], "next": None},
    "BulkResults": {"results": [{"id": IMAGE["id"], "ok": True, "changed": True, "error": None}]},
    "Lineage": {"parents": [], "ancestors": [], "children": [IMAGE]},
    "Family": {
        "pictures": [IMAGE],
        "made_from": [{"id": IMAGE["id"], "source_id": "019a7c3e-6a10-7c02-8f4a-9b8c7d6e5f40"}],
    },
    "RefinementForm": {
        "intent": "generate",
        "refined_prompt": "A lake at dawn, mist over the water",
        "title": "Lake at dawn",
        "reply": None,
        "options": {"width": 1024, "height": 768},
        "provider": "offline",
    },
}
BODIES: dict[str, Example] = {
    "createToken": {"name": "laptop", "scopes": ["read"], "expires_at": "2100-01-01T00:00:00Z"},
    "deleteMe": {"confirm": USER["name"]},
    "createSession": {"title": "Holidays"},
    "renameSession": {"title": "Holidays at the sea"},
    "sendMessage": {"content": "Create a sunset landscape", "client_id": "my-own-1"},
    "refinePrompt": {"prompt": "a lake at dawn"},
    "generateImage": {"prompt": "a lake at dawn", "width": 256, "height": 192, "seed": 7},
    "updateImage": {"title": "Evening", "favorite": True},
    "changeImages": {"action": "add_to_album", "ids": [IMAGE["id"]], "album_id": ALBUM["id"]},
    "downloadImages": {"ids": [IMAGE["id"]]},
    "createAlbum": {"title": "At the sea"},
    "renameAlbum": {"title": "Holidays at the sea"},
    "createShare": {"expires_in_s": 604800},
    "appealImage": {"text": "It is a painting from a museum."},
    "reportShare": {"reason": "copyright", "text": "I took this photograph in 2019."},
    "importImage": {
        "file": "data:image/png;base64,"
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNwy1tAEmIY1TCqYfhqAABniFQQGbydlQAAAABJRU5ErkJggg==",
        "purpose": "photo",
        "name": "beach.png",
    },
}
PARAMETERS: dict[str, Example] = {
    "token_id": {"description": "`id` of a key"},
    "session_id": {"description": "`id` of a session"},
    "message_id": {"description": "`id` of a message of that session"},
    "image_id": {"description": "`id` of a picture"},
    "share_id": {"description": "`id` of a share"},
    "token": {"description": "What stands after `/s/` in a share's `url`"},
    "album_id": {"description": "`id` of an album"},
    "pictures": {"description": "What becomes of the pictures that the conversation made"},
}
