"""A banner in a real browser: the name must resolve and the picture must come over http."""

import struct
import uuid
import zlib

import boto3
import pytest
from playwright.sync_api import Browser

from infra.localcloud.cloud import LocalCloud

pytestmark = pytest.mark.browser


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_page_on_this_machine_shows_a_picture_of_the_distribution(
    cloud: LocalCloud, probe: dict[str, str], chromium: Browser
) -> None:
    key = f"banners/{uuid.uuid4().hex}.png"
    boto3.client("s3").put_object(
        Bucket=probe["MediaBucket"], Key=key, Body=png(3, 2), ContentType="image/png"
    )
    label = probe["DistributionDomain"].split(".")[0]
    source = f"http://{label}.cloudfront.localhost:{cloud.port}/{key}"
    page = chromium.new_page()
    page.goto(f"{cloud.endpoint}/_ministack/health")
    size = page.evaluate(
        """source => new Promise(done => {
            const image = new Image();
            image.onload = () => done([image.naturalWidth, image.naturalHeight]);
            image.onerror = () => done("not shown");
            image.src = source;
        })""",
        source,
    )
    page.close()
    assert size == [3, 2]
