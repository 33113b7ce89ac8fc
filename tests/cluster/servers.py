"""The stores as an operator has them: each with a password, on a port, MongoDB as a replica set, Valkey behind TLS."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure
from redis import Redis
from redis.exceptions import RedisError

from project.serve import children, embedded
from project.serve.children import Child, Rank
from tests.support import certificates, postgresql
from tests.support.serving import free_port
from tests.support.studio import eventually


class Mongod:
    """A replica set of one member."""

    def __init__(self, folder: Path, password: str) -> None:
        self._port, self._password = free_port(), password
        data, key = folder / "mongo", folder / "mongo.key"
        data.mkdir()
        key.write_text(secrets.token_hex(32))
        key.chmod(0o600)
        command = [
            *(str(embedded.find_mongod()), "--dbpath", str(data), "--logpath", str(data / "log"), "--logappend"),
            *("--bind_ip", "127.0.0.1", "--port", str(self._port), "--replSet", "many", "--keyFile", str(key)),
            *("--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64"),
            *(
                "--wiredTigerEngineConfigString",
                "log=(file_max=10MB)",
                "--setParameter",
                "diagnosticDataCollectionEnabled=0",
            ),
        ]
        self._child = Child("mongod", Rank.STORE, command, log=folder / "mongod.log")
        secret = quote(password, safe="")
        self.uri = f"mongodb://studio:{secret}@127.0.0.1:{self._port}/studio?replicaSet=many&authSource=admin"

    def start(self) -> None:
        self._child.start()

    def stop(self) -> None:
        children.stop([self._child])

    def initiate(self) -> None:
        """Once: the first client from this machine may do so before there is anybody who could."""
        host = f"127.0.0.1:{self._port}"
        with MongoClient[dict[str, object]](host, directConnection=True, serverSelectionTimeoutMS=30_000) as client:
            members = [{"_id": 0, "host": host}]
            soon = {"electionTimeoutMillis": 1000}
            client.admin.command("replSetInitiate", {"_id": "many", "members": members, "settings": soon})
            eventually(lambda: client.admin.command("hello")["isWritablePrimary"])
            user = {"createUser": "studio", "pwd": self._password, "roles": ["root"]}
            eventually(lambda: client.admin.command(user), but=OperationFailure)

    def step_down(self) -> None:
        """For two seconds there is no primary."""
        with MongoClient[dict[str, object]](self.uri) as client, suppress(AutoReconnect):  # it may hang up on everybody
            client.admin.command({"replSetStepDown": 2, "force": True})


class Valkey:
    """The same server by TLS on a port, and on its unix socket."""

    def __init__(self, folder: Path, password: str) -> None:
        self._socket, self.port = folder / "v.sock", free_port()
        self.certificate = certificates.make(folder / "certificate.pem")
        secret = quote(password, safe="")
        self.tls_url = f"rediss://:{secret}@127.0.0.1:{self.port}/1?ssl_ca_certs={self.certificate}"
        self.unix_url = f"unix://:{secret}@{self._socket}?db=1"
        conf = folder / "valkey.conf"  # not on the command line, which everybody can read
        conf.write_text(f'requirepass "{password}"\nsave ""\nport 0\nunixsocket {self._socket}\ndir {folder}\n')
        self._child = Child("Valkey", Rank.STORE, [str(embedded.find_valkey()), str(conf)], log=folder / "valkey.log")

    def start(self) -> None:
        self._child.start()
        with Redis.from_url(self.unix_url) as client:
            eventually(client.ping, but=RedisError)

    def stop(self) -> None:
        children.stop([self._child])

    @contextmanager
    def door(self) -> Iterator[None]:
        with certificates.tls_proxy(self.certificate, self.port, self._socket):
            yield


class Servers:
    def __init__(self, folder: Path, postgres: postgresql.Server, mongod: Mongod, valkey: Valkey) -> None:
        self.folder, self.postgres, self.mongod, self.valkey = folder, postgres, mongod, valkey

    def settings(self, *, by_socket: bool = False) -> dict[str, str]:
        """Of one machine: the URLs of its stores."""
        redis = self.valkey.unix_url if by_socket else self.valkey.tls_url
        return {"MONGO_URI": self.mongod.uri, "REDIS_URL": redis, "DATABASE_URL": self.postgres.url}


@contextmanager
def servers(folder: Path, password: str) -> Iterator[Servers]:
    """All of them, running; `password` is a part of each one's password. `folder` has a short path, for the socket."""
    mongod, valkey = Mongod(folder, f"{password}-mongo"), Valkey(folder, f"{password}-redis")
    with ExitStack() as stack:
        mongod.start()
        stack.callback(lambda: mongod.stop())
        valkey.start()
        stack.callback(lambda: valkey.stop())
        stack.enter_context(valkey.door())
        postgres = stack.enter_context(postgresql.server(f"{password}-sql", free_port()))
        mongod.initiate()
        yield Servers(folder, postgres, mongod, valkey)
