"""The bucket that banners are uploaded to, straight from the browser.

S3 itself refuses what breaks the form's policy (place, type, size). Uploads lie under
``uploads/``, where nobody but us reads them and S3 deletes them after a day. What proves
to be an image is copied under ``banners/``, which is served and which no form can reach:
a form works until it expires, so it could overwrite what was checked.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.shared.s3_client import s3_client
from backend.shared.ulids import new_ulid

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_UPLOAD = 5 * 1024 * 1024
# 25 megapixels: a small file must not unfold to gigabytes.
MOST_PIXELS = 25_000_000
OFFER_HOLDS_SECONDS, PUT_HOLDS_SECONDS = 300, 60
_PUT_PLACE = "uploads/put/"
"""What lies here was put to an address that could not limit its size: checked on arrival."""
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_NO_UPLOAD = "Nothing was uploaded here, or it was used already. Choose the file again."
# By S3's status. Without the right to list the bucket it answers 403 for what is not there.
_GONE = {
    403: _NO_UPLOAD,
    404: _NO_UPLOAD,
    412: "The file was replaced while it was checked. Choose it again.",
}


@dataclass(frozen=True, slots=True)
class UploadOffer:
    """A form that a browser posts with the file as its last field, within five minutes."""

    url: str
    fields: dict[str, str]
    key: str


@cache
def _client() -> "S3Client":
    return s3_client(read_seconds=10, attempts=2)


def public_url(key: str) -> str:
    """Where everybody sees the stored file."""
    return f"{config().media_base_url}/{key}"


def offer_upload(*, event_id: str, content_type: str) -> UploadOffer:
    """A presigned POST for one banner of the event: this place, this type, 1 byte to 5 MB.

    Refuses (``BadInput`` on ``content_type``) what is not a JPEG, PNG or WebP image.
    """
    if content_type not in _EXTENSIONS:
        raise BadInput({"content_type": f"Choose one of {', '.join(_EXTENSIONS)}."})
    key = f"uploads/{event_id}/{new_ulid()}.{_EXTENSIONS[content_type]}"
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


def new_upload(*, event_id: str, content_type: str) -> str:
    """The key of a new upload for ``put_address``.

    Refuses (``BadInput`` on ``content_type``) what is not a JPEG, PNG or WebP image.
    """
    if content_type not in _EXTENSIONS:
        raise BadInput({"content_type": f"Choose one of {', '.join(_EXTENSIONS)}."})
    return f"{_PUT_PLACE}{event_id}/{new_ulid()}.{_EXTENSIONS[content_type]}"


def put_address(upload: str) -> str:
    """A presigned address for an HTTP PUT of one image of the upload's type within a minute.

    S3 refuses another type, and nothing by its size: what arrives is checked.
    """
    extension = upload.rpartition(".")[2]
    return _client().generate_presigned_url(
        "put_object",
        Params={
            "Bucket": config().media_bucket,
            "Key": upload,
            "ContentType": next(k for k, short in _EXTENSIONS.items() if short == extension),
        },
        ExpiresIn=PUT_HOLDS_SECONDS,
    )


def banner_of(upload: str) -> str:
    """Where the image that is put to ``upload`` is served once it is checked."""
    return "banners/" + upload.removeprefix(_PUT_PLACE)


def event_of(upload: str) -> str:
    """The event that a file was put for."""
    return upload.removeprefix(_PUT_PLACE).partition("/")[0]


def copy_checked(*, event_id: str, key: str, banner: str = "") -> str:
    """Copy the image that was uploaded as ``key`` for this event to where it is served.

    Answers the key of the copy, ``banner`` or a new one each time; the upload stays. Refuses
    with ``BadInput`` on ``banner``; a file that is no such image is deleted.
    """
    place = rf"uploads/(put/)?{re.escape(event_id)}/[0-9A-Z]{{26}}\.(jpg|png|webp)"
    if not re.fullmatch(place, key):
        raise BadInput({"banner": "This is not the place of an upload for this event."})
    content_type, content, version = _read(key)
    if not _is_image(content_type, content):
        remove(key)
        raise BadInput(
            {"banner": "Upload a real JPEG, PNG or WebP image, at most 5 MB and 25 megapixels."}
        )
    banner = banner or f"banners/{event_id}/{new_ulid()}.{_EXTENSIONS[content_type]}"
    with _refusing_what_is_gone():
        _client().copy_object(
            Bucket=config().media_bucket,
            Key=banner,
            CopySource={"Bucket": config().media_bucket, "Key": key},
            # What was checked, or nothing: the form may have been posted again meanwhile.
            CopySourceIfMatch=version,
        )
    return banner


def copy_banner(banner: str, *, event_id: str) -> str | None:
    """Copy one event's banner for another event; answers the key of the copy, a new one.

    ``None`` when the banner was replaced since its key was read.
    """
    extension = banner.rpartition(".")[2]
    copy = f"banners/{event_id}/{new_ulid()}.{extension}"
    try:
        with _refusing_what_is_gone():
            _client().copy_object(
                Bucket=config().media_bucket,
                Key=copy,
                CopySource={"Bucket": config().media_bucket, "Key": banner},
            )
    except BadInput:
        return None
    return copy


def remove(key: str) -> None:
    """Delete a stored file; one that is not there is no error."""
    _client().delete_object(Bucket=config().media_bucket, Key=key)


def _read(key: str) -> tuple[str, bytes, str]:
    """Type, content (at most one byte over the limit) and ETag of a stored file."""
    with _refusing_what_is_gone():
        stored = _client().get_object(Bucket=config().media_bucket, Key=key)
    with stored["Body"] as body:
        return stored["ContentType"], body.read(LARGEST_UPLOAD + 1), stored["ETag"]


@contextmanager
def _refusing_what_is_gone() -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        problem = _GONE.get(error.response["ResponseMetadata"]["HTTPStatusCode"])
        if problem is None:
            raise
        raise BadInput({"banner": problem}) from None


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
