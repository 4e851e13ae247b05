"""The client of S3, for the gateway modules of the buckets."""

from typing import TYPE_CHECKING

from backend.shared.config import config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def s3_client(*, read_seconds: int, attempts: int) -> "S3Client":
    """A client that waits so long for an answer and asks so often; whoever makes it keeps it.

    It talks to each bucket's own regional host: the global one redirects, which a browser's
    POST loses.
    """
    # Loading boto3 costs a cold start 100 ms, and most calls never come here.
    import boto3
    from botocore.config import Config

    settings = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
        connect_timeout=2,
        read_timeout=read_seconds,
        retries={"max_attempts": attempts},
    )
    return boto3.client("s3", region_name=config().region, config=settings)
