"""A clock that the test holds: what a module reads in the place of `time`."""


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now
