"""The trailer of a film as a file of its own, beside the pictures. It is checked to be a video, and stored as it is."""

import hashlib

from django.db import transaction

from house_rules.picture_files import delete_on_commit, store
from screenings.errors import TrailerRefused
from screenings.models import Film

MOST_BYTES = 20_000_000


def set_trailer(film: Film, *, content: bytes | None) -> None:
    """Give the film this trailer, or none. The file is stored before the row, and the former one is removed unless
    another film has it too. Raises `TrailerRefused` for what is no MP4 or WebM, or too large. Owns its transaction.
    """
    former = film.trailer_file
    film.trailer_file = "" if content is None else _name_of(content)
    if content is not None:
        store(film.trailer_file, content)
    with transaction.atomic():
        film.save(update_fields=["trailer_file"])
        if former and not Film.objects.filter(trailer_file=former).exists():
            delete_on_commit([former])


def _name_of(content: bytes) -> str:
    """The name of its file, which begins with a hash."""
    if len(content) > MOST_BYTES:
        raise TrailerRefused
    if content[4:8] == b"ftyp":
        extension = "mp4"
    elif content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in content[:64]:
        extension = "webm"
    else:
        raise TrailerRefused
    return f"{hashlib.sha256(content).hexdigest()[:20]}-trailer.{extension}"
