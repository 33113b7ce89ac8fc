from dataclasses import replace

from google.genai.types import Candidate, Content, FinishReason, GenerateContentResponse, MediaModality, Part

from gallery.errors import NoImage, ProviderDown, Refused, Unusable
from gallery.translation import N_, _
from pipeline.providers.base import Usage
from pipeline.providers.gemini.faults import UNREADABLE

REFUSED = N_("The picture service refused this request.")
WORDS_ONLY = N_("The picture service made no picture of this. Try to say more plainly what it should show.")
MAX_TOKENS = 2**31 - 1

_REFUSALS = {
    FinishReason.SAFETY, FinishReason.RECITATION, FinishReason.LANGUAGE, FinishReason.BLOCKLIST,
    FinishReason.PROHIBITED_CONTENT, FinishReason.SPII, FinishReason.IMAGE_SAFETY, FinishReason.IMAGE_PROHIBITED_CONTENT,
    FinishReason.IMAGE_RECITATION, FinishReason.ESCALATION, FinishReason.MODEL_ARMOR,
}  # fmt: skip
_MISHAPS = {
    FinishReason.MALFORMED_RESPONSE, FinishReason.MALFORMED_FUNCTION_CALL, FinishReason.UNEXPECTED_TOOL_CALL,
    FinishReason.TOO_MANY_TOOL_CALLS, FinishReason.MISSING_THOUGHT_SIGNATURE, FinishReason.CONTINUATION,
}  # fmt: skip


def words(answer: GenerateContentResponse) -> str:
    """Without thoughts. Raises `Refused`, `ProviderDown`, `Unusable`."""
    found = [part.text for part in _parts(answer) if part.text and not part.thought]
    if not found:
        raise ProviderDown(UNREADABLE)
    return "".join(found)


def picture(answer: GenerateContentResponse) -> bytes:
    """The last picture; those before it are drafts. Raises `Refused`, `NoImage`, `ProviderDown`, `Unusable`."""
    found = [part.inline_data.data for part in _parts(answer) if not part.thought and part.inline_data]
    if found:
        return found[-1] or b""
    ending = answer.candidates[0].finish_reason if answer.candidates else None
    if ending is None or ending in _MISHAPS:
        raise ProviderDown(UNREADABLE)
    raise NoImage(WORDS_ONLY)


def drafts(chunk: GenerateContentResponse) -> list[bytes]:
    """Intermediate pictures, among the model's thoughts."""
    found = [part.inline_data.data for part in _all_parts([chunk]) if part.thought and part.inline_data]
    return [data for data in found if data]


def merged(chunks: list[GenerateContentResponse]) -> GenerateContentResponse:
    """Merges the parts of a stream into one answer."""
    first = [chunk.candidates[0] for chunk in chunks if chunk.candidates]
    feedback = [chunk.prompt_feedback for chunk in chunks if chunk.prompt_feedback]
    counted = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    endings = [candidate.finish_reason for candidate in first if candidate.finish_reason]
    content = Content(parts=_all_parts(chunks))
    whole = Candidate(content=content, finish_reason=endings[-1] if endings else None)
    return GenerateContentResponse(
        candidates=[whole] if first else None,
        prompt_feedback=feedback[0] if feedback else None,
        usage_metadata=counted[-1] if counted else None,
    )


def _all_parts(chunks: list[GenerateContentResponse]) -> list[Part]:
    contents = [chunk.candidates[0].content for chunk in chunks if chunk.candidates]
    return [part for content in contents if content for part in content.parts or []]


def usage(answer: GenerateContentResponse) -> Usage:
    counted = answer.usage_metadata
    if counted is None:
        return Usage()
    output = (counted.candidates_token_count or 0) + (counted.thoughts_token_count or 0)
    of_pictures = sum(
        each.token_count or 0
        for each in counted.candidates_tokens_details or []
        if each.modality is MediaModality.IMAGE
    )
    return Usage(
        prompt_tokens=_tokens(counted.prompt_token_count or 0),
        output_tokens=_tokens(output),
        picture_tokens=_tokens(of_pictures),
    )


def billed(answer: GenerateContentResponse) -> Usage:
    """The usage, with the picture if there is one."""
    parts = [
        part for candidate in answer.candidates or [] if candidate.content for part in candidate.content.parts or []
    ]
    shown = any(part.inline_data and not part.thought for part in parts)
    return replace(usage(answer), pictures=1 if shown else 0)


def _tokens(count: int) -> int:
    """Bounded, so that a database can add it up."""
    return max(0, min(MAX_TOKENS, count))


def _parts(answer: GenerateContentResponse) -> list[Part]:
    """Raises `Refused` where the prompt (then without candidates) or the answer was blocked."""
    feedback = answer.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise Refused(REFUSED)
    first = answer.candidates[0] if answer.candidates else Candidate()
    if first.finish_reason in _REFUSALS:
        raise Refused(REFUSED)
    if first.finish_reason is FinishReason.PUP_LIMITED_DISABLED:
        raise Unusable(_("The picture service does not work for this studio's account."))
    return (first.content.parts or []) if first.content else []
