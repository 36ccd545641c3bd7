"""Checks an uploaded picture, and encodes it anew in the sizes that the shop shows.

The new files have nothing of the uploaded one but its pixels: no position, camera, comment or hidden content.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from screenings.errors import PictureRefused

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000  # a picture of a few kilobytes can claim any number, and each takes four bytes of memory
LEAST_SIDE = 240
MOST_RATIO = 4  # of the longer side to the shorter
READ = ("JPEG", "PNG", "WEBP", "AVIF")  # Pillow knows many more, whose readers nobody needs here
SAVED = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}


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
            for extension, options in SAVED.items():
                content = io.BytesIO()
                image.save(content, **options)  # type: ignore[arg-type]
                yield width, extension, content.getvalue()


def open_picture(content: bytes, *, most_width: int) -> Opened:
    """The picture, no wider than `most_width` pixels. Raises `PictureRefused`, with a text that says why."""
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            file = Image.open(io.BytesIO(content), formats=READ)
        _check_size(file)
        file.draft("RGB", (most_width, most_width * file.height // file.width))  # a JPEG is decoded smaller
        image = _opaque(ImageOps.exif_transpose(file))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, TypeError, MemoryError, EOFError) as error:  # whatever is wrong with it
        raise PictureRefused(
            _("This file can’t be read as a picture. Save it as JPEG, PNG, WebP or AVIF and upload it again.")
        ) from error
    if image.width > most_width:
        size = (most_width, max(1, round(image.height * most_width / image.width)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    return Opened(image)


def _check_size(image: Image.Image) -> None:
    """By the file's header, before any pixel is decoded."""
    shorter, longer = sorted(image.size)
    if shorter * longer > MOST_PIXELS:
        raise _too_many_pixels()
    if shorter < LEAST_SIDE:
        raise PictureRefused(
            _("The picture has %(width)d × %(height)d pixels, which is too few. Each side needs at least %(least)d.")
            % {"width": image.width, "height": image.height, "least": LEAST_SIDE}
        )
    if longer > shorter * MOST_RATIO:
        raise PictureRefused(_("The picture is too long and narrow. Cut it to the shape of a poster or of the screen."))


def _too_many_pixels() -> PictureRefused:
    text = _("The picture has more than %(most)d megapixels. Save it smaller and upload it again.")
    return PictureRefused(text % {"most": MOST_PIXELS // 10**6})


def _opaque(image: Image.Image) -> Image.Image:
    """A new picture of the pixels alone, in plain colours; what was transparent is white."""
    ground = Image.new("RGB", image.size, "white")
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        ground.paste(coloured, mask=coloured.getchannel("A"))
    else:
        ground.paste(image.convert("RGB"))
    return ground
