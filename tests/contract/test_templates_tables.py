"""The tables that infra/tables.yaml deploys are the tables that the models expect."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from backend.shared import db
from infra.deploy.packaging import ROOT, load_template

TABLES = {
    body["Properties"]["TableName"]["Fn::Sub"].removeprefix("${Stage}-"): body["Properties"]
    for body in load_template(ROOT / "infra" / "tables.yaml")["Resources"].values()
    if body["Type"] == "AWS::DynamoDB::Table"
}
for _found in sorted((ROOT / "backend").glob("*/models*")):
    importlib.import_module(f"backend.{_found.parent.name}.models")


def models(parent: type = db.Table) -> Iterator[Any]:
    for child in parent.__subclasses__():
        if hasattr(child, "Meta") and hasattr(child.Meta, "table_name"):
            yield child
        yield from models(child)


MODELS = sorted(models(), key=lambda model: (model.Meta.table_name, model.__name__))


def table_of(model: Any) -> dict[str, Any]:
    return TABLES[model.Meta.table_name.split("-", 1)[1]]


def keys(schema: list[dict[str, str]]) -> list[tuple[str, str]]:
    """HASH before RANGE, in whichever order a model names them."""
    return sorted((entry["KeyType"], entry["AttributeName"]) for entry in schema)


def projection(described: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    return described["ProjectionType"], tuple(sorted(described.get("NonKeyAttributes", ())))


def types(described: Any) -> dict[str, str]:
    return {a["AttributeName"]: a["AttributeType"] for a in described}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_table_has_the_keys_of_its_model(model):
    table, declared = table_of(model), model._get_schema()
    deployed = types(table["AttributeDefinitions"])

    assert keys(table["KeySchema"]) == keys(declared["key_schema"])
    # One model of a table shared by several kinds of item need not know every index.
    assert deployed == deployed | types(declared["attribute_definitions"])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_index_of_a_model_is_deployed_as_declared(model):
    indexes = table_of(model).get("GlobalSecondaryIndexes", [])
    deployed = {
        i["IndexName"]: (keys(i["KeySchema"]), projection(i["Projection"])) for i in indexes
    }
    declared = {
        i["index_name"]: (keys(i["key_schema"]), projection(i["projection"]))
        for i in model._get_schema()["global_secondary_indexes"]
    }

    assert deployed == deployed | declared


@pytest.mark.parametrize("table", sorted({m.Meta.table_name.split("-", 1)[1] for m in MODELS}))
def test_every_deployed_index_is_declared_by_a_model(table):
    known = [m for m in MODELS if m.Meta.table_name.split("-", 1)[1] == table]
    declared = {i["index_name"] for m in known for i in m._get_schema()["global_secondary_indexes"]}

    assert {i["IndexName"] for i in TABLES[table].get("GlobalSecondaryIndexes", [])} == declared


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_on_demand_encrypted_and_recoverable(name):
    table = TABLES[name]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProduction", True, False]}
    assert table.get("StreamSpecification") in (None, {"StreamViewType": "NEW_AND_OLD_IMAGES"})


def test_only_rubbish_expires():
    settings = {name: t.get("TimeToLiveSpecification") for name, t in TABLES.items()}
    expiring = {name: ttl["AttributeName"] for name, ttl in settings.items() if ttl}

    assert expiring == {
        "scans": "expires_at",
        "kiosks": "expires_at",
        "team": "expires_at",
        "web_sessions": "expires_at",
        "idempotency": "expiration",
    }


def test_tables_that_somebody_follows_have_a_stream():
    streaming = {name for name, table in TABLES.items() if "StreamSpecification" in table}

    assert streaming == {
        "events", "registrations", "notifications", "kiosks", "team", "profiles", "guest_requests",
        "sessions", "bookings",
    }  # fmt: skip
