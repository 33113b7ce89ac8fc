"""The short form, which `make test` runs: the most telling faults, a few seconds each."""

SHORT = (
    "kill -9 web, insert | acknowledge",
    "kill -9 worker, artifact | advance",
    "freeze worker, generate | artifact",
    "kill -9 mongod, at random",
    "kill -9 Valkey, at random",
    "kill -9 worker, money, confirmed | asked",
    "events lost, half",
)
