"""Static files under hashed names, so a browser may keep them for a year."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class LocalStaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed on disk, served by whitenoise."""

    support_js_module_import_aggregation = True  # our modules import each other by hashed name


def packaged_manifest() -> FileSystemStorage:
    """Where the manifest stays: ``static_build/``, which travels in the portal's package.

    A cold start reads it from disk, not from S3.
    """
    return FileSystemStorage(location=settings.BUILD_DIR)


class DeployedStaticStorage(ManifestStaticFilesStorage):
    """Addresses behind CloudFront, from the manifest alone; ``BucketStaticStorage`` uploaded them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(manifest_storage=packaged_manifest(), **options)
