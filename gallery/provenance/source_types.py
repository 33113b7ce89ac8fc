"""What a picture is, in IPTC's terms (https://cv.iptc.org/newscodes/digitalsourcetype/):
derived from how, and from what, it was made."""

from collections.abc import Sequence
from enum import StrEnum

from gallery import lineage
from gallery.models import Image

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED, COMPOSITE_TRAINED = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
ALGORITHMIC, COMPOSITE_SYNTHETIC = "algorithmicMedia", "compositeSynthetic"
ENHANCED, EDITED, CAPTURED = "algorithmicallyEnhanced", "humanEdits", "digitalCapture"
UNKNOWN = ""
BY_MODELS = (TRAINED, COMPOSITE_TRAINED)
MAX_STEPS = 50  # upwards, through rows of an older release


class Maker(StrEnum):
    MODEL = "model"  # it was trained on pictures, and draws
    ALGORITHM = "algorithm"
    HAND = "hand"  # a person, with sliders


def maker(provider: str, intent: str, pictures: int = 1) -> Maker:
    """A provider that is not known here counts as a model."""
    by_model = (provider, intent) == ("cloudinary", "remove_object")
    by_model = by_model or ((provider, intent) == ("offline", "style_transfer") and pictures > 1)  # in another's style
    return Maker.ALGORITHM if provider in ("offline", "cloudinary") and not by_model else Maker.MODEL


def maker_of(image: Image) -> Maker:
    further = image.references.count() if image.intent == "style_transfer" else 0
    return maker(image.provider, image.intent, 1 + further)


def made(by: Maker, sources: Sequence[str]) -> str:
    """`sources`: the types of what it was made from; none where it was made of words alone."""
    if not sources:
        return TRAINED if by is Maker.MODEL else ALGORITHMIC
    if set(sources) in ({TRAINED}, {ALGORITHMIC}) and (by is not Maker.MODEL or sources[0] == TRAINED):
        return sources[0]
    if by is Maker.MODEL or any(each in BY_MODELS for each in sources):
        return COMPOSITE_TRAINED
    if any(each in (ALGORITHMIC, COMPOSITE_SYNTHETIC) for each in sources):
        return COMPOSITE_SYNTHETIC
    return EDITED if by is Maker.HAND and ENHANCED not in sources else ENHANCED


def of(image: Image, steps: int = MAX_STEPS) -> str:
    """Derived for a row of an older release."""
    if image.source_type is not None:
        return image.source_type
    if image.purpose != Image.Purpose.MADE or not steps:
        return UNKNOWN
    sources = [of(parent, steps - 1) for parent in lineage.parents(image)]
    if not sources and image.intent != "generate":
        sources = [UNKNOWN]  # it is gone
    return made(maker_of(image), sources)
