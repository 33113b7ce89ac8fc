"""What stages that do nothing make."""

from io import BytesIO

from PIL import Image

STAGES = ("refining", "generating", "uploading")


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (16, 16), "teal").save(out, "PNG")
    return out.getvalue()


PICTURE = _picture()
