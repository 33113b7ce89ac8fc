class Unwatched:
    """A provider's `Control` for work that nobody follows or cancels."""

    def progress(self, fraction: float) -> None: ...

    billed_progress = progress

    def draft(self, data: bytes) -> None: ...
