"""Files in the storage of pictures.

Each is named by a hash of what was uploaded, so that a name never has other content. They are stored before the row
that names them, and removed once the row no longer does.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from house_rules.encoding import SAVED


def store(name: str, content: bytes) -> None:
    """Store a file, unless it is there already."""
    storage = storages["pictures"]
    if not storage.exists(name):
        storage.save(name, ContentFile(content))


def delete_on_commit(names: Iterable[str]) -> None:
    """Delete these files as soon as the rows that named them are changed for good."""
    for name in names:
        transaction.on_commit(partial(storages["pictures"].delete, name))


def addresses(name_of: Callable[[str], str]) -> Iterator[str]:
    """The addresses of a picture as AVIF, WebP and JPEG; `name_of` gives the name of the file with an extension."""
    return (storages["pictures"].url(name_of(extension)) for extension in SAVED)
