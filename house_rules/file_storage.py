"""Where a setting says that files are kept: in a folder, or in a bucket of S3 or a store like it."""

from importlib.util import find_spec
from typing import Any

from cinema.environment import exit_with_error

BUCKET = "s3://"


def file_storage(setting: str, place: str, **options: Any) -> dict[str, Any]:
    """An entry of STORAGES. `place` is a folder, or `s3://bucket/prefix`; `options` are those of Django's folders."""
    if not place.startswith(BUCKET):
        folder = {"location": place, **options}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    if find_spec("storages") is None or find_spec("boto3") is None:
        exit_with_error(
            f"{setting} names a bucket, but its client is not installed: pip install 'django-storages[s3]>=1.14,<2'"
        )
    name, _slash, prefix = place.removeprefix(BUCKET).partition("/")
    if not name:
        exit_with_error(f"{setting}: {place} names no bucket; write s3://bucket or s3://bucket/folder")
    bucket = {"bucket_name": name, "location": prefix.strip("/"), "base_url": options.get("base_url", "")}
    return {"BACKEND": "house_rules.bucket.Bucket", "OPTIONS": bucket}
