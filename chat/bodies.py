"""What clients send in REST, and in the frames of `chat.protocol`."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from chat import rules
from gallery.translation import N_

CONTENT_LIMIT = 2000  # code points
MAX_SOURCES = 10  # pictures of one message
MAX_SAFE_INTEGER = 2**53 - 1  # the largest that every JSON client reads exactly


_UNCLEAN = re.compile(rf"[{rules.CONTROLS}\ud800-\udfff]")


def clean(text: str) -> str:
    """Raises ValueError for control characters and lone surrogates."""
    if _UNCLEAN.search(text):
        raise ValueError(N_("has a control character or half a character in it"))
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(N_("is empty"))
    return text


def _whole(number: object) -> object:
    """In JSON 943.0 is an integer too."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE = BeforeValidator(_whole)  # last in `Annotated`: otherwise the schema lacks the bounds
Text = Annotated[str, AfterValidator(clean), Field(json_schema_extra=rules.CLEAN)]
Content = Annotated[
    Text,
    StringConstraints(min_length=1, max_length=CONTENT_LIMIT),
    AfterValidator(_not_blank),
    Field(json_schema_extra=rules.NOT_BLANK),
]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Title = Annotated[Text, StringConstraints(max_length=120)]
Side = Annotated[int, Field(ge=128, le=2048, description="pixels"), WHOLE]


def _no_picture_twice(ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise ValueError(N_("names a picture twice"))
    return ids


Sources = Annotated[
    list[Name],
    Field(min_length=1, max_length=MAX_SOURCES, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_no_picture_twice),
]
Resolution = Annotated[
    Literal["1K", "2K", "4K"],
    Field(description="about so many thousand pixels a side; width and height give the shape alone then"),
]
AskedIntent = Literal["generate", "edit", "enhance", "remove_background", "remove_object", "style_transfer"]


class Closed(BaseModel):
    """Nothing is ignored or converted: a client sees a mistake at once."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Crop(Closed):
    """In pixels of the picture as it stands once it is turned, flipped and straightened, which keeps the turned
    size."""

    x: Annotated[int, Field(ge=0, le=32_768), WHOLE]
    y: Annotated[int, Field(ge=0, le=32_768), WHOLE]
    width: Annotated[int, Field(ge=16, le=32_768), WHOLE]
    height: Annotated[int, Field(ge=16, le=32_768), WHOLE]


Amount = Annotated[int, Field(ge=-100, le=100), WHOLE]


class Adjust(Closed):
    """A change by hand: exact, free of charge, and made by the offline tools whoever else is connected. Colours come
    first, then turn, flips, straightening and crop."""

    model_config = ConfigDict(json_schema_extra=rules.changes_something)

    rotate: Annotated[Literal[0, 90, 180, 270], Field(description="degrees clockwise"), WHOLE] = 0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    straighten: Annotated[
        float,
        Field(
            ge=-45, le=45, allow_inf_nan=False, description="degrees clockwise; without a crop no corner stays empty"
        ),
    ] = 0.0
    crop: Crop | None = None
    exposure: Amount = 0
    contrast: Amount = 0
    warmth: Amount = 0
    saturation: Amount = 0

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self == type(self).model_construct():
            raise ValueError(N_("changes nothing"))
        return self


class Options(Closed):
    width: Side | None = None
    height: Side | None = None
    style: Annotated[Text, StringConstraints(min_length=1, max_length=40)] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER), WHOLE] | None = None
    intent: AskedIntent | None = None
    adjust: Adjust | None = None
    resolution: Resolution | None = None


def _alone(adjust: Adjust | None, intent: str | None, *others: object) -> None:
    if adjust and (intent not in (None, "edit") or any(others)):
        raise ValueError(
            N_(
                "has an adjust, which stands alone: no size, style, mask, variation or second picture, and no intent but edit"
            )
        )


class WithSources(Closed):
    source_image_id: Name | None = None
    source_image_ids: Annotated[
        Sources | None,
        Field(description="Several pictures, in place of `source_image_id`: “picture 1”, “picture 2” in the words"),
    ] = None

    @property
    def sources(self) -> tuple[str, ...]:
        """In the order of their numbers. The first is the one that is changed."""
        if self.source_image_ids is not None:
            return tuple(self.source_image_ids)
        return (self.source_image_id,) if self.source_image_id else ()

    @model_validator(mode="after")
    def _names_one_first_picture(self) -> Self:
        if self.source_image_id and self.source_image_id != self.sources[0]:
            raise ValueError(
                N_("has a source_image_id that is not the first of source_image_ids: one of the two is enough")
            )
        return self


class SendBody(WithSources):
    """One request of a person. In REST `client_id` may be left out; then the same request twice is two messages."""

    model_config = ConfigDict(json_schema_extra=rules.OF_A_MESSAGE)

    content: Content
    client_id: Name | None = None
    mask_image_id: Name | None = None
    variation_of: Name | None = None
    options: Options = Field(default_factory=Options)  # not a default value, on which client generators fail

    @model_validator(mode="after")
    def _adjust_stands_alone(self) -> Self:
        asked = self.options
        others = (
            asked.width,
            asked.height,
            asked.style,
            asked.resolution,
            self.mask_image_id,
            self.variation_of,
            self.sources[1:],
        )
        _alone(asked.adjust, asked.intent, *others)
        return self


class ImageBody(WithSources):
    """POST /v1/image/generate/"""

    model_config = ConfigDict(json_schema_extra=rules.OF_AN_IMAGE)

    prompt: Content
    width: Side | None = None
    height: Side | None = None
    style: Annotated[Text, StringConstraints(min_length=1, max_length=40)] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER), WHOLE] | None = None
    mask_image_id: Name | None = None
    client_id: Name | None = None
    intent: Annotated[AskedIntent | None, Field(description="null: edit where there is a source, else generate")] = None
    adjust: Adjust | None = None
    resolution: Resolution | None = None

    @model_validator(mode="after")
    def _adjust_stands_alone(self) -> Self:
        others = self.width, self.height, self.style, self.resolution, self.mask_image_id, self.sources[1:]
        _alone(self.adjust, self.intent, *others)
        if self.adjust and not self.sources:
            raise ValueError(N_("has an adjust, and no source_image_id that says of which picture"))
        return self

    @model_validator(mode="after")
    def _a_change_names_its_picture(self) -> Self:
        changes = self.mask_image_id or self.intent not in (None, "generate")
        if changes and not self.sources:
            raise ValueError(N_("asks for a change, and has no source_image_id that says of which picture"))
        return self


class PromptBody(Closed):
    """POST /v1/prompt/refine/"""

    prompt: Content


class SessionBody(Closed):
    title: Title = ""
