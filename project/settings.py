"""The only reader of the environment, listed in docs/settings.md. A wrong value stops the start with one sentence."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError
from redis import ConnectionPool

from gallery.storage.account import Account
from pipeline.huey_queue import WakeQueue
from pipeline.providers import prices, table
from pipeline.providers.diffusers.model import Model
from pipeline.providers.gemini import account as gemini
from pipeline.providers.openai_api.server import Server
from project import addresses, catalogue
from project.accounts import mail, openid
from project.accounts.conf import *  # noqa: F403  how django-allauth is set up

BASE_DIR = Path(__file__).resolve().parent.parent


def _secret_key(data: Path) -> str:
    """Made at the first start (mode 0600, never half-written)."""
    path = data / "secret_key"
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=data)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)  # of two first starts one wins
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text().strip()


def _for_us_alone(database: Path) -> Path:
    """Creates SQLite's files with 0600: the data folder's mode may be anything. A failure is left to SQLite to
    report."""
    with suppress(OSError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for path in (database, *database.parent.glob(f"{database.name}-*")):
        with suppress(OSError):  # gone meanwhile, or not ours
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
    return database


def _run_dir(data: Path) -> Path:
    """For the embedded servers' sockets: a short path (a socket's ends at 92 bytes), found by every process with this
    data folder. `project.serve.embedded` makes it, and refuses somebody else's."""
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path("/tmp") / f"studio-{os.getuid()}-{name}"  # noqa: S108  checked by whoever makes it


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
    RUN_DIR = _run_dir(DATA_DIR)

    DEBUG = env.bool("STUDIO_DEBUG", False)
    SECRET_KEY = env.str("SECRET_KEY", "") or _secret_key(DATA_DIR)
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
    # Servers that speak OpenAI's API. As values, because their keys show in no representation.
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

    DATABASES = {"default": env.dj_db_url("DATABASE_URL", "") if DATABASE_URL else {}}
except (EnvError, ValueError, OSError) as error:
    raise ImproperlyConfigured(str(error)) from error


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as "http://[x"
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_origin(text: str) -> bool:
    return _is_web(text) and text == "{0.scheme}://{0.netloc}".format(urlsplit(text)).lower()


