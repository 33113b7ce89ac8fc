from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Server:
    url: str  # with or without /v1
    model: str  # "": the server has only one
    key: str = field(default="", repr=False)
    timeout_s: float = 300.0  # of one whole call
    calls: int = 1  # at a time, in this process

    @property
    def base(self) -> str:
        """Where the API begins: at /v1, where the address has no path of its own."""
        url = self.url.rstrip("/")
        return url if urlsplit(url).path else f"{url}/v1"
