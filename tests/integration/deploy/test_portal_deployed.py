"""The portal as Zappa deploys it onto a clean local cloud: pages, their static files, media.

Takes a minute and needs the package registry once, so only ``CI=true`` runs it.
"""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from PIL import Image

from infra import assets
from infra.deploy import Target, deploy_stage
from infra.deploy.portal import delete_portal, deploy_portal, function_exists
from infra.localcloud.cloud import LocalCloud
from tests.integration.localcloud.http import request

pytestmark = pytest.mark.slow
STAGE = "local"
COLD_STARTS = 4  # on a busy machine the first one may take longer than a client waits


def fetch(
    cloud: LocalCloud, url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask as a browser does: ``*.localhost`` is this machine, whatever its resolver thinks."""
    parts = urlsplit(url)
    return request(method, f"{cloud.endpoint}{parts.path}", {"Host": parts.netloc, **headers}, body)


@pytest.fixture(scope="module")
def outputs(cloud: LocalCloud) -> dict[str, dict[str, str]]:
    return deploy_stage(STAGE, target=Target(cloud.endpoint))


@pytest.fixture(scope="module")
def portal(cloud: LocalCloud, outputs: dict[str, dict[str, str]]) -> Iterator[str]:
    assets.build()
    target, lines = Target(cloud.endpoint), list[str]()
    address = deploy_portal(STAGE, outputs, target=target, report=lines.append)
    for _ in range(COLD_STARTS):
        with suppress(TimeoutError):
            fetch(cloud, f"{address}/signin")
            break
    yield address
    assert [line.split()[:2] for line in lines[-3:]] == [
        ["static", "uploaded"],
        ["package", "staged"],
        ["zappa", "deploy"],
    ]
    delete_portal(STAGE, target=target, report=lines.append)
    assert not function_exists(STAGE, target)


def test_sign_in_page_comes_with_working_styles_scripts_and_fonts(cloud, portal):
    status, headers, page = fetch(cloud, f"{portal}/signin")
    files = set(re.findall(r'(?:href|src)="(http[^"]+/static/[^"]+)"', page.decode()))

    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert {url.rsplit(".", 1)[1] for url in files} >= {"css", "js", "svg", "woff2"}
    for url in files:
        status, headers, _ = fetch(cloud, url)
        assert (status, url) == (200, url)
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["x-content-type-options"] == "nosniff"


def test_wrong_password_is_refused_by_the_deployed_form(cloud, portal):
    _, headers, page = fetch(cloud, f"{portal}/signin")
    cookie = headers["set-cookie"].split(";")[0]
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.decode()))
    form = {"csrfmiddlewaretoken": token, "email": "nobody@example.org", "password": "Wrong-123"}
    origin = "://".join(urlsplit(portal)[:2])

    status, _, page = fetch(
        cloud,
        f"{portal}/signin",
        "POST",
        urlencode(form).encode(),
        **{
            "Cookie": cookie,
            "Origin": origin,
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )

    assert status == 400
    assert b"nobody@example.org" in page


def test_links_lead_to_the_portals_own_api(cloud, portal):
    _, _, page = fetch(cloud, f"{portal}/signin")

    assert f'href="/{STAGE}/signup' in page.decode()


def test_banner_is_served_by_the_distribution_and_not_by_its_bucket(cloud, outputs):
    bucket, key = outputs["edge"]["MediaBucket"], "banners/event/banner.png"
    content = io.BytesIO()
    Image.new("RGB", (64, 32), "teal").save(content, "PNG")
    boto3.client("s3").put_object(
        Bucket=bucket, Key=key, Body=content.getvalue(), ContentType="image/png"
    )

    status, headers, served = fetch(cloud, f"{outputs['edge']['MediaBaseUrl']}/{key}")

    assert (status, headers["content-type"]) == (200, "image/png")
    assert served == content.getvalue()
    assert headers["x-content-type-options"] == "nosniff"
    assert request("GET", f"{cloud.endpoint}/{bucket}/{key}")[0] == 403
