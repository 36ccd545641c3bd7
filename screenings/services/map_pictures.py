"""The picture of a map on which customers find a cinema, in the storage of pictures."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from house_rules.encoding import SAVED
from house_rules.picture_files import delete_on_commit, store
from screenings.models import Cinema
from screenings.pictures import open_picture

MOST_WIDTH = 960


@dataclass(frozen=True)
class MapPicture:
    digest: str
    width: int
    height: int
    files: dict[str, bytes]  # by extension


def prepared_map(content: bytes) -> MapPicture:
    """The picture, encoded. Raises `PictureRefused`, whose text says what is wrong with it. Reads only."""
    opened = open_picture(content, most_width=MOST_WIDTH)
    files = {extension: encoded for _width, extension, encoded in opened.files([opened.width])}
    digest = hashlib.sha256(b"map" + content).hexdigest()[:20]  # a poster's files of the same upload are others
    return MapPicture(digest, opened.width, opened.height_at(opened.width), files)


def set_map(cinema: Cinema, picture: MapPicture | None) -> None:
    """Give the cinema this map, or none. Its files are stored before the row, and those of the former one removed
    unless another cinema has it too. Owns its transaction.
    """
    former = Cinema(map_picture=cinema.map_picture, map_width=cinema.map_width)
    cinema.map_picture = picture.digest if picture else ""
    cinema.map_width, cinema.map_height = (picture.width, picture.height) if picture else (None, None)
    for extension, content in picture.files.items() if picture else ():
        store(cinema.map_name(extension), content)
    with transaction.atomic():
        cinema.save(update_fields=["map_picture", "map_width", "map_height"])
        if former.map_picture and not Cinema.objects.filter(map_picture=former.map_picture).exists():
            delete_on_commit(map(former.map_name, SAVED))
