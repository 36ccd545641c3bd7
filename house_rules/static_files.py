"""Static files of production: `collectstatic` compresses each and adds a hash of its content to its name.

A browser may keep a file with such a name for ever (WhiteNoise says so in Cache-Control): a changed file has another
name.
"""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """A name that `collectstatic` has not collected is used as it is.

    A page is then shown without that file, rather than not at all, as it is after an upgrade without `collectstatic`.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> Any:
        try:
            return super().stored_name(name)
        except ValueError:  # there is no such file
            return name
