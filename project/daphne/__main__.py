"""`python -m project.daphne …`: Daphne's own command in less memory: without Autobahn's WAMP, and without TLS where
nothing uses it."""

import os
import sys
from importlib import import_module
from types import ModuleType

WITH_TLS = "OpenSSL", "cryptography"


def main() -> None:
    sys.argv[0] = "daphne"
    load(sys.argv[1:])
    from daphne.cli import CommandLineInterface

    CommandLineInterface.entrypoint()


def load(arguments: list[str]) -> None:
    absent = () if _speaks_tls(arguments) else WITH_TLS
    # Its import would bring the rest of WAMP, and cryptography.
    wamp = ModuleType("autobahn.twisted.wamp")
    wamp.ApplicationSession = object  # type: ignore[attr-defined]
    sys.modules["autobahn.twisted.wamp"] = wamp
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # makes its import fail
    from daphne.cli import CommandLineInterface

    import_module(CommandLineInterface().parser.parse_args(arguments).application.partition(":")[0])
    for name in absent:
        del sys.modules[name]  # for later imports


def _speaks_tls(arguments: list[str]) -> bool:
    """From the environment: the settings import redis-py."""
    stores = os.environ.get("REDIS_URL", "").partition(":")[0], os.environ.get("MONGO_URI", "").lower()
    listens = any(argument.startswith("ssl:") for argument in arguments)
    return listens or stores[0] == "rediss" or any(word in stores[1] for word in ("tls", "ssl", "+srv"))


if __name__ == "__main__":
    main()
