from dataclasses import replace

from google.genai.types import GenerateContentConfig, GenerateContentResponse, Part, ThinkingConfig, ThinkingLevel
from pydantic import ValidationError

from gallery import pictures
from gallery.errors import BadInput, ProviderDown
from gallery.translation import N_, _
from pipeline.providers import reading
from pipeline.providers.base import (
    RESOLUTIONS,
    Answer,
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
from pipeline.providers.base import Question as AboutPictures
from pipeline.providers.calls import Patience, guessed_share, until_busy, usage_on_errors
from pipeline.providers.gemini import answers, fitting, rating, shapes, wording
from pipeline.providers.gemini.account import Account
from pipeline.providers.gemini.client import Client, Question
from pipeline.providers.gemini.faults import UNREADABLE
from pipeline.providers.gemini.shapes import Shape
from pipeline.providers.text import Size

SEEDS = 2**31  # the service's seeds are 32-bit numbers with a sign
MAX_OUTPUT_TOKENS = 8192  # of a reading or an answer, thoughts included
ANSWER_S = 8.0  # usually, for the progress bar
MAX_PICTURE_TOKENS = 8192  # of a picture, words and thoughts included
NO_TRANSPARENCY = N_(
    "Gemini makes no transparent pictures, so it cannot remove a background: another provider, such as cloudinary, has to be "
    "set for that in STUDIO_PROVIDERS."
)
ENLARGED = N_("Gemini made it at {width} × {height} pixels; it was enlarged to the size that you chose.")
PART_ENLARGED = N_(
    "Gemini drew what changed at {width} × {height} pixels; it was enlarged to the size of your picture."
)
SMALLER = N_("Gemini made it at {width} × {height} pixels, which is less than {size}.")


class GeminiProvider:
    name = "gemini"
    max_pictures = 10
    resolutions: tuple[str, ...] = RESOLUTIONS

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = Client(account)

    def close(self) -> None:
        self._client.close()

    def refine(self, request: RefineRequest) -> Refinement:
        config = GenerateContentConfig(
            system_instruction=reading.LOOKING_INSTRUCTION,
            response_mime_type="application/json",
            response_schema=reading.LookingReading,
            max_output_tokens=MAX_OUTPUT_TOKENS,
        )
        question = Question(self._account.text_model, (Part.from_text(text=reading.document(request)),), config)
        answer = self._client.ask(question, until_busy(self._account.timeout_s))
        usage = answers.usage(answer)
        with usage_on_errors(usage):
            return _read(answer, request, usage)

    def answer(self, question: AboutPictures, control: Control) -> Answer:
        config = GenerateContentConfig(system_instruction=reading.LOOK, max_output_tokens=MAX_OUTPUT_TOKENS)
        document = Part.from_text(text=reading.question_document(question))
        asked = Question(self._account.text_model, (document, *_numbered(list(question.pictures))), config)
        answer = self._client.ask(asked, _patience(control, ANSWER_S))
        usage = answers.usage(answer)
        with usage_on_errors(usage):
            return Answer(answers.words(answer).strip(), self.name, usage)

    def rate(self, picture: bytes) -> float:
        config = GenerateContentConfig(
            system_instruction=rating.INSTRUCTION,
            response_mime_type="application/json",
            response_schema=rating.Rating,
            max_output_tokens=rating.MAX_OUTPUT_TOKENS,
        )
        question = Question(self._account.text_model, (_part(fitting.sent(picture)),), config)
        return rating.read(self._client.ask(question, until_busy(self._account.timeout_s)))

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return None if refined.intent in wording.SERVED else _(NO_TRANSPARENCY)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for an intent it does not serve, or a change without a picture."""
        shape = _shape(request)
        question = Question(self._account.picture_model, _parts(request), self._config(request), shape)
        patience = _patience(control, shapes.USUAL_S[shape.size])
        answer = self._client.watch(question, patience, control.draft)
        usage = answers.usage(answer)
        with usage_on_errors(usage):
            found = answers.picture(answer)
        paid = _with_picture(usage, shape.size)
        with usage_on_errors(paid):
            data, made = fitting.received(found, request)
            return Picture(data, self.name, paid, note=_note(made, request))

    def _config(self, request: PictureRequest) -> GenerateContentConfig:
        level = self._account.thinking
        thinking = ThinkingConfig(include_thoughts=True, thinking_level=ThinkingLevel(level.upper()) if level else None)
        return GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            seed=request.seed % SEEDS,
            thinking_config=thinking,
            max_output_tokens=MAX_PICTURE_TOKENS,
        )


def _patience(control: Control, usual_s: float) -> Patience:
    control.progress(0.0)  # a cancelled message shall cost nothing
    return Patience(
        lambda: control.progress(0.0), lambda seconds: control.billed_progress(guessed_share(seconds, usual_s))
    )


def _read(answer: GenerateContentResponse, request: RefineRequest, usage: Usage) -> Refinement:
    try:
        return reading.refinement(answers.words(answer), request, GeminiProvider.name, usage, can_look=True)
    except ValidationError:
        raise ProviderDown(UNREADABLE) from None  # its text quotes the person


def _parts(request: PictureRequest) -> tuple[Part, ...]:
    if request.intent not in wording.SERVED:
        raise BadInput(_("Gemini does not do this."))
    if request.intent.needs_source and request.source is None:
        raise BadInput(_("There is no picture to change."))
    words = Part.from_text(text=wording.words(request))
    if request.source is None or request.mask is None:
        shown = [data for data in (request.source, *request.references) if data is not None]
        return words, *(_numbered(shown) if len(shown) > 1 else (_part(fitting.sent(data)) for data in shown))
    source, mask = fitting.sent_with_mask(request.source, request.mask)
    if not request.references:
        return words, _part(source), _part(mask)
    further = _numbered(list(request.references), first=2)
    return words, *_labelled(wording.LABEL.format(1), source), *further, *_labelled(wording.MASK_LABEL, mask)


def _numbered(shown: list[bytes], first: int = 1) -> tuple[Part, ...]:
    """Each under its number."""
    together = enumerate(fitting.sent_together(shown), start=first) if shown else ()
    return tuple(part for number, sent in together for part in _labelled(wording.LABEL.format(number), sent))


def _labelled(label: str, sent: fitting.Sent) -> tuple[Part, Part]:
    return Part.from_text(text=label), _part(sent)


def _part(sent: fitting.Sent) -> Part:
    return Part.from_bytes(data=sent[0], mime_type=sent[1])


def _shape(request: PictureRequest) -> Shape:
    """The chosen shape, else the source's; with a mask always the source's."""
    ratio: str | None = None
    size = "1K"
    if request.source is not None and request.mask is not None:
        frame = fitting.framed(*pictures.check(request.source))
        ratio, size = shapes.nearest_ratio(*frame), shapes.size_name(*frame)
    elif request.width and request.height:
        ratio = shapes.nearest_ratio(request.width, request.height)
        size = shapes.size_name(request.width, request.height)
    elif request.source is not None:
        size = shapes.size_name(*pictures.check(request.source))
    return Shape(ratio, request.resolution or size)


def _with_picture(usage: Usage, size: str) -> Usage:
    return replace(
        usage,
        pictures=1,
        pictures_1k=int(size == "1K"),
        pictures_2k=int(size == "2K"),
        pictures_4k=int(size == "4K"),
    )


def _note(made: Size, request: PictureRequest) -> str | None:
    """How large it really was made, where the picture does not show it."""
    sentence = _sentence(made, request)
    return _(sentence).format(width=made[0], height=made[1], size=request.resolution) if sentence else None


def _sentence(made: Size, request: PictureRequest) -> str | None:
    if request.source is not None and request.mask is not None:
        return PART_ENLARGED if _is_less(made, fitting.kept_size(pictures.check(request.source))) else None
    if request.resolution:
        return SMALLER if shapes.is_smaller(made, request.resolution) else None
    if request.width and request.height and _is_less(made, (request.width, request.height)):
        return ENLARGED
    return None


def _is_less(made: Size, wanted: Size) -> bool:
    """Noticeably, of a side."""
    return made[0] < wanted[0] * 0.95 or made[1] < wanted[1] * 0.95
