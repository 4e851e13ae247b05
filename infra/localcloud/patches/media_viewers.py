"""Viewers on ``<id>.cloudfront.localhost`` count as having come by https.

The media distribution redirects plain http to https, and the local cloud speaks no TLS, so
without this a browser could not show a banner. Browsers resolve ``*.localhost`` to this machine
and treat it as a secure origin; under every other host name the redirect stays as on AWS.
"""

from typing import Any

from ministack.services import cloudfront


def install() -> None:
    """Mark loopback viewers before the distribution's protocol policy looks at them."""
    serve = cloudfront.handle_viewer_request

    async def handle_viewer_request(
        dist: dict[str, Any],
        method: str,
        path: str,
        raw_uri: str,
        raw_query_string: str,
        headers: dict[str, str],
        *rest: Any,
    ) -> Any:
        host = headers.get("host", "").split(":")[0].lower()
        if host.endswith(".cloudfront.localhost"):
            headers = {**headers, "x-forwarded-proto": "https"}
        return await serve(dist, method, path, raw_uri, raw_query_string, headers, *rest)

    cloudfront.handle_viewer_request = handle_viewer_request
