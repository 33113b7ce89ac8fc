"""A clock that a test sets: it replaces `time` in a module."""


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now
