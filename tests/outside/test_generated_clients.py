"""Clients that other people's generators make of the document do the main job."""

from pathlib import Path

from tests.outside.conftest import HERE, Run
from tests.support.studio import HANGS_S, Studio


def test_the_generated_python_client_is_whole_and_does_the_main_job(
    run: Run, python_tools: Path, documents: Path, studio: Studio, tmp_path: Path
) -> None:
    out = ("--output-path", tmp_path / "studio_generated", "--meta", "none", "--fail-on-warning")
    config = tmp_path / "config.yaml"
    # Or it makes no method for them.
    files = "".join(f"  {kind}: application/octet-stream\n" for kind in ("application/zip", "image/jpeg"))
    config.write_text(f"post_hooks: []\ncontent_type_overrides:\n{files}")
    run(
        python_tools / "openapi-python-client", "generate", "--path", documents / "openapi.json", "--config", config, *out
    )  # fmt: skip
    job = (tmp_path / "main_job.py").write_text((HERE / "main_job.py").read_text())
    assert job
    done = run(python_tools / "python", "main_job.py", studio.url, cwd=tmp_path, timeout=HANGS_S)
    assert done.stdout.split() == ["DONE", "image/jpeg", "UTC", "not_found"]


def test_the_client_typed_by_openapi_typescript_does_the_main_job(
    run: Run, node_tools: Path, documents: Path, studio: Studio
) -> None:
    folder = node_tools / "job"  # below it, packages are found
    folder.mkdir(exist_ok=True)
    (folder / "main_job.ts").write_text((HERE / "main_job.ts").read_text())
    tools = node_tools / "node_modules/.bin"
    run(tools / "openapi-typescript", documents / "openapi.json", "--output", folder / "schema.d.ts")
    options = ("--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "--skipLibCheck")
    run(tools / "tsc", *options, folder / "main_job.ts")
    done = run("node", folder / "main_job.js", studio.url, timeout=HANGS_S)
    assert done.stdout.split() == ["image/jpeg", "not_found"]
