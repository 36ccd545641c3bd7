"""The chain's logo: an uploaded picture is decoded in a limited process and re-encoded.

Nothing of the file stays but its pixels.
"""

import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from house_rules.decoding import TooManyPixels, UnreadablePicture, decode

MOST_BYTES = 1_000_000
HEIGHT, WIDTH = 96, 480  # at most: twice what pages show, for sharp screens


@dataclass(frozen=True)
class Logo:
    content: bytes  # a PNG
    width: int
    height: int


def prepared(content: bytes) -> Logo:
    """The picture as a PNG no larger than `WIDTH` and `HEIGHT`. Raises `ValidationError`, with a text that says why."""
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6}
        )
    try:
        pixels = decode(content, formats=("PNG", "WEBP", "JPEG"), mode="RGBA", most=(WIDTH, HEIGHT))
    except TooManyPixels:
        raise ValidationError(_("This picture has too many pixels. Save it smaller.")) from None
    except UnreadablePicture:
        raise ValidationError(_("This file can’t be read as a picture. Save it as PNG and upload it again.")) from None
    out = io.BytesIO()
    pixels.image.save(out, "PNG", optimize=True)
    return Logo(out.getvalue(), *pixels.size)
