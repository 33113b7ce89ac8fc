"""What the validators of `chat.protocol` enforce, as JSON Schema for clients."""

from typing import Any

Schema = dict[str, Any]

# Half characters are in no JSON that is sent as UTF-8.
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
CLEAN: Schema = {"pattern": rf"^[^{_CONTROLS}]*$"}
NOT_BLANK: Schema = {"pattern": rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"}

OBJECT: Schema = {"type": "object"}
STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
OTHER_THAN_EDIT: Schema = {"enum": ["generate", "enhance", "remove_background", "remove_object", "style_transfer"]}
CHANGE: Schema = {"enum": ["edit", "enhance", "remove_background", "remove_object", "style_transfer"]}


def changes_something(schema: Schema) -> None:
    """Not every one of its fields may have its default."""
    defaults = {name: {"const": field.get("default")} for name, field in schema["properties"].items()}
    schema["not"] = {"properties": defaults}


def _has(name: str, value: Schema) -> Schema:
    return {"required": [name], "properties": {name: value}}


def _all(*parts: Schema) -> Schema:
    required = [name for part in parts for name in part["required"]]
    return {
        "required": required,
        "properties": {name: each for part in parts for name, each in part["properties"].items()},
    }


_SIZED_OR_STYLED = [
    _has("width", NUMBER),
    _has("height", NUMBER),
    _has("style", STRING),
    _has("intent", OTHER_THAN_EDIT),
]
_ADJUSTS = _has("options", _has("adjust", OBJECT))

# `adjust` stands alone.
OF_A_MESSAGE: Schema = {
    "not": {
        "anyOf": [
            _all(_has("mask_image_id", STRING), _ADJUSTS),
            _all(_has("variation_of", STRING), _ADJUSTS),
            _has("options", {**_has("adjust", OBJECT), "anyOf": _SIZED_OR_STYLED}),
        ]
    }
}

# And whatever changes a picture names it.
OF_AN_IMAGE: Schema = {
    "not": {
        "anyOf": [
            {**_has("adjust", OBJECT), "anyOf": [*_SIZED_OR_STYLED, _has("mask_image_id", STRING)]},
            {
                "not": _has("source_image_id", STRING),
                "anyOf": [_has("adjust", OBJECT), _has("mask_image_id", STRING), _has("intent", CHANGE)],
            },
        ]
    }
}
