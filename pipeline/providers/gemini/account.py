from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    key: str = field(repr=False)
    text_model: str
    picture_model: str
    base_url: str = "https://generativelanguage.googleapis.com"
    timeout_s: float = 60.0  # of one whole call
    calls: int = 4  # at a time, in this process
