from PIL import Image

from gallery import pictures
from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import Intent, PictureRequest, Progress, part
from pipeline.providers.encoding import encoded

from ..plan import Plan, fits_twice, within
from . import edits


def change(request: PictureRequest, plan: Plan, progress: Progress) -> tuple[bytes, str | None]:
    """And the name of a sentence about what came out otherwise than asked for. Raises `BadInput`."""
    if request.source is None:
        raise BadInput(_("There is no picture to work on."))
    progress(0.0)
    image, note = pictures.decode(request.source), None
    if image.size != within(image.size):
        image, note = image.resize(within(image.size), Image.Resampling.LANCZOS), "shrunk"
    if "upscale" in plan.steps and not fits_twice(image.size):
        note = note or "keeps_its_size"
        plan = plan.model_copy(update={"steps": tuple(step for step in plan.steps if step != "upscale")})
    mask = pictures.decode(request.mask).convert("L").resize(image.size) if request.mask else None
    progress(0.02)
    if request.intent is Intent.EDIT:
        if not plan.edits:
            raise BadInput(_("These words name no edit that works without an AI."))
        if plan.part and mask is None:
            from .background import part_of  # late, as `tools`

            mask, about = part_of(image, plan.part, part(progress, 0.03, 0.8))
            note = about or note
        changed = edits.apply(plan.edits, image, mask, part(progress, 0.8 if plan.part else 0.03, 0.95))
    else:
        from . import tools  # late: it loads OpenCV

        changed, about = tools.apply(request, plan, image, mask, part(progress, 0.03, 0.95))
        note = about or note
    data = encoded(changed, lambda: progress(0.95))
    progress(1.0)
    return data, note
