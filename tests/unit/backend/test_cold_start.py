"""What a cold function must not import: each of these costs more than our own code."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.support.templates import FUNCTIONS

HANDLERS = Path("backend/handlers")
ANSWERING = sorted(
    body["Handler"].partition(".")[0] for stack, body in FUNCTIONS.values() if stack == "api"
)
WAITS_UNTIL_USED = {
    "PIL",
    "asyncio",
    "aws_lambda_powertools.utilities.data_classes.s3_event",
    "boto3",
    "cryptography",
    "django",
    "email_validator",
    "icalendar",
    "jinja2",
    "jwt",
    "nh3",
    "openpyxl",
    "pydantic.root_model",
    "segno",
    "stripe",
}


@cache
def loaded_by(name: str) -> list[str]:
    """Whether garbage is collected after the import of a function, and all modules then loaded."""
    program = f"import backend.handlers.{name}, gc, sys; print(gc.isenabled(), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def named_by(name: str) -> set[str]:
    """The features that a handler imports."""
    tree = ast.parse((HANDLERS / f"{name}.py").read_text())
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module.startswith("backend.")}


@pytest.mark.parametrize("name", ANSWERING)
def test_import_of_a_function_loads_only_what_every_request_needs(name):
    collects, *loaded = loaded_by(name)

    assert WAITS_UNTIL_USED & set(loaded) == set()
    # The pause that backend/cold_start.py begins is over.
    assert collects == "True"


@pytest.mark.parametrize("name", ANSWERING)
def test_import_of_a_function_makes_no_shapes_of_features_that_it_does_not_serve(name):
    shapes = re.findall(r"\bbackend\.(\w+)\.schemas\b", " ".join(loaded_by(name)))

    assert set(shapes) - named_by(name) == set()


@pytest.mark.parametrize(
    ("name", "feature"), [("users", "registrations"), ("registrations", "activity")]
)
def test_function_starts_without_what_few_of_its_requests_need(name, feature):
    assert f"backend.{feature}" not in loaded_by(name)


def test_making_a_shape_asks_no_library_whether_it_is_a_plugin():
    program = """
import importlib.metadata as metadata
asked, real = [], metadata.distributions
metadata.distributions = lambda: asked.append("libraries") or real()
from backend.handlers.health import Health
Health(ok=True, service="foyer", version="1")
print(asked)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout == "[]\n"
