"""API definitions as SAM writes them: CORS headers, ``ANY`` methods, gateway responses.

ministack's import of an OpenAPI body keeps only method, type and address of an integration. What
SAM makes of ``Cors`` (a mock integration that answers OPTIONS), of ``Method: ANY`` and of
``GatewayResponses`` (headers on refusals by the gateway itself) was dropped, so browsers could
not call the API and a 401 looked different from the one on AWS.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1 as gateway

_ANY = "x-amazon-apigateway-any-method"
_RESPONSES = "x-amazon-apigateway-gateway-responses"
_INTEGRATION = "x-amazon-apigateway-integration"

JsonObject = dict[str, Any]


def install() -> None:
    """Replace the import of an operation; extend those of a path and of a whole API."""
    gateway._import_operation = _import_operation
    import_path, import_api = gateway._import_path_item, gateway._import_rest_api

    def import_path_item(
        api_id: str,
        path: str,
        path_item: JsonObject,
        scheme_map: JsonObject | None = None,
        default_security: Any = None,
    ) -> None:
        import_path(api_id, path, path_item, scheme_map, default_security)
        operation = (path_item or {}).get(_ANY)
        if operation is not None:
            resources = gateway._resources[api_id].items()
            resource_id = next(key for key, found in resources if found.get("path") == path)
            _import_operation(api_id, resource_id, "ANY", operation, scheme_map, default_security)

    def import_rest_api(spec: JsonObject, base_data: JsonObject | None = None) -> str:
        api_id: str = import_api(spec, base_data)
        for kind, response in (spec.get(_RESPONSES) or {}).items():
            gateway._put_gateway_response(api_id, kind, _with_text_status(response))
        return api_id

    gateway._import_path_item = import_path_item
    gateway._import_rest_api = import_rest_api


def _import_operation(
    api_id: str,
    resource_id: str,
    http_method: str,
    operation: JsonObject | None,
    scheme_map: JsonObject | None = None,
    default_security: Any = None,
) -> None:
    operation = operation or {}
    place = (api_id, resource_id, http_method)
    security = operation.get("security", default_security)
    gateway._put_method(*place, gateway._method_security(security, scheme_map or {}))
    for status, response in (operation.get("responses") or {}).items():
        names = (response or {}).get("headers") or {}
        declared = {f"method.response.header.{name}": False for name in names}
        gateway._put_method_response(*place, str(status), {"responseParameters": declared})
    integration = operation.get(_INTEGRATION)
    if integration:
        _import_integration(place, integration)


def _import_integration(place: tuple[str, str, str], integration: JsonObject) -> None:
    settings = {key: value for key, value in integration.items() if key != "responses"}
    if settings.get("type"):
        settings["type"] = settings["type"].upper()
    gateway._put_integration(*place, settings)
    for pattern, response in (integration.get("responses") or {}).items():
        selection = "" if pattern == "default" else pattern
        gateway._put_integration_response(
            *place,
            str(response.get("statusCode", "200")),
            {**response, "selectionPattern": selection},
        )


def _with_text_status(response: Mapping[str, Any]) -> JsonObject:
    status = response.get("statusCode")
    return {**response, "statusCode": str(status)} if status else dict(response)
