"""What clients read, for the documentation."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, Field

from gallery.snapshot import Snapshot
from pipeline.documents import Document, Mark, marked
from pipeline.message import Message, Stage, Status
from pipeline.message_parts import Options as StoredOptions
from pipeline.message_parts import PictureForm
from pipeline.session import Session

_WRITTEN_AS: dict[object, object] = {
    datetime: Annotated[str, Field(json_schema_extra={"format": "date-time"})],
    Status: Literal[tuple(status.value for status in Status)],
    Stage: Literal[tuple(stage.value for stage in Stage)],
    Snapshot | None: PictureForm | None,
    StoredOptions: dict[str, Any],
}


class PublicForm(BaseModel):
    def __init_subclass__(cls, *, of: type[Document] | None = None, **options: Any) -> None:
        if of:
            hints = get_type_hints(of, include_extras=True)
            cls.__annotations__ = {name: _written(hints[name]) for name in marked(of, Mark.PUBLIC)}


def _written(hint: Any) -> Any:
    described = [each for each in hint.__metadata__ if not isinstance(each, Mark)]
    kind = _WRITTEN_AS.get(hint.__origin__, hint.__origin__)
    return Annotated[(kind, *described)] if described else kind


class MessageForm(PublicForm, of=Message):
    pass


class SessionForm(PublicForm, of=Session):
    pass


class MessagePage(BaseModel):
    items: list[MessageForm]
    next: str | None


class SessionPage(BaseModel):
    items: list[SessionForm]
    next: str | None


class RefinementForm(BaseModel):
    intent: str
    refined_prompt: str
    title: str
    reply: str | None
    options: dict[str, Any]
    provider: str
