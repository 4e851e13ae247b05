"""Posting a file to a presigned form, as a browser does."""

import uuid
from collections.abc import Mapping

import urllib3


def upload(url: str, fields: Mapping[str, str], content: bytes) -> int:
    """The status that S3 answers."""
    form = [*fields.items(), ("file", ("banner.png", content))]
    boundary = uuid.uuid4().hex
    body, content_type = urllib3.encode_multipart_formdata(form, boundary=boundary)
    answer = urllib3.PoolManager().request(
        "POST", url, body=body, headers={"Content-Type": content_type}, redirect=False
    )
    return answer.status
