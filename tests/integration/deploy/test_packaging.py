"""What travels to Lambda, and that it is nothing but what runs there."""

import ast
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.deploy.libraries import ROOT, RUNTIME, install
from infra.deploy.packaging import MAIL_TEMPLATES, archive, domain_layer
from infra.deploy.portal import lay_out

SETTINGS = {"role_arn": "arn:aws:iam::000000000000:role/portal"}


def names(body: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(body)).namelist())


def test_archive_depends_on_names_and_contents_alone(tmp_path: Path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("x = 1\n")
    first = archive([("one.py", one), ("two.py", one)])
    two.write_text("x = 1\n")

    assert archive([("two.py", two), ("one.py", one)]) == first


def test_domain_layer_has_the_backend_without_its_handlers_and_the_mails():
    found = names(domain_layer(ROOT / "backend"))

    assert {"python/backend/shared/http.py", "python/backend/events/models.py"} <= found
    assert {name for name in found if name.startswith("python/backend/handlers/")} == set()
    mails = {f"python/templates/emails/{path.name}" for path in MAIL_TEMPLATES.glob("*.txt")}
    assert mails <= found


# Any other Python cannot compile for it.
RUNS_AS_LAMBDA = f"{sys.version_info.major}.{sys.version_info.minor}" == RUNTIME


def test_layer_for_lambda_holds_bytecode_of_its_own_python_alone():
    found = names(domain_layer(ROOT / "backend", compiled=True))
    compiled = {name for name in found if name.endswith(".pyc")}
    sources = {name for name in found if name.endswith(".py")}

    assert found - compiled == names(domain_layer(ROOT / "backend"))
    assert len(compiled) == (len(sources) if RUNS_AS_LAMBDA else 0)


def test_bytecode_of_a_layer_is_what_runs_and_the_same_each_time(tmp_path: Path):
    body = domain_layer(ROOT / "backend", compiled=True)
    zipfile.ZipFile(io.BytesIO(body)).extractall(tmp_path)
    (tmp_path / "python" / "backend" / "shared" / "errors.py").write_text("DomainError = 'source'")

    code = "from backend.shared.errors import DomainError as found; print(found == 'source')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path / "python")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == (str(not RUNS_AS_LAMBDA), "")
    assert domain_layer(ROOT / "backend", compiled=True) == body


@pytest.mark.parametrize("name", ["events", "registrations_stream", "seat_audit"])
def test_handler_runs_from_its_own_bundle_and_the_domain_layer(name: str, tmp_path: Path):
    layer = zipfile.ZipFile(io.BytesIO(domain_layer(ROOT / "backend")))
    layer.extractall(tmp_path / "layer")
    bundle = archive([(f"{name}.py", ROOT / "backend" / "handlers" / f"{name}.py")])
    zipfile.ZipFile(io.BytesIO(bundle)).extractall(tmp_path / "code")

    code = f"import {name}, backend; print(backend.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "code",
        env={"PYTHONPATH": str(tmp_path / "layer" / "python"), "AWS_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.startswith(str(tmp_path))


@pytest.mark.slow
def test_every_handler_runs_from_its_bundle_and_the_two_layers_alone(tmp_path: Path):
    """Functions of the local cloud see this environment's packages; here they do not."""
    libraries = install(ROOT / "requirements-api.txt", "python", architecture=None) / "python"
    zipfile.ZipFile(io.BytesIO(domain_layer(ROOT / "backend"))).extractall(tmp_path)
    handlers = sorted(path.stem for path in (ROOT / "backend" / "handlers").glob("[a-z]*.py"))
    paths = [str(ROOT / "backend" / "handlers"), str(libraries), str(tmp_path / "python")]

    for name in handlers:
        code = f"import sys; sys.path[:0] = {paths!r}; import {name}; {name}.handler"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code],
            env={"AWS_REGION": "eu-central-1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (name, done.stderr) == (name, "")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    static = tmp_path / "static_build"
    static.mkdir()
    for name in ("icons.json", "staticfiles.json", "large.map"):
        (static / name).write_text("{}")
    lay_out(tmp_path / "package", "trial", SETTINGS, static)
    return tmp_path / "package"


def test_portals_package_holds_its_own_code_and_nothing_that_lies_around(package: Path):
    assert {path.name for path in package.iterdir()} == {
        "backend",
        "portal",
        "templates",
        "static_build",
        "zappa_settings.json",
    }
    assert not (package / "backend" / "handlers").exists()
    assert {path.name for path in (package / "static_build").iterdir()} == {
        "icons.json",
        "staticfiles.json",
    }


def test_zappa_gets_the_portals_role_and_settings(package: Path):
    settings = json.loads((package / "zappa_settings.json").read_text())

    assert settings["base"]["manage_roles"] is False
    assert settings["base"]["touch"] is False
    assert {"tests", "node_modules", "ministack*"} <= set(settings["base"]["exclude"])
    assert settings["trial"] == {"extends": "base"} | SETTINGS


def test_no_module_of_the_portal_or_backend_imports_what_is_not_packed():
    """``infra`` and ``tests`` stay at home."""
    for folder in ("backend", "portal"):
        for path in (ROOT / folder).rglob("*.py"):
            imports = {
                (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Import | ast.ImportFrom)
            }
            assert {name.split(".")[0] for name in imports} & {"infra", "tests"} == set(), path
