"""The chain's logo: an uploaded picture is checked and encoded anew, so that nothing of it stays but its pixels."""

import io
import warnings
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 1_000_000
MOST_PIXELS = 16_000_000  # a small file can claim any number, and each takes four bytes of memory
HEIGHT, WIDTH = 96, 480  # at most: twice what pages show, for sharp screens


@dataclass(frozen=True)
class Logo:
    content: bytes  # a PNG
    width: int
    height: int


def prepared(content: bytes) -> Logo:
    """The picture as a PNG no larger than `WIDTH` and `HEIGHT`. Raises `ValidationError`, with a text that says why."""
    from PIL import Image  # takes time to import, and only whoever uploads a logo needs it

    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6}
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            file = Image.open(io.BytesIO(content), formats=("PNG", "WEBP", "JPEG"))
        if file.width * file.height > MOST_PIXELS:
            raise ValidationError(_("This picture has too many pixels. Save it smaller."))
        image = file.convert("RGBA")
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, TypeError, MemoryError, EOFError) as error:
        raise ValidationError(_("This file can’t be read as a picture. Save it as PNG and upload it again.")) from error
    image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    bare = Image.new("RGBA", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "PNG", optimize=True)
    return Logo(out.getvalue(), *bare.size)
