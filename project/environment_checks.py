"""A wrong value stops the start with one sentence that names its variable."""

import os
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from pipeline.providers import table
from pipeline.providers.gemini import account as gemini
from pipeline.providers.openai_api.server import Server
from project import environment as env


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_origin(text: str) -> bool:
    return _is_web(text) and text == "{0.scheme}://{0.netloc}".format(urlsplit(text)).lower()


def check() -> None:
    if not env.RENEW_S < env.LEASE_S:
        raise ImproperlyConfigured("STUDIO_RENEW_S must be shorter than STUDIO_LEASE_S, or every lease would expire.")
    times = (env.RENEW_S, env.RESCUE_S, env.WATCH_S, env.CLOUDINARY_TIMEOUT_S)
    limits = (
        env.SENDS_PER_MINUTE,
        env.GUESTS_PER_MINUTE,
        env.READS_PER_MINUTE,
        env.SOCKETS_PER_USER,
        env.CONNECTIONS_PER_ADDRESS,
    )
    counts = (env.ATTEMPTS, env.WORKER_THREADS, *limits)
    days = (env.TRASH_DAYS, env.GUEST_DAYS, env.EVIDENCE_DAYS)
    if min(*times, *counts, *days, env.PERSON_BYTES, env.PERSON_PICTURES) <= 0:
        raise ImproperlyConfigured("The STUDIO_ times and counts must be greater than 0.")
    if max(days) > 36_500:
        raise ImproperlyConfigured(
            "STUDIO_TRASH_DAYS, STUDIO_GUEST_DAYS and STUDIO_EVIDENCE_DAYS must be at most 36500: a hundred years."
        )
    if env.MODERATION not in ("after", "before"):
        raise ImproperlyConfigured("STUDIO_MODERATION must be after or before.")
    if env.SCREENING not in ("installed", "gemini", "off"):
        raise ImproperlyConfigured("STUDIO_SCREENING must be installed, gemini or off.")
    if env.SCREENING == "gemini" and not env.GEMINI_API_KEY:
        raise ImproperlyConfigured("STUDIO_SCREENING=gemini needs GEMINI_API_KEY.")
    if not 0 < env.SCREENING_THRESHOLD <= 1:
        raise ImproperlyConfigured("STUDIO_SCREENING_THRESHOLD must be greater than 0, and at most 1.")
    if env.FREE_BYTES < 0:
        raise ImproperlyConfigured("STUDIO_FREE_BYTES must not be less than 0.")
    if env.LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ImproperlyConfigured("STUDIO_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    if not all(_is_origin(origin) for origin in env.CORS_ALLOWED_ORIGINS):
        raise ImproperlyConfigured(
            "STUDIO_API_ORIGINS must name origins, such as https://app.example.org, without a path."
        )
    _check_c2pa()
    _check_gemini()
    if env.LEAKED_PASSWORDS_URL and not _is_web(env.LEAKED_PASSWORDS_URL):
        raise ImproperlyConfigured("STUDIO_LEAKED_PASSWORDS_URL must begin with https:// or http://, and name a host.")
    _check_server("STUDIO_IMAGES", env.IMAGES_SERVER)
    _check_server("STUDIO_CHAT", env.CHAT_SERVER)
    if env.IMAGES_PIXELS < 65_536:
        raise ImproperlyConfigured("STUDIO_IMAGES_PIXELS must be at least 65536: 256 × 256.")


def _check_gemini() -> None:
    _check_key("GEMINI_API_KEY", env.GEMINI_API_KEY)
    if not _is_web(env.GEMINI_BASE_URL):
        raise ImproperlyConfigured("GEMINI_BASE_URL must begin with https:// or http://, and name a host.")
    if min(env.GEMINI_TIMEOUT_S, env.GEMINI_PICTURE_TIMEOUT_S, env.GEMINI_CALLS) <= 0:
        raise ImproperlyConfigured(
            "GEMINI_TIMEOUT_S, GEMINI_PICTURE_TIMEOUT_S and GEMINI_CALLS must be greater than 0."
        )
    _check_choice("GEMINI_THINKING", env.GEMINI_THINKING, ("", *gemini.THINKING_LEVELS))
    _check_choice("GEMINI_IMAGE_FORM", env.GEMINI_IMAGE_FORM, gemini.IMAGE_FORMS)
    _check_choice("GEMINI_API_VERSION", env.GEMINI_API_VERSION, gemini.API_VERSIONS)
    if table.GEMINI in (*env.PROVIDERS.values(), *env.SECOND_CHOICES.values()):
        _check_price("GEMINI_TEXT_MODEL", env.GEMINI_TEXT_MODEL)
        _check_price("GEMINI_PICTURE_MODEL", env.GEMINI_PICTURE_MODEL)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {', '.join(filter(None, choices))}.")


def _check_c2pa() -> None:
    if bool(env.C2PA_CERT) != bool(env.C2PA_KEY):
        raise ImproperlyConfigured("STUDIO_C2PA_CERT and STUDIO_C2PA_KEY go together.")
    for name, path in {"STUDIO_C2PA_CERT": env.C2PA_CERT, "STUDIO_C2PA_KEY": env.C2PA_KEY}.items():
        if path and not os.access(path, os.R_OK):
            raise ImproperlyConfigured(f"{name} names a file that cannot be read.")
    if env.C2PA_CERT and find_spec("c2pa") is None:
        raise ImproperlyConfigured("STUDIO_C2PA_CERT needs the extra c2pa: uv sync --extra c2pa.")


def _check_key(name: str, key: str) -> None:
    if not (key.isascii() and key.replace(" ", "\n").isprintable()):
        raise ImproperlyConfigured(f"{name} is no key: it has characters that no key has.")


def _check_price(name: str, model: str) -> None:
    if env.PRICES.find(table.GEMINI, model) is None:
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
