"""Static files under hashed names, so a browser may keep them for a year."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class LocalStaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed on disk, served by whitenoise."""

    support_js_module_import_aggregation = True  # our modules import each other by hashed name


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
    """Uploaded by ``collectstatic`` while deploying.

    The manifest stays in ``static_build/`` and travels in the portal's package: a cold
    start reads it from disk, not from S3.
    """

    support_js_module_import_aggregation = True

    def __init__(self, **options: Any) -> None:
        manifest = FileSystemStorage(location=settings.BUILD_DIR)
        super().__init__(manifest_storage=manifest, **options)
