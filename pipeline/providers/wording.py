"""What an image model is told in addition to the refinement's words."""

from pipeline.providers.base import Intent

LEADS = {
    Intent.GENERATE: "Make one picture.",
    Intent.EDIT: "Change the picture as said below, and keep everything else in it as it is.",
    Intent.ENHANCE: (
        "Give the picture back clearer: less noise, natural contrast, crisp detail. Show exactly what it shows, add nothing."
    ),
    Intent.REMOVE_OBJECT: (
        "Remove from the picture what is said below, fill the place with what would be behind it, and keep the rest as it is."
    ),
    Intent.STYLE_TRANSFER: "Show the same picture, with everything in its place, in another style, as said below.",
}
_STYLES = {
    "watercolour": "a watercolour painting, with transparent washes on paper",
    "pencil": "a pencil drawing",
    "oil": "an oil painting, with visible brush strokes",
    "cartoon": "a cartoon, with clean outlines and flat colours",
    "pixel": "pixel art, with large square pixels and few colours",
    "sepia": "an old photograph in sepia",
    "ink": "an ink drawing, in black lines on white",
    "poster": "a poster, in a few flat colours",
}


def style(named: str) -> str:
    """Named styles are described; any other style is a description."""
    return _STYLES.get(named.lower(), named)
