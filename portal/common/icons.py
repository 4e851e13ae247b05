"""Icons as inline SVG: drawn in the text's colour, no request, nothing for the CSP to allow."""

import json
from functools import cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


class UnknownIcon(LookupError):
    """The name is not in ``static_src/icons/tabler.txt``."""


def icon(name: str, label: str = "") -> SafeString:
    """The SVG of ``name``; decorative unless it has a ``label`` of its own."""
    if name not in drawings():
        raise UnknownIcon(f"{name!r} is not listed in static_src/icons/tabler.txt")
    hidden = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="fo-icon" viewBox="0 0 24 24" {} focusable="false">{}</svg>',
        mark_safe(hidden),  # noqa: S308 - ours or escaped above
        mark_safe(drawings()[name]),  # noqa: S308 - built from the icon package
    )


@cache
def drawings() -> dict[str, str]:
    """Name → SVG content, as ``python -m infra.assets`` left them."""
    found: dict[str, str] = json.loads((settings.BUILD_DIR / "icons.json").read_text())
    return found
