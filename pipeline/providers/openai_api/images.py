from collections.abc import Callable, Mapping

from gallery.errors import NoImage
from pipeline.providers import fitting, orders
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, PlanForm, RefinedRequest
from pipeline.providers.calls import usage_on_errors
from pipeline.providers.openai_api import dialect, faults
from pipeline.providers.openai_api.client import Client
from pipeline.providers.openai_api.dialect import Dialect
from pipeline.providers.openai_api.openai_images import OpenAIImages
from pipeline.providers.openai_api.sd_cpp import SdCpp
from pipeline.providers.openai_api.server import Server
from pipeline.providers.openai_api.webui import WebUI
from pipeline.providers.text import Size

# By the end of the address: .../sdapi/v1
_DIALECTS: Mapping[str, Callable[[Server, Client, int], Dialect]] = {"sdapi": WebUI, "sdcpp": SdCpp}


class ImagesProvider:
    name = dialect.NAME
    max_pictures = 1
    resolutions: tuple[str, ...] = ()

    def __init__(self, server: Server, max_pixels: int = 1024 * 1024) -> None:
        self._client = Client(self.name, server)
        self._dialect = _DIALECTS.get(server.api, OpenAIImages)(server, self._client, max_pixels)

    def close(self) -> None:
        self._client.close()

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return orders.unsupported_reason(refined)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        order = orders.order(request)
        if not order.instruction:  # all of them were commands
            raise NoImage(faults.NO_IMAGE)
        control.progress(0.0)  # a cancelled message shall cost nothing
        made = self._dialect.make(order, control)
        with usage_on_errors(made.usage):
            image = fitting.decoded(made.data)
            cut = fitting.fitted(orders.unboxed(image, request), request)
        return Picture(fitting.png(cut), self.name, made.usage, note=orders.enlarged(image, request))