def _check() -> None:
    """Checks the values together."""
    if not RENEW_S < LEASE_S:
        raise ImproperlyConfigured("STUDIO_RENEW_S must be shorter than STUDIO_LEASE_S, or every lease would expire.")
    times = (RENEW_S, RESCUE_S, WATCH_S, CLOUDINARY_TIMEOUT_S)
    limits = (SENDS_PER_MINUTE, GUESTS_PER_MINUTE, READS_PER_MINUTE, SOCKETS_PER_USER, CONNECTIONS_PER_ADDRESS)
    counts = (ATTEMPTS, WORKER_THREADS, *limits)
    days = (TRASH_DAYS, GUEST_DAYS, EVIDENCE_DAYS)
    if min(*times, *counts, *days, PERSON_BYTES, PERSON_PICTURES) <= 0:
        raise ImproperlyConfigured("The STUDIO_ times and counts must be greater than 0.")
    if max(days) > 36_500:
        raise ImproperlyConfigured(
            "STUDIO_TRASH_DAYS, STUDIO_GUEST_DAYS and STUDIO_EVIDENCE_DAYS must be at most 36500: a hundred years."
        )
    if MODERATION not in ("after", "before"):
        raise ImproperlyConfigured("STUDIO_MODERATION must be after or before.")
    if not 0 < SCREENING_THRESHOLD <= 1:
        raise ImproperlyConfigured("STUDIO_SCREENING_THRESHOLD must be greater than 0, and at most 1.")
    if FREE_BYTES < 0:
        raise ImproperlyConfigured("STUDIO_FREE_BYTES must not be less than 0.")
    if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ImproperlyConfigured("STUDIO_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    if not all(_is_origin(origin) for origin in CORS_ALLOWED_ORIGINS):
        raise ImproperlyConfigured(
            "STUDIO_API_ORIGINS must name origins, such as https://app.example.org, without a path."
        )
    _check_c2pa()
    _check_key("GEMINI_API_KEY", GEMINI_API_KEY)
    if not _is_web(GEMINI_BASE_URL):
        raise ImproperlyConfigured("GEMINI_BASE_URL must begin with https:// or http://, and name a host.")
    if min(GEMINI_TIMEOUT_S, GEMINI_PICTURE_TIMEOUT_S, GEMINI_CALLS) <= 0:
        raise ImproperlyConfigured(
            "GEMINI_TIMEOUT_S, GEMINI_PICTURE_TIMEOUT_S and GEMINI_CALLS must be greater than 0."
        )
    _check_choice("GEMINI_THINKING", GEMINI_THINKING, ("", *gemini.THINKING_LEVELS))
    _check_choice("GEMINI_IMAGE_FORM", GEMINI_IMAGE_FORM, gemini.IMAGE_FORMS)
    _check_choice("GEMINI_API_VERSION", GEMINI_API_VERSION, gemini.API_VERSIONS)
    if LEAKED_PASSWORDS_URL and not _is_web(LEAKED_PASSWORDS_URL):
        raise ImproperlyConfigured("STUDIO_LEAKED_PASSWORDS_URL must begin with https:// or http://, and name a host.")
    if table.GEMINI in (*PROVIDERS.values(), *SECOND_CHOICES.values()):
        _check_price("GEMINI_TEXT_MODEL", GEMINI_TEXT_MODEL)
        _check_price("GEMINI_PICTURE_MODEL", GEMINI_PICTURE_MODEL)
    _check_server("STUDIO_IMAGES", IMAGES_SERVER)
    _check_server("STUDIO_CHAT", CHAT_SERVER)
    if IMAGES_PIXELS < 65_536:
        raise ImproperlyConfigured("STUDIO_IMAGES_PIXELS must be at least 65536: 256 × 256.")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {', '.join(filter(None, choices))}.")


def _check_c2pa() -> None:
    if bool(C2PA_CERT) != bool(C2PA_KEY):
        raise ImproperlyConfigured("STUDIO_C2PA_CERT and STUDIO_C2PA_KEY go together.")
    for name, path in {"STUDIO_C2PA_CERT": C2PA_CERT, "STUDIO_C2PA_KEY": C2PA_KEY}.items():
        if path and not os.access(path, os.R_OK):
            raise ImproperlyConfigured(f"{name} names a file that cannot be read.")
    if C2PA_CERT and find_spec("c2pa") is None:
        raise ImproperlyConfigured("STUDIO_C2PA_CERT needs the extra c2pa: uv sync --extra c2pa.")


def _check_key(name: str, key: str) -> None:
    if not (key.isascii() and key.replace(" ", "\n").isprintable()):
        raise ImproperlyConfigured(f"{name} is no key: it has characters that no key has.")


def _check_price(name: str, model: str) -> None:
    if PRICES.find(table.GEMINI, model) is None:
        raise ImproperlyConfigured(
            f"{name} is {model}, of which STUDIO_PRICES has no price: add one, such as “{model} input=1.5 output=7.5”, "
            f"or “{model} free”."
        )


def _check_server(name: str, server: Server | None) -> None:
    if server is None:
        return
    if not _is_web(server.url) or "@" in server.url:
        raise ImproperlyConfigured(
            f"{name}_URL must begin with https:// or http://, and name a host; a key belongs into {name}_KEY."
        )
    _check_key(f"{name}_KEY", server.key)
    if min(server.timeout_s, server.calls) <= 0:
        raise ImproperlyConfigured(f"{name}_TIMEOUT_S and {name}_CALLS must be greater than 0.")


_check()

STUDIO_VERSION = "0.1.0"
PICTURES_DIR = DATA_DIR / "pictures"

INSTALLED_APPS = [
    "project",
    "project.accounts",
    "chat",
    "pipeline",
    "gallery",
    "gallery.sharing",
    "gallery.moderation",
    "corsheaders",
    "ninja",  # serves the documentation pages' assets
    "project.accounts.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "project.accounts.apps.AllauthConfig",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *(["allauth.socialaccount.providers.openid_connect"] if OPENID else []),
]
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OPENID}} if OPENID else {}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "project.http.language.Language",
    "project.http.middleware.ContentSecurityPolicy",
    "project.http.middleware.BodyLimit",
    "servestatic.middleware.ServeStaticMiddleware",
    "project.http.middleware.Unsent",
    "project.http.middleware.ReadLimit",
    "project.http.middleware.Api",
    "project.http.middleware.FinalSlash",
    "project.http.methods.Methods",
    "project.http.cookies.Cookies",
    "project.http.middleware.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.rights.EndWithRight",
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
AUTH_USER_MODEL = "project.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "project.accounts.backend.ByEmail"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "project.accounts.leaked.LeakedPasswordValidator"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "project.templatetags.modules"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

