from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.adjust import Adjust, Size
from pipeline.providers.base import (
    Control,
    Intent,
    Picture,
    PictureRequest,
    PlanForm,
    Progress,
    RefinedRequest,
    Refinement,
    RefineRequest,
)
from pipeline.providers.offline.provider import one_at_a_time
from pipeline.providers.offline.reader.refine import PROVIDER
from pipeline.providers.offline.sentences import say
from pipeline.providers.text import title


class Adjuster:
    """For requests with `adjust`."""

    name = PROVIDER
    max_pictures = 1
    resolutions: tuple[str, ...] = ()

    def refine(self, request: RefineRequest) -> Refinement:
        able = request.has_source
        return Refinement(
            intent=Intent.EDIT if able else Intent.REPLY,
            prompt=" ".join(request.content.split()) if able else "",
            title=title(request.content),
            reply=None if able else say("no_picture"),
            width=None,
            height=None,
            style=None,
            provider=self.name,
            repeatable=True,
        )

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return None

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> Size | None:
        return None  # computed by `Adjust.size_after`

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for an unreadable source, or a crop that does not fit."""
        if request.source is None or request.adjust is None:
            raise BadInput(_("There is no picture to adjust."))
        with one_at_a_time(control):
            return Picture(apply(request.source, request.adjust, control.progress), self.name, repeatable=True)


def apply(source: bytes, adjust: Adjust, progress: Progress) -> bytes:
    # Late: reading needs no Pillow.
    from gallery import pictures
    from pipeline.providers.arithmetic import adjusted
    from pipeline.providers.encoding import encoded

    progress(0.0)
    image = adjusted(pictures.decode(source), adjust, progress)
    data = encoded(image, lambda: progress(0.95))
    progress(1.0)
    return data
