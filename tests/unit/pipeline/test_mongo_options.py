"""What MongoDB is asked to promise."""

from pymongo import MongoClient, ReadPreference

from pipeline.store import mongo


def test_no_uri_can_ask_for_less_than_the_journal_of_the_majority_and_what_the_primary_knows() -> None:
    uri = "mongodb://127.0.0.1:9/studio?w=1&journal=false&readPreference=secondary"
    with MongoClient[mongo.Document](uri, connect=False, **mongo._options()) as client:
        assert client.write_concern.document == {"w": "majority", "j": True}
        assert client.read_preference == ReadPreference.PRIMARY
