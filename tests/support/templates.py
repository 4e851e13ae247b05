"""What the templates say, by stack."""

from collections.abc import Iterator
from typing import Any

from infra.deploy.packaging import ROOT, load_template
from infra.deploy.stage import STACKS

TEMPLATES = {name: load_template(ROOT / "infra" / f"{name}.yaml") for name in STACKS}


def resources(stack: str, kind: str) -> dict[str, Any]:
    """The properties of every resource of a type, by logical name."""
    found = single(stack).items()
    return {name: body.get("Properties", {}) for name, body in found if body["Type"] == kind}


def single(stack: str) -> dict[str, Any]:
    """The resources that a template writes out one by one, without its loops."""
    found = TEMPLATES[stack]["Resources"].items()
    return {name: body for name, body in found if isinstance(body, dict)}


FUNCTIONS = {
    name: (stack, properties)
    for stack in ("api", "streams")
    for name, properties in resources(stack, "AWS::Serverless::Function").items()
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
