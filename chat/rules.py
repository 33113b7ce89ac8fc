"""What the validators of `chat.bodies` enforce, as JSON Schema for clients."""

from typing import cast

from pydantic.config import JsonDict

# Lone surrogates cannot occur in UTF-8.
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
CLEAN: JsonDict = {"pattern": rf"^[^{CONTROLS}]*$"}
NOT_BLANK: JsonDict = {"pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$"}

OBJECT: JsonDict = {"type": "object"}
STRING: JsonDict = {"type": "string"}
ARRAY: JsonDict = {"type": "array", "items": STRING}
NUMBER: JsonDict = {"type": "integer"}
OTHER_THAN_EDIT: JsonDict = {"enum": ["generate", "enhance", "remove_background", "remove_object", "style_transfer"]}
CHANGE: JsonDict = {"enum": ["edit", "enhance", "remove_background", "remove_object", "style_transfer"]}


def changes_something(schema: JsonDict) -> None:
    """At least one field must differ from its default."""
    fields = cast("dict[str, JsonDict]", schema["properties"])
    schema["not"] = {"properties": {name: {"const": field.get("default")} for name, field in fields.items()}}


def _has(**fields: JsonDict) -> JsonDict:
    return {"required": [*fields], "properties": {**fields}}


_ADJUSTED = _has(adjust=OBJECT)
_SEVERAL = _has(source_image_ids={**ARRAY, "minItems": 2})
_NAMES_A_PICTURE: JsonDict = {"anyOf": [_has(source_image_id=STRING), _has(source_image_ids=ARRAY)]}
# Accepted by the validators if both name the same picture.
_NAMES_IT_TWICE = _has(source_image_id=STRING, source_image_ids=ARRAY)
_SIZED_OR_STYLED = [
    _has(width=NUMBER),
    _has(height=NUMBER),
    _has(style=STRING),
    _has(resolution=STRING),
    _has(intent=OTHER_THAN_EDIT),
]

# `adjust` stands alone.
OF_A_MESSAGE: JsonDict = {
    "not": {
        "anyOf": [
            _has(mask_image_id=STRING, options=_ADJUSTED),
            _has(variation_of=STRING, options=_ADJUSTED),
            {**_SEVERAL, "allOf": [_has(options=_ADJUSTED)]},
            _has(options={**_ADJUSTED, "anyOf": [*_SIZED_OR_STYLED]}),
            _NAMES_IT_TWICE,
        ]
    }
}

# Whatever changes a picture has to name it.
OF_AN_IMAGE: JsonDict = {
    "not": {
        "anyOf": [
            {**_ADJUSTED, "anyOf": [*_SIZED_OR_STYLED, _has(mask_image_id=STRING), _SEVERAL]},
            {
                "not": _NAMES_A_PICTURE,
                "anyOf": [_ADJUSTED, _has(mask_image_id=STRING), _has(intent=CHANGE)],
            },
            _NAMES_IT_TWICE,
        ]
    }
}
