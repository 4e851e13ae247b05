import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.integration.portal.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("portal")
ROOT = Path(__file__).parents[3]
PAGES = ["/", "/signin", "/signup", "/signup/confirm", "/forgot", "/reset", "/no/such/page"]
POSTS = ["/signin", "/signup", "/signup/confirm", "/signup/code", "/forgot", "/reset", "/signout",
         "/language"]  # fmt: skip


@pytest.mark.parametrize("url", POSTS)
def test_post_without_a_form_token_is_refused(browser, url):
    response = browser.post(url, {"email": "a@example.com"})

    assert response.status_code == 403
    assert "This form is out of date" in response.text


def test_only_the_link_of_a_mail_is_exempt_from_form_tokens(portal):
    """Mail programs post to it by themselves (RFC 8058); the signed link is what lets them."""

    def views(patterns):
        for pattern in patterns:
            yield from (
                views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]
            )

    exempt = [
        str(pattern.pattern)
        for pattern in views(get_resolver().url_patterns)
        if getattr(pattern.callback, "csrf_exempt", False)
    ]

    assert exempt == ["unsubscribe/<str:token>"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/%0d%0aevil",
        "evil.example",
        "/signin",
        "/signout",
    ],
)
def test_sign_in_leads_to_no_other_site(pool, target):
    response = Client().post(
        "/signin", {"email": pool.make(), "password": PASSWORD, "next": target}
    )

    assert response["Location"] in ("/", "/%0d%0aevil")


@pytest.mark.parametrize("url", PAGES)
def test_pages_cannot_be_framed(visitor, url):
    response = visitor.get(url)

    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("url", PAGES)
def test_policy_allows_nothing_inline_and_pages_need_nothing_inline(visitor, url):
    response = visitor.get(url)

    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", response.text, re.DOTALL)
    assert [script for script in scripts if script.strip()] == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", response.text) == []


def test_policy_lets_browsers_reach_upload_and_media_hosts_only(visitor):
    policy = visitor.get("/")["Content-Security-Policy"]
    directives = {
        name: set(values) for name, *values in (part.split() for part in policy.split(";"))
    }
    endpoint = os.environ["AWS_ENDPOINT_URL"]

    assert directives["default-src"] == {"'self'"}
    assert directives["script-src"] == {"'self'", "'wasm-unsafe-eval'"}
    assert directives["style-src"] == {"'self'"}
    assert directives["connect-src"] == {"'self'", endpoint}
    media = {origin for origin in directives["img-src"] if "://" in origin}
    assert len(media) == 1
    assert os.environ["MEDIA_BASE_URL"].startswith(media.pop())


def test_pages_that_read_the_session_are_not_stored(visitor):
    assert visitor.get("/signin")["Cache-Control"] == "private, no-store"


def test_form_and_session_cookies_are_out_of_scripts_reach(sign_in):
    client = sign_in()
    client.get("/signin")
    client.get("/")

    cookies = client.cookies
    assert cookies["foyer"]["httponly"]
    assert cookies["foyer"]["samesite"] == "Lax"


def test_third_party_files_come_from_our_own_origin(visitor):
    text = visitor.get("/signin").text

    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"', text) == []
    assert len(re.findall(r'/static/[^"]+\.[0-9a-f]{12}\.(?:css|js)"', text)) >= 6


def test_request_for_another_host_is_refused(visitor):
    assert visitor.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_deployed_settings_pass_djangos_own_checks(portal):
    env = {
        **os.environ,
        "STAGE": "production",
        "PUBLIC_BASE_URL": "https://foyer.example",
        "STATIC_BUCKET": "foyer-static",
        "STATIC_BASE_URL": "https://static.foyer.example",
    }
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "System check identified no issues (0 silenced).\n"


def test_access_log_of_the_deployed_portal_is_silent(portal):
    """It would hold the query string, and so the names that somebody searches for."""
    from zappa import wsgi

    assert not wsgi.logger.isEnabledFor(logging.INFO)