if DATABASES["default"]:
    # Tests each connection before it is lent: its server may be a new one.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        # A server that vanished is noticed in seconds, not a quarter of an hour.
        **{"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3},
        "tcp_user_timeout": 10_000,  # ms
        **DATABASES["default"].get("OPTIONS", {}),
        # For every thread of a worker, and maintenance. A pool that gives up soon recovers soon: it tries again when
        # asked, its own tries come more and more rarely.
        "pool": {"min_size": 1, "max_size": WORKER_THREADS + 4, "timeout": 3, "reconnect_timeout": 1},
    }
else:
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _for_us_alone(DATA_DIR / "studio.sqlite3"),
        "CONN_MAX_AGE": None,  # opening the file costs more than most queries
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # A file, not memory: the tests' server and workers are other processes.
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }

# By default redis-py waits for ever.
REDIS_TIMEOUTS: dict[str, Any] = {"socket_connect_timeout": 2, "health_check_interval": 0}
_huey_pool = ConnectionPool.from_url(REDIS_URL, socket_timeout=5, **REDIS_TIMEOUTS)
# Not a dict, which would run tasks in the web process when DEBUG is on. A blocking read lasts 1 s, well under the
# socket's 5 s: a worker wakes at once, and a stop soon.
HUEY = WakeQueue("studio", connection_pool=_huey_pool, blocking=True, read_timeout=1, results=False)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30, **REDIS_TIMEOUTS}], "prefix": "studio"},
    }
}

# What django-allauth has to know in every process: which code was used already.
CACHES = {
    "default": {
        "BACKEND": "project.accounts.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "studio.accounts",
        "OPTIONS": {"socket_timeout": 2, **REDIS_TIMEOUTS},
    }
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "project.http.static_files.HashedStaticFiles"},
}
# An image has its own; elsewhere `serve` makes it.
STATIC_ROOT = BASE_DIR / ".static" if (BASE_DIR / ".static").exists() else DATA_DIR / "static"
SERVESTATIC_USE_FINDERS = True  # what is not in STATIC_ROOT is served from where it lies
SERVESTATIC_USE_MANIFEST = True
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True
SERVESTATIC_USE_ZSTD = False  # Brotli is smaller, and every browser that knows zstd knows it
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_MAX_AGE = 60

for _name, _value in MAIL.items():
    globals()[_name] = _value

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("vi", "Tiếng Việt")]
LANGUAGE_COOKIE_NAME = "studio_language"  # set by the page's switch
LOCALE_PATHS = [catalogue.compiled(BASE_DIR / "locale", DATA_DIR / "locale")]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "project.http.cookies"
SESSION_COOKIE_NAME = "studio_person"  # "session" is a conversation here
SESSION_COOKIE_AGE = 365 * 24 * 3600  # a guest's cookie is the only key to a guest's pictures
SESSION_COOKIE_SAMESITE = "Lax"
if HTTPS:  # a proxy ends TLS, and must always set this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]  # asked for from inside
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
# Pages of other origins, by bearer token alone: no cookie goes with their requests.
CORS_URLS_REGEX = r"^/(?:api|v1|p)/|^/(?:openapi|asyncapi)\.json$"
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS")
CORS_ALLOW_HEADERS = (
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "if-range",
    "prefer",
    "range",
)
CORS_EXPOSE_HEADERS = (
    "ETag", "Location", "Preference-Applied", "RateLimit", "RateLimit-Policy", "Retry-After", "Content-Range",
)  # fmt: skip
CSRF_COOKIE_HTTPONLY = True  # the page carries the token itself
UPLOAD_LIMIT = 20 * 1024 * 1024  # bytes of one picture on the way in
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a JSON body; pictures are files and go by UPLOAD_LIMIT
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # larger bodies wait on the disk

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "project.logs.OneLine",
            "format": "{asctime} {levelname} {process} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO"},  # without its own handlers, which have another format
        "huey": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},  # below, it names URLs, and a signed one opens a picture
        "daphne": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # a line for every passkey
        "django.channels.server": {"level": "WARNING"},
        # log every call, and at DEBUG headers too
        **{name: {"level": "WARNING"} for name in ("google_genai", "httpx2", "httpcore2")},
    },
}
