"""Django's settings. What a studio sets itself is read from the environment, in `project.environment`."""

from typing import Any

from redis import ConnectionPool

from pipeline.huey_queue import WakeQueue
from project import catalogue, data_folder, environment_checks
from project.accounts.conf import *  # how django-allauth is set up
from project.environment import *

environment_checks.check()

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

DATABASES = {"default": DATABASE}
if DATABASE_URL:
    # Tests each connection before it is used.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        # A server that vanished is noticed in seconds.
        **{"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3},
        "tcp_user_timeout": 10_000,  # ms
        **DATABASES["default"].get("OPTIONS", {}),
        # For every thread of a worker, and maintenance.
        "pool": {"min_size": 1, "max_size": WORKER_THREADS + 4, "timeout": 3, "reconnect_timeout": 1},
    }
else:
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_folder.created_private(DATA_DIR / "studio.sqlite3"),
        "CONN_MAX_AGE": None,  # opening the file costs more than most queries
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # A file: the tests' server and workers are other processes.
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
    }

# By default redis-py waits for ever.
REDIS_TIMEOUTS: dict[str, Any] = {"socket_connect_timeout": 2, "health_check_interval": 0}
_huey_pool = ConnectionPool.from_url(REDIS_URL, socket_timeout=5, **REDIS_TIMEOUTS)
# Not a dict, which would run tasks in the web process when DEBUG is on. `read_timeout` is below the socket's 5 s.
HUEY = WakeQueue("studio", connection_pool=_huey_pool, blocking=True, read_timeout=1, results=False)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30, **REDIS_TIMEOUTS}], "prefix": "studio"},
    }
}

# For django-allauth, which remembers used codes.
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
# A container's image has its own; elsewhere `serve` makes it.
STATIC_ROOT = BASE_DIR / ".static" if (BASE_DIR / ".static").exists() else DATA_DIR / "static"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_USE_MANIFEST = True
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True
SERVESTATIC_USE_ZSTD = False  # Brotli is smaller
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
