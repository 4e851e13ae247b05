"""Puts the API's documentation where the edge stack serves it as ``/docs``."""

from infra.deploy.target import Target
from infra.docs_page import files

# ``static/`` is what CloudFront may read of the bucket.
FOLDER = "static/docs/"
_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "docs.css": "text/css; charset=utf-8",
    "openapi.json": "application/json",
}


def publish_docs(target: Target, bucket: str) -> None:
    """Upload the page, its stylesheet and the OpenAPI file into the static bucket."""
    s3 = target.client("s3")
    for name, text in files().items():
        s3.put_object(
            Bucket=bucket,
            Key=FOLDER + name,
            Body=text.encode(),
            ContentType=_TYPES[name],
            # A deployment is seen within five minutes, without emptying the edge's cache.
            CacheControl="public, max-age=300",
        )
