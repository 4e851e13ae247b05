"""The private bucket for what jobs read and write: uploads, exports, lists of failed rows.

Files lie under ``jobs/<job_id>/`` and hold personal data. Nobody reaches them but through
links of five minutes made per click; S3 deletes them after 30 days, erasing a guest at once.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from backend.jobs.errors import FileGone
from backend.shared.config import config
from backend.shared.s3_client import s3_client

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

KEPT_DAYS = 30
LINK_HOLDS_SECONDS = 300
_FOLDER = "jobs/"


@cache
def _client() -> "S3Client":
    return s3_client(read_seconds=30, attempts=3)


def put(job_id: str, name: str, content: bytes, *, content_type: str) -> None:
    """Store a file of the job, over one of that name."""
    _client().put_object(
        Bucket=config().files_bucket,
        Key=_key(job_id, name),
        Body=content,
        ContentType=content_type,
    )


def get(job_id: str, name: str) -> bytes:
    """The content of a file; ``FileGone`` when there is none (any more)."""
    from botocore.exceptions import ClientError

    try:
        stored = _client().get_object(Bucket=config().files_bucket, Key=_key(job_id, name))
    except ClientError as error:
        _refuse_if_gone(error)
        raise
    with stored["Body"] as body:
        return body.read()


def check_kept(job_id: str, name: str) -> None:
    """Refuse (``FileGone``) a file that is not there (any more)."""
    from botocore.exceptions import ClientError

    try:
        _client().head_object(Bucket=config().files_bucket, Key=_key(job_id, name))
    except ClientError as error:
        _refuse_if_gone(error)
        raise


def list_names(job_id: str) -> list[str]:
    """The names of the job's files, sorted."""
    prefix = _key(job_id, "")
    return sorted(key.removeprefix(prefix) for key in _keys(prefix))


def download_link(job_id: str, name: str, *, filename: str) -> str:
    """An address that downloads the file as ``filename`` for five minutes, by whoever has it."""
    safe = "".join(c for c in filename if c.isascii() and (c.isalnum() or c in "-_. "))
    return _client().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": config().files_bucket,
            "Key": _key(job_id, name),
            "ResponseContentDisposition": f'attachment; filename="{safe}"',
        },
        ExpiresIn=LINK_HOLDS_SECONDS,
    )


def remove(job_id: str, name: str) -> None:
    """Delete one file; one that is not there is no error."""
    _client().delete_object(Bucket=config().files_bucket, Key=_key(job_id, name))


def remove_all(job_id: str) -> int:
    """Delete every file of the job; says how many there were."""
    return _remove(_key(job_id, ""))


def remove_beginning(start: str) -> int:
    """Delete the files of every id that begins like this; says how many there were."""
    return _remove(_FOLDER + start)


def _remove(prefix: str) -> int:
    removed = 0
    for key in _keys(prefix):
        _client().delete_object(Bucket=config().files_bucket, Key=key)
        removed += 1
    return removed


def _refuse_if_gone(error: "ClientError") -> None:
    # Without the right to list the bucket S3 answers 403 for what is not there.
    if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
        raise FileGone("This file is not kept any more.") from None


def _keys(prefix: str) -> Iterator[str]:
    pages = _client().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=config().files_bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield found["Key"]


def _key(job_id: str, name: str) -> str:
    return f"{_FOLDER}{job_id}/{name}"
