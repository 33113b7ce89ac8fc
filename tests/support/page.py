"""A client like the page: it keeps the newest version of everything, and fetches what it missed."""

from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.support.studio import Client, Form, Socket

LISTENS_S = 0.05
GONE = 4404


class Page:
    """One tab. `shows()` is its whole state."""

    def __init__(self, client: Client, session_id: str) -> None:
        self._client, self._session_id = client, session_id
        self._messages: dict[str, Form] = {}
        self._sessions: dict[str, Form] = {}
        self._gone: set[str] = set()
        self._socket: Socket | None = None
        self.is_gone = False  # the server said that the session does not exist any more
        self.connect()

    def connect(self) -> None:
        self._socket = self._client.connect(self._session_id)
        self._note(self._socket.receive())
        known = {id: message["version"] for id, message in self._messages.items()}
        for message in self._socket.ask("session.sync", known=known)["ok"]["messages"]:
            self._apply(message)
        for frame in self._socket.events:
            self._note(frame)
        self._list(self._client.http.get("/api/v1/chat/sessions/").raise_for_status().json()["items"])

    def drop(self) -> None:
        if self._socket:
            self._socket.__exit__()
        self._socket = None

    def listen(self) -> None:
        """Apply what has arrived; connect again if the connection was lost."""
        if self.is_gone:
            return None
        if self._socket is None:
            return self.connect()
        try:
            while True:
                self._note(self._socket.receive(LISTENS_S))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            self.is_gone |= closed.rcvd is not None and closed.rcvd.code == GONE
            return self.drop()

    def shows(self) -> dict[str, dict[str, Form]]:
        return {"messages": self._messages, "sessions": self._sessions}

    def _list(self, sessions: list[Form]) -> None:
        listed = {session["id"] for session in sessions}
        self._sessions = {id: session for id, session in self._sessions.items() if id in listed}
        for session in sessions:
            self._apply_session(session)

    def _note(self, frame: Form) -> None:
        match frame["type"]:
            case "session.ready":
                listed = {message["id"] for message in frame["messages"]}
                self._messages = {id: message for id, message in self._messages.items() if id in listed}
                self._apply_session(frame["session"])
                for message in frame["messages"]:
                    self._apply(message)
            case "message.changed":
                self._apply(frame["message"])
            case "session.changed":
                self._apply_session(frame["session"])
            case "session.deleted":
                self._gone.add(frame["session_id"])
                self._sessions.pop(frame["session_id"], None)

    def _apply(self, message: Form) -> None:
        if message["version"] > self._messages.get(message["id"], {"version": 0})["version"]:
            self._messages[message["id"]] = message

    def _apply_session(self, session: Form) -> None:
        known: dict[str, Any] = self._sessions.get(session["id"], {"version": 0})
        if session["id"] not in self._gone and session["version"] >= known["version"]:
            self._sessions[session["id"]] = session
