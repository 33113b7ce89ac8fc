"""The times in UUIDv7 ids."""

import uuid
from datetime import UTC, datetime


def first_id(moment: datetime) -> uuid.UUID:
    """The lowest of this millisecond."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def time_of(id: uuid.UUID) -> datetime:
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
