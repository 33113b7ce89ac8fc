from dataclasses import replace

from google.genai.types import GenerateContentConfig, GenerateContentResponse, ImageConfig, Part
from pydantic import ValidationError

from gallery import pictures
from gallery.errors import BadInput, ProviderDown
from gallery.translation import N_, _
from pipeline.providers import reading
from pipeline.providers.base import (
    Control,
    Intent,
    Picture,
    PictureRequest,
    PlanForm,
    RefinedRequest,
    Refinement,
    RefineRequest,
    Usage,
)
from pipeline.providers.calls import Patience, guessed_share, until_busy, usage_on_errors
from pipeline.providers.gemini import answers, fitting, wording
from pipeline.providers.gemini.account import Account
from pipeline.providers.gemini.client import Client, Question
from pipeline.providers.gemini.faults import UNREADABLE

SEEDS = 2**31  # the service's seeds are 32-bit numbers with a sign
MAX_OUTPUT_TOKENS = 8192  # of a reading, thoughts included
MAX_PICTURE_TOKENS = 8192  # of a picture, words and thoughts included
USUAL_S = 12.0  # for the progress bar
NO_TRANSPARENCY = N_(
    "Gemini makes no transparent pictures, so it cannot remove a background: another provider, such as cloudinary, has to be "
    "set for that in STUDIO_PROVIDERS."
)


class GeminiProvider:
    name = "gemini"
    max_pictures = 1

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = Client(account)

    def close(self) -> None:
        self._client.close()

    def refine(self, request: RefineRequest) -> Refinement:
        config = GenerateContentConfig(
            system_instruction=reading.INSTRUCTION,
            response_mime_type="application/json",
            response_schema=reading.Reading,
            max_output_tokens=MAX_OUTPUT_TOKENS,
        )
        question = Question(self._account.text_model, (Part.from_text(text=reading.document(request)),), config)
        answer = self._client.ask(question, until_busy(self._account.timeout_s))
        usage = answers.usage(answer)
        with usage_on_errors(usage):
            return _read(answer, request, usage)

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return None if refined.intent in wording.SERVED else _(NO_TRANSPARENCY)

    def size(self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for an intent it does not serve, or a change without a picture."""
        question = Question(self._account.picture_model, _parts(request), _config(request))
        control.progress(0.0)  # a cancelled message shall cost nothing
        patience = Patience(
            lambda: control.progress(0.0), lambda seconds: control.billed_progress(guessed_share(seconds, USUAL_S))
        )
        answer = self._client.ask(question, patience)
        usage = answers.usage(answer)
        with usage_on_errors(usage):
            found = answers.picture(answer)
        paid = replace(usage, pictures=1)
        with usage_on_errors(paid):
            return Picture(fitting.received(found, request), self.name, paid)


def _read(answer: GenerateContentResponse, request: RefineRequest, usage: Usage) -> Refinement:
    try:
        return reading.refinement(answers.words(answer), request, GeminiProvider.name, usage)
    except ValidationError:
        raise ProviderDown(UNREADABLE) from None  # its text quotes the person


def _parts(request: PictureRequest) -> tuple[Part, ...]:
    if request.intent not in wording.SERVED:
        raise BadInput("Gemini does not do this.")
    if request.intent.needs_source and request.source is None:
        raise BadInput("There is no picture to change.")
    shown: tuple[tuple[bytes, str], ...] = ()
    if request.source is not None:
        if request.mask is None:
            shown = (fitting.sent(request.source),)
        else:
            shown = fitting.sent_with_mask(request.source, request.mask)
    parts = [Part.from_bytes(data=data, mime_type=mime) for data, mime in shown]
    return Part.from_text(text=wording.words(request)), *parts


def _config(request: PictureRequest) -> GenerateContentConfig:
    """The chosen shape, else the source's; with a mask always the source's."""
    size = ImageConfig()
    if request.source is not None and request.mask is not None:
        frame = fitting.framed(*pictures.check(request.source))
        size.aspect_ratio = fitting.nearest_ratio(*frame)
        size.image_size = fitting.size_name(*frame)
    elif request.width and request.height:
        size.aspect_ratio = fitting.nearest_ratio(request.width, request.height)
        size.image_size = fitting.size_name(request.width, request.height)
    elif request.source is not None:
        size.image_size = fitting.size_name(*pictures.check(request.source))
    return GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=size,
        seed=request.seed % SEEDS,
        max_output_tokens=MAX_PICTURE_TOKENS,
    )
