"""The static files' way into their bucket; what pages need of them is ``static_storage``."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from storages.backends.s3 import S3Storage

from portal.common.static_storage import packaged_manifest


class _Bucket(S3Storage):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            bucket_name=settings.STATIC_BUCKET,
            location="static",  # CloudFront serves /static/* from this bucket
            querystring_auth=False,
            default_acl=None,
            file_overwrite=True,
            gzip=True,
            object_parameters={"CacheControl": "public, max-age=31536000, immutable"},
            **options,
        )

    def url(self, name: str, *args: object, **kwargs: object) -> str:
        """The address behind CloudFront, without asking S3."""
        return f"{settings.STATIC_URL}{name}"


class BucketStaticStorage(ManifestFilesMixin, _Bucket):
    """Hashed and uploaded by ``collectstatic`` while deploying."""

    support_js_module_import_aggregation = True

    def __init__(self, **options: Any) -> None:
        super().__init__(manifest_storage=packaged_manifest(), **options)
