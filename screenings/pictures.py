"""Checks an uploaded picture, and re-encodes it in the sizes that the shop shows. A limited process decodes it.

The new files have nothing of the uploaded one but its pixels: no position, camera, comment or hidden content.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image

from house_rules.decoding import MOST_PIXELS, TooManyPixels, UnreadablePicture, decode
from house_rules.encoding import encoded
from screenings.errors import PictureRefused

MOST_BYTES = 20_000_000
LEAST_SIDE = 240
MOST_RATIO = 4  # of the longer side to the shorter
READ = ("JPEG", "PNG", "WEBP", "AVIF")  # Pillow knows many more, whose readers nobody needs here


@dataclass(frozen=True)
class Opened:
    """A picture that was checked, decoded and turned upright."""

    image: Image.Image

    @property
    def width(self) -> int:
        return self.image.width

    def height_at(self, width: int) -> int:
        return max(1, round(self.image.height * width / self.image.width))

    def files(self, widths: list[int]) -> Iterator[tuple[int, str, bytes]]:
        """The width, the extension and the content of each file, the widest first."""
        image = self.image
        for width in sorted(widths, reverse=True):
            if width != image.width:
                image = image.resize((width, self.height_at(width)), Image.Resampling.LANCZOS)
            for extension, content in encoded(image):
                yield width, extension, content


def open_picture(content: bytes, *, most_width: int) -> Opened:
    """The picture, no wider than `most_width` pixels and no higher than twice that.

    Raises `PictureRefused`, with a text that says why.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6})
    try:
        pixels = decode(content, formats=READ, mode="RGB", most=(most_width, 2 * most_width))
    except TooManyPixels:
        text = _("The picture has more than %(most)d megapixels. Save it smaller and upload it again.")
        raise PictureRefused(text % {"most": MOST_PIXELS // 10**6}) from None
    except UnreadablePicture:
        raise PictureRefused(
            _("This file can’t be read as a picture. Save it as JPEG, PNG, WebP or AVIF and upload it again.")
        ) from None
    _check_size(*pixels.original)
    return Opened(pixels.image)


def _check_size(width: int, height: int) -> None:
    shorter, longer = sorted((width, height))
    if shorter < LEAST_SIDE:
        raise PictureRefused(
            _("The picture has %(width)d × %(height)d pixels, which is too few. Each side needs at least %(least)d.")
            % {"width": width, "height": height, "least": LEAST_SIDE}
        )
    if longer > shorter * MOST_RATIO:
        raise PictureRefused(_("The picture is too long and narrow. Cut it to the shape of a poster or of the screen."))
