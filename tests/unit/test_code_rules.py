"""House rules that no linter knows, checked on the syntax trees."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATABASE_CALLS = {"save", "query", "scan", "update", "batch_get", "batch_write"}
MAX_LINES = 400


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def is_class_name(name: str) -> bool:
    return name[0].isupper() and not name.isupper()


def pynamodb_marks(tree: ast.AST) -> list[str]:
    """Places that read like PynamoDB: ``x.save()`` and ``Model.field == …``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            plain = isinstance(owner, ast.Name | ast.Call | ast.Attribute)
            if node.func.attr in DATABASE_CALLS and plain and not is_container(owner):
                found.append(f"line {node.lineno}: .{node.func.attr}(")
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
            if isinstance(node.ops[0], ast.In | ast.NotIn):
                continue  # no condition of PynamoDB: those have a method for it
            owner = node.left.value
            if isinstance(owner, ast.Name) and is_class_name(owner.id):
                found.append(f"line {node.lineno}: {owner.id}.{node.left.attr} compared")
    return found


def is_container(owner: ast.expr) -> bool:
    """Dictionaries and sets have an ``update`` of their own; by rule their names are plural."""
    return isinstance(owner, ast.Name) and owner.id.endswith("s") and owner.id.islower()


SERVICES = [
    path
    for path in modules("backend")
    if path.name in {"services.py", "policies.py", "api.py", "streams.py", "mails.py"}
    or path.parent.name == "services"
]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: str(path.relative_to(ROOT)))
def test_services_leave_the_database_to_the_models(path: Path):
    assert pynamodb_marks(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("registration.save()", 1),
        ("Registration.query('x')", 1),
        ("Registration.status == 'IN'", 1),
        ("values.update(a=1)", 0),
        ("registration.status == RegistrationStatus.CONFIRMED", 0),
    ],
)
def test_the_rule_sees_what_it_is_for(source: str, marks: int):
    assert len(pynamodb_marks(ast.parse(source))) == marks


def test_no_file_is_longer_than_it_may_be():
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in modules("backend", "portal", "infra", "tests", "bench")
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    ]
    assert long == []


def test_no_module_of_the_domain_has_a_name_that_says_nothing():
    vague = {"utils", "helpers", "manager", "common", "misc"}
    assert [p for p in modules("backend") if vague & {p.stem, *p.relative_to(ROOT).parts}] == []


def test_features_swallow_no_exceptions():
    """``except Exception`` hides faults; only the edges in ``handlers`` and ``shared`` may."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("backend")
        if path.parent.name not in {"handlers", "shared"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert found == []


def text_of_errors_logged(tree: ast.AST) -> list[str]:
    """``logger.exception(…)`` and ``exc_info=…`` write the text of an exception to the log."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        f"line {call.lineno}"
        for call in calls
        if (isinstance(call.func, ast.Attribute) and call.func.attr == "exception")
        or any(keyword.arg == "exc_info" for keyword in call.keywords)
    ]


@pytest.mark.parametrize("path", modules("backend"), ids=lambda path: str(path.relative_to(ROOT)))
def test_logs_never_quote_an_exception(path: Path):
    assert text_of_errors_logged(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    ("source", "marks"),
    [("logger.exception('x')", 1), ("logger.error('x', exc_info=error)", 1), ("log('x')", 0)],
)
def test_quoted_exceptions_are_recognised(source, marks):
    assert len(text_of_errors_logged(ast.parse(source))) == marks
