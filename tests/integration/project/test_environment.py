import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_that_skips():
    pytest.skip("nothing to test with")

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail():
    assert False
"""


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed, 1 xfailed"), ("", "1 skipped, 1 xfailed")])
def test_in_ci_a_skip_is_a_failure(tmp_path: Path, ci: str, outcome: str) -> None:
    assert outcome in _pytest(tmp_path, SKIPPING, ci)


def test_in_ci_a_skipped_module_is_a_failure(tmp_path: Path) -> None:
    module = "import pytest\npytest.skip('nothing to test with', allow_module_level=True)\n"
    assert "1 error" in _pytest(tmp_path, module, "true")
    assert "1 skipped" in _pytest(tmp_path, module, "")


def test_settings_of_the_person_do_not_reach_the_tests(tmp_path: Path) -> None:
    module = "import os\n\ndef test_it():\n    assert 'MONGO_URI' not in os.environ\n"
    assert "1 passed" in _pytest(tmp_path, module, "", MONGO_URI="mongodb://production")


def _pytest(folder: Path, module: str, ci: str, **environment: str) -> str:
    """What pytest prints about this module, with nothing of the project loaded but our plugin."""
    (folder / "test_it.py").write_text(module)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.environment", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, str(folder / "test_it.py")],
        env={**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
    )
    return result.stdout + result.stderr
