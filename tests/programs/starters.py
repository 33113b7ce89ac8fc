"""`make starters`: the pictures that a newcomer sees, painted and changed by the studio's own tools, into
static/studio/chat/starters/. The photograph is `coffee` (R. Michetti, CC0), which scikit-image's wheel brings."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from gallery import pictures
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.programs.quality.photos import photo
from tests.support.listener import Listener

FOLDER = Path(__file__).parents[2] / "static/studio/chat/starters"
PAINTED = {  # file → the starter's prompt and seed
    "sunset": ("Create a sunset landscape", 2),
    "city": ("A city skyline at night with stars", 7),
    "beach": ("Vẽ một bãi biển lúc hoàng hôn", 5),
}
PAINTED_AT, SHOWN = (768, 576), (288, 216)  # pixels
STYLE = "pencil"  # what the photograph is turned into


def draw(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, (words, seed) in PAINTED.items():
        request = PictureRequest(Intent.GENERATE, words, words, *PAINTED_AT, None, seed, None, None)
        _keep(folder / f"{name}.webp", pictures.decode(OfflineProvider().make(request, Listener()).data))
    before = Image.fromarray(photo("coffee"))
    before.save(folder / "sample-photo.webp", quality=80, method=6)
    _keep(folder / "photo.webp", _half_and_half(before, _changed(before)))


def _changed(before: Image.Image) -> Image.Image:
    source = io.BytesIO()
    before.save(source, "PNG")
    request = PictureRequest(
        Intent.STYLE_TRANSFER, f"in {STYLE} style", "", None, None, STYLE, 1, source.getvalue(), None
    )
    return pictures.decode(OfflineProvider().make(request, Listener()).data)


def _half_and_half(before: Image.Image, after: Image.Image) -> Image.Image:
    """Before on the left, after on the right, a line between them."""
    whole, middle = before.convert("RGB"), before.width // 2
    whole.paste(after.convert("RGB").crop((middle, 0, *after.size)), (middle, 0))
    ImageDraw.Draw(whole).line((middle, 0, middle, whole.height), "white", 4)
    return whole


def _keep(file: Path, picture: Image.Image) -> None:
    small = picture.convert("RGB")
    across = small.height * SHOWN[0] // SHOWN[1]
    left = (small.width - across) // 2
    small = small.crop((left, 0, left + across, small.height)).resize(SHOWN, Image.Resampling.LANCZOS)
    small.save(file, quality=56, method=6)


if __name__ == "__main__":
    draw(FOLDER)
