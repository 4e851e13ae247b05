"""What travels to Lambda, and that it is nothing but what runs there."""

import ast
import io
import json
import os
import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from infra.deploy.libraries import ROOT, RUNTIME, add_bytecode, install
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
    modules = sorted((ROOT / "backend" / "handlers").glob("[a-z]*.py"))
    handlers = [path.stem for path in modules if path.stem != "redrive"]  # a command
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


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal")
    static = folder / "static_build"
    static.mkdir()
    for name in ("icons.json", "staticfiles.json", "large.map"):
        (static / name).write_text("{}")
    lay_out(folder / "package", "trial", SETTINGS, static)
    return folder / "package"


def test_portals_package_holds_its_own_code_and_nothing_that_lies_around(package: Path):
    assert {path.name for path in package.iterdir()} - {"__pycache__"} == {
        "backend",
        "handler.py",
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


@pytest.fixture(scope="module")
def zipped_by_zappa(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Zappa makes of the portal's package and of one library, unpacked."""
    folder = tmp_path_factory.mktemp("zipped")
    libraries = (
        folder / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    )
    libraries.mkdir(parents=True)
    (libraries / "library.py").write_text("SAYS = 'compiled'\n")
    add_bytecode(folder)
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    subprocess.run(
        [Path(sys.executable).parent / "zappa", "package", "trial", "-o", folder / "portal.zip"],
        cwd=package,
        env={**os.environ, **keys, "AWS_REGION": "eu-central-1", "VIRTUAL_ENV": str(folder)},
        capture_output=True,
        check=True,
    )
    zipfile.ZipFile(folder / "portal.zip").extractall(folder / "task")
    return folder / "task"


def test_zappa_keeps_the_bytecode_of_all_it_packs_but_of_the_settings_it_writes(
    zipped_by_zappa: Path,
):
    modules = {path for path in zipped_by_zappa.rglob("*.py") if path.parent.name != "__pycache__"}
    compiled = {path for path in modules if Path(cache_from_source(path)).exists()}

    assert {path.name for path in modules - compiled if path.read_bytes()} == (
        {"zappa_settings.py", "django_zappa_app.py"}
        if RUNS_AS_LAMBDA
        else {path.name for path in modules if path.read_bytes()}
    )


@pytest.mark.parametrize(
    ("module", "name"),
    [("library", "SAYS"), ("portal.urls", "urlpatterns"), ("handler", "LambdaHandler")],
)
def test_bytecode_in_the_portals_package_is_what_runs(
    zipped_by_zappa: Path, module: str, name: str
):
    """Whatever time Zappa and Lambda give to the sources."""
    path = zipped_by_zappa / f"{module.replace('.', '/')}.py"
    source = path.read_bytes()
    path.write_text(f"{name} = 'source'\n")

    code = PathFinder.find_spec(path.stem, [str(path.parent)]).loader.get_code(path.stem)
    path.write_bytes(source)

    assert ("source" not in code.co_consts) is RUNS_AS_LAMBDA
    assert code.co_filename == str(path)


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
