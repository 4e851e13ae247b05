"""A real browser before a real portal, on the worker's own local cloud.

``portal_url``     the portal's address, served as in production but for TLS
``context``        one person's browser; ``new_context()`` opens another person's
``browser_page``   ``browser_page(390)``: a page of that width; it fails the test on script errors
``sign_in_as``     ``sign_in_as("desk", event.uuid)``: signs the context in, with that role
``check_axe``      ``check_axe(page)``: no accessibility violation on what is shown
``shoot``          ``shoot(page, "desk-390-dark")``: a screenshot into ``test-results/``
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from backend.shared.actor import Actor
from tests.factories.team import make_member

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEIGHTS = {390: 844, 768: 1024}


@pytest.fixture(scope="session")
def portal_url(tables: dict[str, str]) -> Iterator[str]:
    """The portal on a free port of this machine, in a thread of this process."""
    import django
    from waitress import create_server

    from infra import assets

    assets.build()
    django.setup()
    from portal.wsgi import application

    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(autouse=True)
def no_line_per_request() -> Iterator[None]:
    """One line per page is no help; other tests of this process count them."""
    requests = logging.getLogger("portal")
    level = requests.level
    requests.setLevel(logging.WARNING)
    yield
    requests.setLevel(level)


@pytest.fixture
def new_context(chromium: Browser, portal_url: str) -> Iterator[Callable[..., BrowserContext]]:
    contexts = []

    def open_context(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=portal_url, locale="en-GB", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def browser_page(context: BrowserContext) -> Iterator[Callable[..., Page]]:
    troubles: list[str] = []

    def open_page(
        width: int = 1280, *, dark: bool = False, of: BrowserContext | None = None
    ) -> Page:
        page = (of or context).new_page()
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 800)})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.extend(_broken_policy(line.text)))
        return page

    yield open_page
    assert troubles == []


def _broken_policy(line: str) -> list[str]:
    return [line] if "Content Security Policy" in line else []


@pytest.fixture
def sign_in_as(context: BrowserContext, portal_url: str) -> Callable[..., Actor]:
    """A session as signing in leaves it. Roles of the team need the event."""

    def sign_in(
        role: str, event_id: str = "", *, of: BrowserContext | None = None, name: str = "Dana Desk"
    ) -> Actor:
        user_id = f"user-{uuid.uuid4().hex[:12]}"
        claims = {
            "sub": user_id,
            "email": f"{user_id}@example.com",
            "email_verified": True,
            "name": name,
            "cognito:groups": ["apiAdmins"] if role == "administrator" else [],
        }
        if role in ("owner", "organiser", "desk", "floor"):
            from backend.team.roles import Role

            make_member(event_id=event_id, member=user_id, name=name, role=Role(role.upper()))
        cookie = {"name": "foyer", "value": _session_of(claims), "url": portal_url}
        (of or context).add_cookies([cookie])
        return Actor.from_claims(claims)

    return sign_in


def _session_of(claims: dict[str, Any]) -> str:
    from portal.common.sessions import SIGNED_IN_AS, SessionStore
    from portal.common.signed_in import CLAIMS, TOKENS

    session = SessionStore()
    session[SIGNED_IN_AS] = claims["sub"]
    session[CLAIMS] = claims
    tomorrow = datetime.now(UTC).timestamp() + 24 * 3600
    session[TOKENS] = {"access": "a", "refresh": "r", "expires_at": tomorrow}
    session.save()
    return str(session.session_key)


@pytest.fixture(scope="session")
def check_axe() -> Callable[[Page], None]:
    source = AXE.read_text()

    def check(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate(
            "(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", RULES
        )
        assert [_violation(one) for one in found["violations"]] == []

    return check


def _violation(found: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:160]}: {node['failureSummary']}" for node in found["nodes"]]
    return f"{found['id']}: {found['help']}\n" + "\n".join(nodes)


@pytest.fixture(scope="session")
def shoot() -> Callable[..., Path]:
    """Fonts and transitions are given the moment they need."""
    RESULTS.mkdir(exist_ok=True)

    def take(page: Page, name: str, *, full_page: bool = True) -> Path:
        page.evaluate("() => document.fonts.ready.then(() => true)")
        time.sleep(0.3)
        path = RESULTS / f"{name}.png"
        page.screenshot(path=path, full_page=full_page)
        return path

    return take
