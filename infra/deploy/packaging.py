"""Turns the files that a template refers to into archives in the stage's deployment bucket.

What a template may say, relative to itself:

``CodeUri: ../backend/handlers/x.py``      a function's bundle is this one module, as ``x.py``
``ContentUri: ../backend``                 the domain layer: ``backend`` without its handlers
``ContentUri: ../requirements-api.txt``    the dependency layer: these libraries, with hashes

An archive is named by its content, so what has not changed is not uploaded again.
"""

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cfn_flip
from botocore.exceptions import ClientError

from infra.deploy.errors import DeployError
from infra.deploy.libraries import LAYER, ROOT, add_bytecode, install
from infra.deploy.target import Target

INFRA = ROOT / "infra"
HANDLERS = ROOT / "backend" / "handlers"
# Beside the package: what its modules read by a path relative to the project.
MAIL_TEMPLATES = ROOT / "templates" / "emails"


class Packager:
    """Packages templates for one stage; remembers what the bucket holds already."""

    def __init__(self, target: Target, bucket: str, *, architecture: str = "arm64") -> None:
        """``architecture`` is that of the functions: which wheels the layer takes."""
        self._target = target
        self._bucket = bucket
        self._architecture = architecture
        self._stored: set[str] | None = None
        self._archives: dict[Path, str] = {}

    def package(self, template_file: Path) -> dict[str, Any]:
        """The template with every local file replaced by its archive's place in S3."""
        template = load_template(template_file)
        for name, resource in template["Resources"].items():
            if isinstance(resource, list):
                continue  # a loop (Fn::ForEach), which no function or layer is made by
            properties = resource.get("Properties", {})
            for key in ("CodeUri", "ContentUri"):
                value = properties.get(key)
                if isinstance(value, str) and not value.startswith("s3://"):
                    source = (template_file.parent / value).resolve()
                    properties[key] = {
                        "Bucket": self._bucket,
                        "Key": self._stored_key(name, source),
                    }
        return template

    def _stored_key(self, name: str, source: Path) -> str:
        if source not in self._archives:
            if not source.exists():
                where = source.relative_to(ROOT)
                raise DeployError(f"{name}: {where} is missing; the template names it.")
            self._archives[source] = self.store(self._archive(source), suffix=".zip")
        return self._archives[source]

    def _archive(self, source: Path) -> bytes:
        if source.suffix == ".py":
            return archive([(source.name, source)])
        if source.suffix == ".txt":
            return self._dependency_layer(source)
        return domain_layer(source, compiled=not self._target.is_local)

    def _dependency_layer(self, requirements: Path) -> bytes:
        # Functions of the local cloud run in this very environment, which holds the same pinned
        # libraries: an empty layer saves a download of 60 MB and keeps the template as it is.
        if self._target.is_local:
            return archive([])
        folder = install(requirements, LAYER, architecture=self._architecture)
        return archive(files_of(folder, compiled=True))

    def store(self, body: bytes, *, suffix: str) -> str:
        """Upload ``body`` unless it is there; returns its key."""
        key = hashlib.sha256(body).hexdigest()[:40] + suffix
        s3 = self._target.client("s3")
        if self._stored is None:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
            self._stored = {item["Key"] for page in pages for item in page.get("Contents", [])}
        if key not in self._stored:
            s3.put_object(Bucket=self._bucket, Key=key, Body=body)
            self._stored.add(key)
        return key

    def url(self, key: str) -> str:
        """The address by which CloudFormation reads what is stored under ``key``."""
        endpoint = self._target.endpoint
        if endpoint:
            return f"{endpoint}/{self._bucket}/{key}"
        return f"https://{self._bucket}.s3.{self._target.region}.amazonaws.com/{key}"


def load_template(template_file: Path) -> dict[str, Any]:
    """A YAML template with CloudFormation's short forms written out."""
    template: dict[str, Any] = json.loads(cfn_flip.to_json(template_file.read_text()))
    return template


def archive(files: Iterable[tuple[str, Path]]) -> bytes:
    """A zip of (name in it, file) whose bytes depend on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, file in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def domain_layer(package: Path, *, compiled: bool = False) -> bytes:
    """``package`` without its handlers, and the templates of mails at their own path.

    ``compiled`` adds bytecode: not for the local cloud, whose functions run any Python.
    """
    files = [(name, file) for name, file in files_of(package) if HANDLERS not in file.parents]
    within = [(f"{LAYER}/{package.name}/{name}", file) for name, file in files]
    mails = [(f"{LAYER}/templates/emails/{name}", file) for name, file in files_of(MAIL_TEMPLATES)]
    if not compiled:
        return archive(within + mails)
    with tempfile.TemporaryDirectory() as folder:
        for name, file in within + mails:
            (place := Path(folder, name)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
        add_bytecode(Path(folder))
        return archive(files_of(Path(folder), compiled=True))


def files_of(folder: Path, *, compiled: bool = False) -> list[tuple[str, Path]]:
    """(path within ``folder``, file) of every file; bytecode only where it is wanted."""
    return [
        (file.relative_to(folder).as_posix(), file)
        for file in folder.rglob("*")
        if file.is_file() and (compiled or "__pycache__" not in file.parts)
    ]


def ensure_bucket(target: Target, bucket: str) -> None:
    """Make the deployment bucket, closed to the public, unless it is there."""
    s3 = target.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise DeployError(f"Bucket {bucket} belongs to someone else.") from error
    else:
        return
    place = {"LocationConstraint": target.region}
    # us-east-1 is the one region that may not be named.
    named = {} if target.region == "us-east-1" else {"CreateBucketConfiguration": place}
    s3.create_bucket(Bucket=bucket, **named)
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
    )


def empty_bucket(target: Target, bucket: str) -> None:
    """Delete every object of ``bucket``, old versions and delete markers too."""
    s3 = target.client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = page.get("Versions", []) + page.get("DeleteMarkers", [])
            objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
