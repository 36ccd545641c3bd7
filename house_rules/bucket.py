"""Files in a bucket. Only here is django-storages imported, which is optional."""

from typing import Any
from urllib.parse import urljoin

from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A bucket that only the site reads and writes. A file's address is that at which the site serves it."""

    def get_default_settings(self) -> dict[str, Any]:
        """Nothing is overwritten, as in a folder."""
        return {**super().get_default_settings(), "file_overwrite": False, "default_acl": None, "base_url": ""}

    def exists(self, name: str) -> bool:
        """The bucket itself is there, as a folder would be."""
        return not name or super().exists(name)

    def url(self, name: str, *_args: Any, **_kwargs: Any) -> str:
        return urljoin(self.base_url, name)
