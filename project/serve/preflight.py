"""Do the settings' servers answer? Sentences name the variable, never its password."""

import http.client
import logging
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.utils import ConnectionHandler
from psycopg import Error as PostgresError
from psycopg import ProgrammingError as UnknownOption
from pymongo import MongoClient
from pymongo.errors import ConfigurationError as InvalidOption
from pymongo.errors import PyMongoError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.retry import Retry

from gallery.storage.account import Account
from project.addresses import host_of

from .children import CannotStart

PATIENCE_S = 3
SILENT = "does not answer"
REFUSES = "refuses the name or the password in it"
NO_TLS = "and we do not agree on TLS: on whether to speak it, or on a certificate"
NO_DATABASE = "has no such database, or lets us do nothing in it"
HANGS_UP = "closes the connection, as a server does that expects TLS (or expects none)"
OPTIONS = "cannot be asked with the options in it: one is unknown, wrong, or names a file that is not there"

NO_ENTRY = ("authentication failed", "no password supplied", "no pg_hba.conf entry")  # PostgreSQL
ENDED = ("closed", "reset by peer")

log = logging.getLogger(__name__)


def database_host() -> str:
    """Host and port, or the path of a file."""
    values = settings.DATABASES["default"]
    if not values.get("HOST"):
        return str(values["NAME"])
    return f"{values['HOST']}:{values['PORT']}" if values.get("PORT") else str(values["HOST"])


def check() -> None:
    """Raises CannotStart for the first configured server that does not answer."""
    if not settings.EMBEDDED["mongod"]:
        _ask("MONGO_URI", "MongoDB", host_of(settings.MONGO_URI), _ask_mongo)
    if not settings.EMBEDDED["valkey"]:
        _ask("REDIS_URL", "Redis", host_of(settings.REDIS_URL), _ask_redis)
    if settings.DATABASE_URL:
        _ask("DATABASE_URL", "the database", database_host(), _ask_database)
    else:
        _open_file()
    if settings.CLOUDINARY_ACCOUNT:
        _check_cloudinary(settings.CLOUDINARY_ACCOUNT)


def _open_file() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CannotStart(f"The database file {database_host()} cannot be opened: {error}.") from error


def _ask(variable: str, what: str, host: str, ask: Callable[[], None]) -> None:
    try:
        ask()
    except (PyMongoError, RedisError, PostgresError, OSError, TypeError, ValueError) as error:
        reason, name = _reason(error, host), type(error).__name__
        raise CannotStart(f"{variable} is set, but {what} at {host} {reason} ({name}).") from error


def _ask_mongo() -> None:
    ms = PATIENCE_S * 1000
    with MongoClient[dict[str, object]](
        settings.MONGO_URI, serverSelectionTimeoutMS=ms, connectTimeoutMS=ms, socketTimeoutMS=ms
    ) as client:
        # A ping needs no password; this does.
        client.get_default_database("studio")["messages"].find_one({"_id": ""})


def _ask_redis() -> None:
    timeouts = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    with Redis.from_url(settings.REDIS_URL, **timeouts, retry=Retry(NoBackoff(), 0)) as client:
        client.ping()


def _ask_database() -> None:
    values = settings.DATABASES["default"]
    # A pool would outlive the check, and log every attempt by itself.
    options = {name: value for name, value in values["OPTIONS"].items() if name != "pool"}
    database = ConnectionHandler({"default": {**values, "OPTIONS": options}})["default"]
    database.get_new_connection(database.get_connection_params()).close()


def _reason(error: Exception, host: str) -> str:
    """Quotes no library: its text may hold a name, an address or a part of a URL."""
    chain = list(_causes(error))
    text = " ".join(str(link) for link in chain)
    no_file = any(isinstance(link, FileNotFoundError) for link in chain) and not host.startswith("/")
    if no_file or (isinstance(error, TypeError | ValueError | UnknownOption | InvalidOption) and "DNS" not in text):
        return OPTIONS
    code, from_sql = getattr(error, "code", None), isinstance(error, PostgresError)
    if isinstance(error, AuthenticationError) or code == 18 or (from_sql and any(part in text for part in NO_ENTRY)):
        return REFUSES
    if isinstance(error, ResponseError) or code == 13 or (from_sql and "does not exist" in text):
        return NO_DATABASE
    if any(isinstance(link, ssl.SSLError) for link in chain) or any(part in text for part in ("SSL", "certificate")):
        return NO_TLS
    return HANGS_UP if any(part in text for part in ENDED) else SILENT


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _check_cloudinary(account: Account) -> None:
    """A wrong key stops the start; during an outage pictures wait."""
    parts = urlsplit(account.origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE_S)
    who = b64encode(f"{account.api_key}:{account.api_secret}".encode()).decode()
    try:
        connection.request("GET", f"/v1_1/{account.cloud_name}/ping", headers={"Authorization": f"Basic {who}"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        log.warning("action=cloudinary_unreachable host=%s error=%s", parts.netloc, type(error).__name__)
        return
    finally:
        connection.close()
    if status in (401, 403, 404):
        raise CannotStart(
            f"CLOUDINARY_URL is set, but Cloudinary at {parts.netloc} refuses its key or its cloud ({status})."
        )
