"""Adds pictures to films and removes them, with their files."""

import hashlib
from collections.abc import Iterable

from django.core.files.storage import storages
from django.db import transaction

from house_rules.picture_files import store
from screenings.errors import PictureRefused
from screenings.models import Film, FilmPicture
from screenings.pictures import open_picture

MOST_STILLS = 12


def add_picture(film: Film, *, content: bytes, kind: str, text: str = "", **credit: str) -> FilmPicture:
    """Check the picture, re-encode it, store its files and add it to the film. A new poster replaces the old one.

    `credit` has values by `FilmPicture.CREDIT`.

    Its files are stored before the row: a page never names a file that is not there. Raises `PictureRefused`, whose
    text says what is wrong with the picture. Owns its transaction.
    """
    digest = hashlib.sha256(content).hexdigest()[:20]
    opened = open_picture(content, most_width=max(FilmPicture.WIDTHS[FilmPicture.Kind(kind)]))
    widths = FilmPicture.widths_of(kind, opened.width)
    picture = FilmPicture(film=film, kind=kind, digest=digest, text=text, **credit)
    picture.width, picture.height = max(widths), opened.height_at(max(widths))
    for width, extension, encoded in opened.files(widths):
        store(picture.file_name(width, extension), encoded)
    with transaction.atomic():
        own = FilmPicture.objects.filter(film=Film.objects.select_for_update(no_key=True).get(pk=film.pk), kind=kind)
        replaced = own if kind == FilmPicture.Kind.POSTER else own.filter(digest=digest)
        former = list(replaced)
        replaced.delete()
        if own.count() >= MOST_STILLS:
            raise PictureRefused.too_many(MOST_STILLS)
        picture.save()
        transaction.on_commit(lambda: _delete_files(former))
    return picture


def remove_picture(picture: FilmPicture) -> None:
    """Remove the picture from its film, and its files unless another picture has the same. Owns its transaction."""
    with transaction.atomic():
        FilmPicture.objects.filter(pk=picture.pk).delete()
        transaction.on_commit(lambda: _delete_files([picture]))


def _delete_files(pictures: Iterable[FilmPicture]) -> None:
    storage = storages["pictures"]
    for picture in pictures:
        shared = FilmPicture.objects.filter(digest=picture.digest)
        kept = {name for each in shared for name in each.file_names}
        for name in picture.file_names:
            if name not in kept:
                storage.delete(name)
