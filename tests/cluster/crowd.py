"""People with one session each, open in a tab on every machine."""

from typing import Any

import httpx

from tests.cluster.fleet import Fleet
from tests.support.page import Page
from tests.support.studio import Form, eventually


class Person:
    def __init__(self, fleet: Fleet, first: int) -> None:
        known = fleet.machines[first].guest()
        self.token = known.token
        self.clients = [machine.seen_by(known) for machine in fleet.machines]
        self.session = known.session()
        self.tabs = [Page(client, self.session) for client in self.clients]
        self.said: list[str] = []

    def say(self, content: str = "a sea", by: int = 0, **fields: Any) -> str:
        """Over REST; the value is the message's id."""
        message = self.clients[by].say(self.session, content, **fields)
        self.said.append(message["id"])
        return str(message["id"])

    def look_up(self, message_id: str) -> Form:
        return self.clients[0].message(self.session, message_id)

    def leave(self) -> None:
        for tab in self.tabs:
            tab.drop()
        for client in self.clients:
            client.http.close()

    def sees_everything(self) -> bool:
        """All that was said is done, and each tab shows what a fresh load from either machine shows. Right after a store has
        come back a load may still be refused with 503."""
        for tab in self.tabs:
            tab.listen()
        shown = [tab.shows()["messages"] for tab in self.tabs]
        if not all(_done(messages) == sorted(self.said) for messages in shown):
            return False
        shown += [{message["id"]: message for message in client.messages(self.session)} for client in self.clients]
        return all(messages == shown[0] for messages in shown)


def _done(messages: dict[str, Form]) -> list[str]:
    return sorted(id for id, message in messages.items() if message["status"] == "DONE" and message["image_url"])


class Crowd:
    def __init__(self, fleet: Fleet) -> None:
        self.people = [Person(fleet, first) for first in (0, 1, 0)]

    def say(self, by: int) -> None:
        for person in self.people:
            person.say(by=by)

    def see_everything(self) -> None:
        eventually(lambda: all(person.sees_everything() for person in self.people), but=httpx.HTTPStatusError)

    def leave(self) -> None:
        for person in self.people:
            person.leave()


def attempts(log: str, stage: str, message_id: str) -> list[str]:
    """Of the claims of this message, as the workers have logged them."""
    claim = f"action=claimed stage={stage} message={message_id} attempt="
    return [line.rpartition("=")[2] for line in log.splitlines() if claim in line]


def claimed(fleet: Fleet, stage: str, message_id: str) -> int:
    """The machine whose worker has it."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [n for n, machine in enumerate(fleet.machines) if attempts(machine.log, stage, message_id)]
        return bool(found)

    eventually(look)
    return found[0]
