from dataclasses import dataclass, field

# How a picture's shape and size are written: as the SDK does, or as Google's REST guide does. Services took the one, the
# other or both at different times; `manage.py check_providers` tells.
IMAGE_CONFIG, RESPONSE_FORMAT = "imageConfig", "responseFormat"
IMAGE_FORMS = (IMAGE_CONFIG, RESPONSE_FORMAT)
API_VERSIONS = ("v1", "v1beta")
THINKING_LEVELS = ("minimal", "medium", "high")


@dataclass(frozen=True)
class Account:
    key: str = field(repr=False)
    text_model: str
    picture_model: str
    base_url: str = "https://generativelanguage.googleapis.com"
    timeout_s: float = 60.0  # of one whole call
    picture_timeout_s: float = 300.0  # of one that makes a picture
    calls: int = 4  # at a time, in this process
    thinking: str = ""  # of THINKING_LEVELS, for pictures; "": the model's own
    image_form: str = IMAGE_CONFIG
    api_version: str = "v1"  # the SDK's default, which an environment variable would change
