"""Imported first by the API's Lambdas: what a cold start need not do.

Importing makes many objects and no garbage worth looking for;
``backend.shared.http.Handler`` ends that pause when the function is wired. And the package
of Powertools' resolvers imports all of them, with asyncio for those of GraphQL, where we
need the one for REST: it is made known here without running its ``__init__``.
"""

import gc
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

import aws_lambda_powertools

gc.disable()

_RESOLVERS = "aws_lambda_powertools.event_handler"
_found = PathFinder.find_spec(_RESOLVERS, aws_lambda_powertools.__path__)
if _found is not None and _RESOLVERS not in sys.modules:
    sys.modules[_RESOLVERS] = module_from_spec(_found)
