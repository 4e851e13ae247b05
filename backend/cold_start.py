"""Imported first by the API's Lambdas: what a cold start need not do.

Importing makes many objects and no garbage worth looking for;
``backend.shared.http.Handler`` ends that pause when the function is wired. And two packages
of Powertools import far more than a REST API needs: all resolvers, with asyncio for those of
GraphQL, and the events of thirty services. While the one resolver is imported that we need,
both are made known without running their ``__init__``. Pydantic would look for plugins through
the metadata of every library that is installed; there are none.
"""

import gc
import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

gc.disable()
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_RESOLVERS = "aws_lambda_powertools.event_handler"
_EVENTS = "aws_lambda_powertools.utilities.data_classes"
_NAMED_BY_THE_RESOLVER = {
    "alb_event": ("ALBEvent",),
    "api_gateway_proxy_event": ("APIGatewayProxyEvent", "APIGatewayProxyEventV2"),
    "bedrock_agent_event": ("BedrockAgentEvent",),
    "lambda_function_url_event": ("LambdaFunctionUrlEvent",),
    "vpc_lattice": ("VPCLatticeEvent", "VPCLatticeEventV2"),
}


def _make_known(package: str, named: dict[str, tuple[str, ...]]) -> None:
    """Put a package in its place with nothing in it but these names of its modules."""
    spec = PathFinder.find_spec(package, import_module(package.rpartition(".")[0]).__path__)
    if spec is None:
        return
    sys.modules[package] = package_itself = module_from_spec(spec)
    for part, names in named.items():
        loaded = import_module(f"{package}.{part}")
        package_itself.__dict__.update({name: getattr(loaded, name) for name in names})


if _RESOLVERS not in sys.modules:
    _make_known(_RESOLVERS, {})
if _EVENTS not in sys.modules:
    _make_known(_EVENTS, _NAMED_BY_THE_RESOLVER)
    import_module(f"{_RESOLVERS}.api_gateway")
    # Whoever follows streams or queues in the same process gets the whole package.
    del sys.modules[_EVENTS]
