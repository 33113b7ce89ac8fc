from collections.abc import Callable
from typing import Any

from PIL import Image

from gallery.errors import NoImage, ProviderDown, Refused, StudioError
from gallery.translation import N_, _
from pipeline.providers import fitting, orders
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, PlanForm, RefinedRequest, Usage
from pipeline.providers.diffusers.model import Model
from pipeline.providers.diffusers.pipelines import Pipelines, is_of_memory, no_memory
from pipeline.providers.orders import Order
from pipeline.providers.text import Size

STRENGTH = 0.75  # how much of a picture is drawn anew, 0 to 1
UNSUPPORTED = N_("The image model of this studio makes new pictures only: it changes none.")


class DiffusersProvider:
    name = "diffusers"
    max_pictures: int = 1
    resolutions: tuple[str, ...] = ()

    def __init__(self, model: Model) -> None:
        self._model = model
        self._pipelines = Pipelines(model)

    def close(self) -> None:
        self._pipelines.close()

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return orders.unsupported_reason(refined)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        order = orders.order(request)
        if not order.instruction:
            raise NoImage
        control.progress(0.0)
        with self._pipelines.using(control) as pipeline:
            image = _drawn(lambda: self._draw(pipeline, order, control))
        data = fitting.png(fitting.fitted(orders.unboxed(image, request), request))
        return Picture(data, self.name, Usage(pictures=1), note=orders.enlarged(image, request))

    def _draw(self, text_to_image: Any, order: Order, control: Control) -> Any:
        import torch

        box = orders.asked_size(order.shape, self._model.pixels)
        pipeline, pictures = _for(text_to_image, order, box)

        def stepped(pipe: Any, step: int, timestep: Any, values: dict[str, object]) -> dict[str, object]:
            control.progress((step + 1) / pipe.num_timesteps)
            return values

        with torch.inference_mode():
            return pipeline(
                prompt=order.words or order.lead,
                width=box[0],
                height=box[1],
                num_inference_steps=self._model.steps,
                generator=torch.Generator("cpu").manual_seed(order.seed),  # the same on any device
                callback_on_step_end=stepped,
                **pictures,
            )


def _for(text_to_image: Any, order: Order, box: Size) -> tuple[Any, dict[str, object]]:
    """A pipeline with the same weights, and its further arguments."""
    from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting

    if order.source is None:
        return text_to_image, {}
    image, mask = order.in_box(box)
    pictures: dict[str, object] = {"image": image.convert("RGB"), "strength": STRENGTH}
    kind = AutoPipelineForImage2Image
    if mask is not None:
        kind, pictures["mask_image"] = AutoPipelineForInpainting, mask
    try:
        return kind.from_pipe(text_to_image), pictures
    except ValueError:
        raise NoImage(_(UNSUPPORTED)) from None


def _drawn(draw: Callable[[], Any]) -> Image.Image:
    fault: StudioError
    try:
        drawn = draw()
    except (RuntimeError, ValueError, TypeError, MemoryError) as error:
        fault = no_memory() if is_of_memory(error) else ProviderDown()
        fault.__cause__ = error
    else:
        if any(getattr(drawn, "nsfw_content_detected", None) or ()):
            raise Refused
        image: Image.Image = drawn.images[0]
        return image
    raise fault
