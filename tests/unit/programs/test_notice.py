"""NOTICE says of the packages what they say of themselves, and of mongod what they do not."""

import subprocess

import pytest

from project.serve import embedded
from project.serve.children import CannotStart
from tests.programs import notice

NOTICE = (notice.LOCK.parent / "NOTICE").read_text()


def packages() -> dict[str, str]:
    """The licence under which NOTICE names each package, by the package's name in uv.lock."""
    lines = NOTICE.partition("Python packages, ")[2].splitlines()
    named = (line.removeprefix("- ").rpartition(": ") for line in lines if line.startswith("- "))
    return {
        name.lower().replace("_", "-").replace(".", "-"): said for said, _, names in named for name in names.split(", ")
    }


def test_every_package_that_a_studio_can_bring_is_named_and_no_other() -> None:
    assert set(packages()) == notice.runtime(), (
        "NOTICE is out of date: python -m tests.programs.notice prints its last part."
    )
    assert len(packages()) > 50


def test_every_package_stands_under_the_licence_that_it_names_itself() -> None:
    named, (here, _) = packages(), notice.installed()
    for package in here:
        name = package.metadata["Name"].lower().replace("_", "-").replace(".", "-")
        assert named[name] in (notice.licence(package), "on other systems or Pythons alone"), name


def test_no_package_is_without_a_licence() -> None:
    here, _ = notice.installed()
    assert {one.metadata["Name"]: notice.licence(one) for one in here if not notice.licence(one)} == {}


def test_every_native_library_that_is_here_is_named() -> None:
    here, _ = notice.installed()
    found = {name for package in here for name in notice.libraries(package)}
    assert {name for name in found if name not in NOTICE} == set()


def test_the_mongod_inside_is_the_one_that_notice_speaks_of() -> None:
    try:
        mongod = embedded.find_mongod()
    except CannotStart:
        pytest.skip("there is no mongod here")
    if "fiftyone" not in str(mongod):
        pytest.skip("this mongod is not the wheel's")
    said = subprocess.run([mongod, "--version"], capture_output=True, text=True, check=True).stdout
    version = said.split()[2].removeprefix("v")
    assert f"mongod {version} of" in NOTICE
    assert "SSPL" in NOTICE
