"""The client that is generated from the OpenAPI file: all of it, under names that read well."""

import copy
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foyer_client import models
from infra import api_client

DOCUMENT = json.loads(Path("openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
CALLS = {
    operation["operationId"]: operation["tags"][0]
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}


def snake(name: str) -> str:
    return re.sub(r"[ -]", "_", re.sub(r"(?<!^)(?=[A-Z])", "_", name)).lower()


def small() -> dict[str, Any]:
    """The document with one route only, to be changed at will."""
    paths = {"/health": DOCUMENT["paths"]["/health"]}
    shapes = {"schemas": {name: SCHEMAS[name] for name in ("Health", "Refusal")}}
    return copy.deepcopy(DOCUMENT | {"paths": paths, "components": shapes})


def of(document: dict[str, Any], folder: Path) -> bool:
    source = folder / "openapi.json"
    source.write_text(json.dumps(document))
    return api_client.build(source, folder / "client")


@pytest.mark.parametrize("name", CALLS)
def test_each_operation_is_a_function(name):
    module = importlib.import_module(f"foyer_client.api.{snake(CALLS[name])}.{snake(name)}")

    assert callable(module.sync)
    assert callable(module.asyncio_detailed)


def test_each_shape_is_a_class_and_none_has_a_made_up_name():
    classes = {
        name for name, schema in SCHEMAS.items() if schema.get("type") in ("object", "string")
    }
    made_up = set(models.__all__) - classes

    assert classes - set(models.__all__) == set()
    numbered = [name for name in made_up if re.search(r"\d", name)]
    assert numbered == [], (
        "Give the shape a name: TypeAliasType, see backend/registrations/schemas."
    )


def test_second_run_finds_nothing_to_do_until_the_file_changes(tmp_path):
    document = small()
    first, second = of(document, tmp_path), of(document, tmp_path)
    document["components"]["schemas"]["Health"]["properties"]["novelty"] = {"type": "integer"}
    third = of(document, tmp_path)

    assert (first, second, third) == (True, False, True)
    assert "novelty: int" in (tmp_path / "client/foyer_client/models/health.py").read_text()


def _without_a_shape(document):
    del document["components"]["schemas"]["Health"]


def _list_of_nothing(document):
    document["components"]["schemas"]["Health"]["properties"]["ok"] = {"type": "array"}


def _body_of_another_kind(document):
    body = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    document["paths"]["/health"]["get"]["requestBody"] = body


@pytest.mark.parametrize("spoil", [_without_a_shape, _list_of_nothing, _body_of_another_kind])
def test_what_cannot_be_generated_is_refused(tmp_path, spoil):
    document = small()
    spoil(document)

    with pytest.raises(api_client.ClientFailed, match="some pieces may be missing"):
        of(document, tmp_path)


def test_program_says_what_happened(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(api_client, "FILE", tmp_path / "openapi.json")
    monkeypatch.setattr(api_client, "FOLDER", tmp_path / "client")
    api_client.FILE.write_text(json.dumps(small()))

    assert [api_client.main(), api_client.main()] == [0, 0]
    api_client.FILE.write_text("{}")
    # What failed is not taken for built.
    assert [api_client.main(), api_client.main()] == [1, 1]
    said = capsys.readouterr()
    assert re.findall(r"client: (\D+) in", said.out) == ["generated", "up to date"]
    assert "Failed to parse OpenAPI document" in said.err


def test_programs_in_the_documents_call_the_client_that_there_is(tmp_path):
    for file in (Path("docs/api-clients.md"), Path("infra/openapi_guide.md")):
        [program] = re.findall(r"```python\n(.*?)```", file.read_text(), re.DOTALL)
        (tmp_path / f"{file.stem.replace('-', '_')}.py").write_text(program)
    command = [sys.executable, "-m", "mypy", *map(str, tmp_path.iterdir())]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.stdout == "Success: no issues found in 2 source files\n"


@pytest.mark.slow
def test_field_under_another_name_fails_the_types_of_tests(tmp_path):
    renamed = json.loads(Path("openapi.json").read_text().replace('"shortCode"', '"briefCode"'))
    of(renamed, tmp_path)
    settings = Path("pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(settings.replace("/.build/client", "/client"))
    command = [sys.executable, "-m", "mypy", "--config-file", str(tmp_path / "pyproject.toml")]
    command += ["--cache-dir", str(tmp_path), "tests/integration/api/test_api_client.py"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert set(re.findall(r'error: "(\w+)" has no attribute "(\w+)"', done.stdout)) == {
        ("TicketAnswer", "short_code")
    }
