"""Pictures of what the bar sells: one square for each item, in the storage of pictures."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from concessions.models import ConcessionItem
from concessions.models.items import PICTURE_SIDE
from house_rules.decoding import TooManyPixels, UnreadablePicture, decode
from house_rules.encoding import SAVED, encoded
from house_rules.picture_files import delete_on_commit, store

MOST_BYTES = 1_000_000
READ = ("JPEG", "PNG", "WEBP", "AVIF")


@dataclass(frozen=True)
class ItemPicture:
    digest: str
    files: dict[str, bytes]  # by extension


def prepared(content: bytes) -> ItemPicture:
    """The middle of the picture as a square, encoded. Reads only.

    Raises `ValidationError`, with a text that says why.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6}
        )
    try:
        image = decode(content, formats=READ, mode="RGB", most=(4 * PICTURE_SIDE, 4 * PICTURE_SIDE)).image
    except TooManyPixels:
        raise ValidationError(_("This picture has too many pixels. Save it smaller.")) from None
    except UnreadablePicture:
        raise ValidationError(
            _("This file can’t be read as a picture. Save it as JPEG, PNG, WebP or AVIF and upload it again.")
        ) from None
    left, top = ((side - min(image.size)) // 2 for side in image.size)
    square = image.crop((left, top, left + min(image.size), top + min(image.size)))
    digest = hashlib.sha256(b"bar" + content).hexdigest()[:20]  # a poster's files of the same upload are others
    return ItemPicture(digest, dict(encoded(square.resize((PICTURE_SIDE, PICTURE_SIDE)))))


def set_picture(item: ConcessionItem, picture: ItemPicture | None) -> None:
    """Give the item this picture, or none. Its files are stored before the row, and those of the former one removed
    unless another item has it too. Owns its transaction.
    """
    former = ConcessionItem(picture=item.picture)
    item.picture = picture.digest if picture else ""
    for extension, content in picture.files.items() if picture else ():
        store(item.picture_name(extension), content)
    with transaction.atomic():
        item.save(update_fields=["picture"])
        if former.picture and not ConcessionItem.objects.filter(picture=former.picture).exists():
            delete_on_commit(map(former.picture_name, SAVED))
