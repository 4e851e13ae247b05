"""Tables get the time to live and the point-in-time recovery their template asks for.

ministack's CloudFormation ignores both, so expired sessions would stay readable in a listing
and a template that forgot its recovery could not be told from one that did not.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Apply both settings after a table is created or updated from a template."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    handlers["create"] = _then_settings(handlers["create"], properties_at=1)
    handlers["update"] = _then_settings(handlers["update"], properties_at=2)


def _then_settings(provision: Callable[..., Any], *, properties_at: int) -> Callable[..., Any]:
    def provision_with_settings(*args: Any, **kwargs: Any) -> Any:
        result = provision(*args, **kwargs)
        _apply(result[0] if isinstance(result, tuple) else args[0], args[properties_at])
        return result

    return provision_with_settings


def _apply(table: str, properties: dict[str, Any]) -> None:
    ttl = properties.get("TimeToLiveSpecification")
    if ttl:
        wanted = {"AttributeName": ttl["AttributeName"], "Enabled": _flag(ttl.get("Enabled"))}
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": wanted})
    recovery = properties.get("PointInTimeRecoverySpecification")
    if recovery:
        wanted = {"PointInTimeRecoveryEnabled": _flag(recovery.get("PointInTimeRecoveryEnabled"))}
        dynamodb._update_continuous_backups(
            {"TableName": table, "PointInTimeRecoverySpecification": wanted}
        )


def _flag(value: object) -> bool:
    """Template values arrive as booleans or, through parameters, as words."""
    return str(value).lower() == "true"
