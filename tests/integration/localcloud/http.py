"""One request as it is: no redirect followed, no status raised."""

import urllib.error
import urllib.request


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def request(
    method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body."""
    asked = urllib.request.Request(url, method=method, headers=headers or {}, data=body)
    try:
        answer = urllib.request.build_opener(_Stay).open(asked, timeout=15)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
