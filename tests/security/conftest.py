"""One studio for all of these tests, and the look at what they left."""

from collections.abc import Iterator

import pytest

from tests.security.target import Target, attacked


@pytest.fixture(scope="package")
def target(prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("hostile"), STUDIO_LIMITS="off") as target:
        yield target


@pytest.fixture(autouse=True)
def silent(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test of this folder may make the server complain of itself."""
    yield
    if "target" in request.fixturenames:
        target = request.getfixturevalue("target")
        assert not target.complaints(), target.log.read_text(errors="replace")[-5000:]
        assert target.web is not None and target.web.poll() is None
