"""The bucket that banners are uploaded to, straight from the browser.

S3 itself refuses what breaks the form's policy (place, type, size); what arrived is then
opened as an image before an event shows it.
"""

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ulid import ULID

from backend.shared.config import config
from backend.shared.errors import BadInput

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_UPLOAD = 5 * 1024 * 1024
# 25 megapixels: a small file must not unfold to gigabytes.
MOST_PIXELS = 25_000_000
OFFER_HOLDS_SECONDS = 300
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


@dataclass(frozen=True, slots=True)
class UploadOffer:
    """A form that a browser posts with the file as its last field, within five minutes."""

    url: str
    fields: dict[str, str]
    key: str


@cache
def _client() -> "S3Client":
    # Loading boto3 costs a cold start 100 ms, and most calls never come here.
    import boto3
    from botocore.config import Config

    # The bucket's own regional host: the global one redirects, which a browser's POST loses.
    settings = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
        connect_timeout=2,
        read_timeout=10,
        retries={"max_attempts": 2},
    )
    return boto3.client("s3", region_name=config().region, config=settings)


def public_url(key: str) -> str:
    """Where everybody sees the stored file."""
    return f"{config().media_base_url}/{key}"


def offer_upload(*, event_id: str, content_type: str) -> UploadOffer:
    """A presigned POST for one banner of the event: this place, this type, 1 byte to 5 MB.

    Refuses (``BadInput`` on ``content_type``) what is not a JPEG, PNG or WebP image.
    """
    if content_type not in _EXTENSIONS:
        raise BadInput({"content_type": f"Choose one of {', '.join(_EXTENSIONS)}."})
    key = f"banners/{event_id}/{ULID()}.{_EXTENSIONS[content_type]}"
    post = _client().generate_presigned_post(
        config().media_bucket,
        key,
        Fields={"Content-Type": content_type},
        Conditions=[
            {"Content-Type": content_type},
            ["content-length-range", 1, LARGEST_UPLOAD],
        ],
        ExpiresIn=OFFER_HOLDS_SECONDS,
    )
    return UploadOffer(url=post["url"], fields=dict(post["fields"]), key=key)


def check_uploaded(*, event_id: str, key: str) -> None:
    """Make sure that ``key`` is an image that was uploaded for this event.

    Refuses with ``BadInput`` on ``banner``; a file that is no such image is deleted.
    """
    if not re.fullmatch(rf"banners/{re.escape(event_id)}/[0-9A-Z]{{26}}\.(jpg|png|webp)", key):
        raise BadInput({"banner": "This is not the place of an upload for this event."})
    if not _is_image(*_read(key)):
        remove(key)
        raise BadInput(
            {"banner": "Upload a real JPEG, PNG or WebP image, at most 5 MB and 25 megapixels."}
        )


def remove(key: str) -> None:
    """Delete a stored file; one that is not there is no error."""
    _client().delete_object(Bucket=config().media_bucket, Key=key)


def _read(key: str) -> tuple[str, bytes]:
    """Type and content of a stored file, the content at most one byte over the limit."""
    from botocore.exceptions import ClientError

    try:
        stored = _client().get_object(Bucket=config().media_bucket, Key=key)
    except ClientError as error:
        # Without the right to list the bucket S3 answers 403 for what is not there.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}:
            raise BadInput({"banner": "Nothing was uploaded. Choose the file again."}) from None
        raise
    with stored["Body"] as body:
        return stored["ContentType"], body.read(LARGEST_UPLOAD + 1)


def _is_image(content_type: str, content: bytes) -> bool:
    from PIL import Image

    if content_type not in _FORMATS or len(content) > LARGEST_UPLOAD:
        return False
    try:
        # Only this one decoder may look at it; it reads the header and no pixel yet.
        with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                return False
            image.verify()
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return False
    return True
