"""What a page's own script posts: a small JSON object."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.shared.errors import BadInput

LARGEST_BODY = 4_000


def posted(request: HttpRequest) -> dict[str, Any]:
    """The posted JSON object; refuses with ``BadInput`` what is none."""
    try:
        body = json.loads(request.body) if len(request.body) <= LARGEST_BODY else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadInput({}, _("This is not a JSON object."))
    return body
