"""The servers that settings name instead of ours: are they there? Sentences name the variable, never its password."""

import http.client
import logging
from base64 import b64encode
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from redis import Redis
from redis.exceptions import RedisError

from gallery.storage.account import Account

from .children import CannotStart

PATIENCE_S = 3

log = logging.getLogger(__name__)


def host_of(url: str) -> str:
    """Hosts and ports of a server's URL, or its socket's path; no name, no password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path


def database_host() -> str:
    """Where the users and the gallery are, as host and port, or the path of a file."""
    values = settings.DATABASES["default"]
    if not values.get("HOST"):
        return str(values["NAME"])
    return f"{values['HOST']}:{values['PORT']}" if values.get("PORT") else str(values["HOST"])


def check() -> None:
    """Raises CannotStart for the first configured server that does not answer."""
    if not settings.EMBEDDED["mongod"]:
        _check_mongo()
    if not settings.EMBEDDED["valkey"]:
        _check_redis()
    _check_database()
    if settings.CLOUDINARY_ACCOUNT:
        _check_cloudinary(settings.CLOUDINARY_ACCOUNT)


def _check_mongo() -> None:
    try:
        with MongoClient[dict[str, object]](settings.MONGO_URI, serverSelectionTimeoutMS=PATIENCE_S * 1000) as client:
            client.admin.command("ping")
            client.get_default_database("studio").list_collection_names()  # a ping needs no password
    except PyMongoError as error:
        raise _unreachable("MONGO_URI", "MongoDB", host_of(settings.MONGO_URI), error) from error


def _check_redis() -> None:
    try:
        timeouts = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
        with Redis.from_url(settings.REDIS_URL, **timeouts) as client:
            client.ping()
    except RedisError as error:
        raise _unreachable("REDIS_URL", "Redis", host_of(settings.REDIS_URL), error) from error


def _check_database() -> None:
    options = connection.settings_dict["OPTIONS"]
    if options.pop("pool", None):  # PostgreSQL: a pool would outlive the check, and complain of every attempt by itself
        options["connect_timeout"] = PATIENCE_S
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        if settings.DATABASE_URL:
            raise _unreachable("DATABASE_URL", "the database", database_host(), error) from error
        raise CannotStart(f"The database file {database_host()} cannot be opened: {error}.") from error


def _check_cloudinary(account: Account) -> None:
    """A wrong key is a mistake and stops the start. An outage does not: until it is over, pictures that are ready wait."""
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


def _unreachable(variable: str, what: str, host: str, error: Exception) -> CannotStart:
    return CannotStart(
        f"{variable} is set, but {what} at {host} does not answer or refuses us ({type(error).__name__})."
    )
