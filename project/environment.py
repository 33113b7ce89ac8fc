"""The only reader of the environment: everything in docs/settings.md. Other code reads `django.conf.settings`."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from gallery.storage.account import Account
from pipeline.providers import prices, table
from pipeline.providers.diffusers.model import Model
from pipeline.providers.gemini import account as gemini
from pipeline.providers.openai_api.server import Server
from project import addresses, data_folder
from project.accounts import mail, openid

BASE_DIR = Path(__file__).resolve().parent.parent


def _account(url: str) -> Account | None:
    try:
        return Account.parse(url) if url else None
    except ValueError as error:
        raise ValueError(f"CLOUDINARY_URL cannot be used: {error}") from None  # that error may quote it


def _server(url: str, model: str, key: str, timeout_s: float, calls: int) -> Server | None:
    return Server(url, model, key, timeout_s, calls) if url else None


def _diffusers_model(path: str, pixels: int, steps: int, device: str, idle_s: float) -> Model | None:
    if not path:
        return None
    if not (Path(path) / "model_index.json").is_file():
        raise ValueError(
            "STUDIO_DIFFUSERS_MODEL must be a folder with a model_index.json, as save_pretrained makes it."
        )
    if pixels < 65_536 or steps < 1 or idle_s <= 0:
        raise ValueError(
            "STUDIO_DIFFUSERS_PIXELS must be at least 65536, STUDIO_DIFFUSERS_STEPS at least 1, "
            "STUDIO_DIFFUSERS_IDLE_S greater than 0."
        )
    return Model(Path(path).resolve(), pixels, steps, device, idle_s)


class _Env(Env):
    """An empty variable counts as not set."""

    def _get_value(self, env_key: str, default: Any) -> Any:
        return super()._get_value(env_key, default) or default


env = _Env()
try:
    DATA_DIR = Path(env.str("STUDIO_DATA", str(BASE_DIR / ".studio"))).expanduser().resolve()
    DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    RUN_DIR = data_folder.run_dir(DATA_DIR)

    DEBUG = env.bool("STUDIO_DEBUG", False)
    SECRET_KEY = env.str("SECRET_KEY", "") or data_folder.secret_key(DATA_DIR)
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
    ALLOWED_HOSTS = env.list("STUDIO_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("STUDIO_ORIGINS", [])
    CORS_ALLOWED_ORIGINS: list[str] = env.list("STUDIO_API_ORIGINS", [])

    HTTPS = env.bool("STUDIO_HTTPS", False)

    # Not set: the part is embedded.
    MONGO_URI = env.str("MONGO_URI", "")
    REDIS_URL = env.str("REDIS_URL", "")
    DATABASE_URL = env.str("DATABASE_URL", "")
    EMBEDDED = {"mongod": not MONGO_URI, "valkey": not REDIS_URL}
    for name, url in {"MONGO_URI": MONGO_URI, "REDIS_URL": REDIS_URL, "DATABASE_URL": DATABASE_URL}.items():
        if url:
            addresses.check(name, url)
    MONGO_SOCKET = RUN_DIR / "m.sock"
    VALKEY_SOCKET = RUN_DIR / "v.sock"
    if not MONGO_URI:
        MONGO_URI = f"mongodb://{quote(str(MONGO_SOCKET), safe='')}/studio"
    if not REDIS_URL:
        REDIS_URL = f"unix://{VALKEY_SOCKET}"

    # Not named CLOUDINARY, which the SDK would read.
    CLOUDINARY_ACCOUNT = _account(env.str("CLOUDINARY_URL", ""))
    CLOUDINARY_TIMEOUT_S = env.float("STUDIO_CLOUDINARY_TIMEOUT_S", 20)
    CLOUDINARY_OURS = env.bool("STUDIO_CLOUDINARY_OURS", False)

    # Not set: mails are printed by the web process.
    MAIL = mail.settings(env.str("STUDIO_EMAIL_URL", ""), env.str("STUDIO_EMAIL_FROM", mail.FROM))
    OPENID = openid.providers(env.list("STUDIO_OPENID", []))
    GUESTS = env.bool("STUDIO_GUESTS", True)
    LEAKED_PASSWORDS_URL = env.str("STUDIO_LEAKED_PASSWORDS_URL", "")
    STAFF_MFA = env.bool("STUDIO_STAFF_MFA", True)

    STUDIO_LIMITS = env.bool("STUDIO_LIMITS", True)
    SENDS_PER_MINUTE = env.int("STUDIO_SENDS_PER_MINUTE", 60)
    GUESTS_PER_MINUTE = env.int("STUDIO_GUESTS_PER_MINUTE", 30)
    READS_PER_MINUTE = env.int("STUDIO_READS_PER_MINUTE", 600)
    SOCKETS_PER_USER = env.int("STUDIO_SOCKETS_PER_USER", 20)
    CONNECTIONS_PER_ADDRESS = env.int("STUDIO_CONNECTIONS_PER_ADDRESS", 300)
    PERSON_BYTES = env.int("STUDIO_PERSON_BYTES", 2000000000)
    PERSON_PICTURES = env.int("STUDIO_PERSON_PICTURES", 5000)
    FREE_BYTES = env.int("STUDIO_FREE_BYTES", 500000000)
    TRASH_DAYS = env.int("STUDIO_TRASH_DAYS", 30)
    GUEST_DAYS = env.int("STUDIO_GUEST_DAYS", 90)
    EVIDENCE_DAYS = env.int("STUDIO_EVIDENCE_DAYS", 180)
    MODERATION = env.str("STUDIO_MODERATION", "after").lower()
    TRANSPARENCY = env.bool("STUDIO_TRANSPARENCY", False)
    SCREENING = env.str("STUDIO_SCREENING", "installed").lower()
    SCREENING_THRESHOLD = env.float("STUDIO_SCREENING_THRESHOLD", 0.8)
    SCREENING_HOLDS = env.bool("STUDIO_SCREENING_HOLDS", False)
    LEASE_S = env.float("STUDIO_LEASE_S", 10)
    RENEW_S = env.float("STUDIO_RENEW_S", 3)
    RESCUE_S = env.float("STUDIO_RESCUE_S", 5)
    WATCH_S = env.float("STUDIO_WATCH_S", 2)
    ATTEMPTS = env.int("STUDIO_ATTEMPTS", 3)
    IMAGE_WAIT_S = env.float("STUDIO_IMAGE_WAIT_S", 50)
    WORKER_THREADS = env.int("STUDIO_WORKER_THREADS", 4)
    GEMINI_API_KEY = env.str("GEMINI_API_KEY", "").strip()
    GEMINI_BASE_URL = env.str("GEMINI_BASE_URL", "https://generativelanguage.googleapis.com")
    GEMINI_TEXT_MODEL = env.str("GEMINI_TEXT_MODEL", "gemini-3.8-flash")
    GEMINI_PICTURE_MODEL = env.str("GEMINI_PICTURE_MODEL", "gemini-nano-banana-2.1")
    GEMINI_TIMEOUT_S = env.float("GEMINI_TIMEOUT_S", 60)
    GEMINI_PICTURE_TIMEOUT_S = env.float("GEMINI_PICTURE_TIMEOUT_S", 300)
    GEMINI_CALLS = env.int("GEMINI_CALLS", 4)
    GEMINI_THINKING = env.str("GEMINI_THINKING", "").lower()
    GEMINI_IMAGE_FORM = env.str("GEMINI_IMAGE_FORM", gemini.IMAGE_CONFIG)
    GEMINI_API_VERSION = env.str("GEMINI_API_VERSION", "v1")
    # Servers that speak OpenAI's API: objects, whose `repr` hides the key.
    IMAGES_SERVER = _server(
        env.str("STUDIO_IMAGES_URL", ""),
        env.str("STUDIO_IMAGES_MODEL", ""),
        env.str("STUDIO_IMAGES_KEY", "").strip(),
        env.float("STUDIO_IMAGES_TIMEOUT_S", 300),
        env.int("STUDIO_IMAGES_CALLS", 1),
    )
    IMAGES_PIXELS = env.int("STUDIO_IMAGES_PIXELS", 1048576)
    DIFFUSERS_MODEL = _diffusers_model(
        env.str("STUDIO_DIFFUSERS_MODEL", ""),
        env.int("STUDIO_DIFFUSERS_PIXELS", 1048576),
        env.int("STUDIO_DIFFUSERS_STEPS", 30),
        env.str("STUDIO_DIFFUSERS_DEVICE", ""),
        env.float("STUDIO_DIFFUSERS_IDLE_S", 300),
    )
    CHAT_SERVER = _server(
        env.str("STUDIO_CHAT_URL", ""),
        env.str("STUDIO_CHAT_MODEL", ""),
        env.str("STUDIO_CHAT_KEY", "").strip(),
        env.float("STUDIO_CHAT_TIMEOUT_S", 60),
        env.int("STUDIO_CHAT_CALLS", 4),
    )
    CONFIGURED = {
        "GEMINI_API_KEY": bool(GEMINI_API_KEY),
        "CLOUDINARY_URL": CLOUDINARY_ACCOUNT is not None,
        "STUDIO_IMAGES_URL": IMAGES_SERVER is not None,
        "STUDIO_DIFFUSERS_MODEL": DIFFUSERS_MODEL is not None,
        "STUDIO_CHAT_URL": CHAT_SERVER is not None,
    }
    _first, SECOND_CHOICES = table.split(table.chosen(env.list("STUDIO_PROVIDERS", [])))
    PROVIDERS = table.assign(_first, CONFIGURED)
    table.check(SECOND_CHOICES, CONFIGURED)
    PRICES = prices.read(env.str("STUDIO_PRICES", ""), env.str("STUDIO_CURRENCY", "USD"))
    READER_CALLS = CHAT_SERVER.calls if CHAT_SERVER and PROVIDERS[table.READER] == table.CHAT else GEMINI_CALLS
    # Files of PEM. Not set: pictures carry XMP alone.
    C2PA_CERT = env.str("STUDIO_C2PA_CERT", "")
    C2PA_KEY = env.str("STUDIO_C2PA_KEY", "")
    METRICS_TOKEN = env.str("STUDIO_METRICS_TOKEN", "")
    LOG_LEVEL = env.str("STUDIO_LOG_LEVEL", "INFO").upper()

    DATABASE = env.dj_db_url("DATABASE_URL", "") if DATABASE_URL else {}
except (EnvError, ValueError, OSError) as error:
    raise ImproperlyConfigured(str(error)) from error
