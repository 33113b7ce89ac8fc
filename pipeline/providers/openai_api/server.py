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
    def api(self) -> str:
        """ "sdapi" of http://localhost:7860/sdapi/v1; "" of OpenAI's."""
        parts = urlsplit(self.url.rstrip("/")).path.split("/")
        return parts[-2] if parts[-1] == "v1" and len(parts) > 2 else ""

    @property
    def has_login(self) -> bool:
        """The web UI of Stable Diffusion wants a name and a password instead of a key."""
        return self.api == "sdapi" and ":" in self.key

    @property
    def base(self) -> str:
        """Where the API begins: at /v1, where the address has no path of its own."""
        url = self.url.rstrip("/")
        return url if urlsplit(url).path else f"{url}/v1"
