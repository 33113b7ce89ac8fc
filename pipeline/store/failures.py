from datetime import UTC, date, datetime, timedelta

from pipeline.message import Status
from pipeline.store.mongo import database


def by_code(day: date) -> dict[str, int]:
    """How many messages of a day (in UTC) have failed, by the error's code; `refused` is what a provider refused."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    of_day = {"status": Status.FAILED.value, "created_at": {"$gte": begin, "$lt": begin + timedelta(days=1)}}
    stages = [{"$match": of_day}, {"$group": {"_id": "$error.code", "count": {"$sum": 1}}}]
    return {found["_id"]: found["count"] for found in database()["messages"].aggregate(stages) if found["_id"]}
