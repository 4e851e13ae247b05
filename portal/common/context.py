"""What every template may ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from backend.shared.actor import VISITOR


def portal(request: HttpRequest) -> dict[str, Any]:
    """``actor``, and ``languages`` when there is a choice."""
    languages = settings.LANGUAGES if len(settings.LANGUAGES) > 1 else ()
    return {"actor": getattr(request, "actor", VISITOR), "languages": languages}
