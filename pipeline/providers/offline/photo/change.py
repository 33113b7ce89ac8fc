from PIL import Image

from gallery import pictures
from gallery.errors import BadInput
from pipeline.providers.base import Intent, PictureRequest, Progress, part
from pipeline.providers.encoding import encoded

from ..plan import Plan, enhanced_size, within
from ..sentences import say
from . import edits


def change(request: PictureRequest, plan: Plan, progress: Progress) -> tuple[bytes, str | None]:
    """And the name of a sentence about what came out otherwise than asked for. Raises `BadInput`."""
    if request.source is None:
        raise BadInput(say("no_picture"))
    progress(0.0)
    image, note = pictures.decode(request.source), None
    if image.size != within(image.size):
        image, note = image.resize(within(image.size), Image.Resampling.LANCZOS), "shrunk"
    if "upscale" in plan.steps and enhanced_size(plan.steps, image.size) == image.size:
        note = note or "keeps_its_size"
        plan = plan.model_copy(update={"steps": tuple(step for step in plan.steps if step != "upscale")})
    mask = pictures.decode(request.mask).convert("L").resize(image.size) if request.mask else None
    progress(0.02)
    share = part(progress, 0.02, 0.95)
    if request.intent is Intent.EDIT:
        changed, about = _edited(plan, image, mask, share)
    else:
        from . import tools  # late: it loads OpenCV

        changed, about = tools.apply(request, plan, image, mask, share)
    data = encoded(changed, lambda: progress(0.95))
    progress(1.0)
    return data, about or note


def _edited(
    plan: Plan, image: Image.Image, mask: Image.Image | None, progress: Progress
) -> tuple[Image.Image, str | None]:
    if not plan.edits:
        raise BadInput(say("within"))
    note = None
    if plan.part and mask is None:
        from .background import part_of  # late, as `tools`

        mask, note = part_of(image, plan.part, part(progress, 0, 0.8))
        progress = part(progress, 0.8, 1)
    return edits.apply(plan.edits, image, mask, progress), note
