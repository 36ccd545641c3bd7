"""The chain's logo: an uploaded picture is decoded in a limited process and re-encoded, also as the shop's icons.

Nothing of the file stays but its pixels.
"""

import hashlib
import io
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from house_rules.decoding import TooManyPixels, UnreadablePicture, decode

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 1_000_000
HEIGHT, WIDTH = 96, 480  # at most: twice what pages show, for sharp screens
TAB, TOUCH, INSTALLED = 48, 180, (192, 512)  # the icons of a browser's tab, of an iPhone, and of the web manifest
ICONS = (TAB, TOUCH, *INSTALLED)  # in pixels
SAFE = 0.8  # of an icon's width: the circle that phones leave of it at least


@dataclass(frozen=True)
class Logo:
    content: bytes  # a PNG
    width: int
    height: int
    icons: dict[int, bytes]  # PNGs by their size

    @property
    def columns(self) -> dict[str, Any]:
        """What `ChainFace` keeps of it."""
        return {
            "logo": self.content,
            "logo_digest": _digest(self.content),
            "logo_width": self.width,
            "logo_height": self.height,
            "icon_digest": _digest(self.icons[max(ICONS)]),
            **{f"icon_{size}": content for size, content in self.icons.items()},
        }


NO_LOGO: dict[str, Any] = {
    **dict.fromkeys(("logo", "logo_width", "logo_height", *(f"icon_{size}" for size in ICONS))),
    "logo_digest": "",
    "icon_digest": "",
}


def prepared(content: bytes) -> Logo:
    """The picture as a PNG no larger than `WIDTH` and `HEIGHT`. Raises `ValidationError`, with a text that says why."""
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB. Save it smaller.") % {"most": MOST_BYTES // 10**6}
        )
    try:
        pixels = decode(content, formats=("PNG", "WEBP", "JPEG"), mode="RGBA", most=(max(ICONS), max(ICONS)))
    except TooManyPixels:
        raise ValidationError(_("This picture has too many pixels. Save it smaller.")) from None
    except UnreadablePicture:
        raise ValidationError(_("This file can’t be read as a picture. Save it as PNG and upload it again.")) from None
    logo = pixels.image
    icons = {size: _png(_icon(logo, size)) for size in ICONS}
    logo.thumbnail((WIDTH, HEIGHT))
    return Logo(_png(logo), *logo.size, icons)


def _icon(logo: "Image.Image", size: int) -> "Image.Image":
    """The logo in the middle of a white square, as in the dark shop: whole in a tab, in the safe circle elsewhere."""
    from PIL import Image  # takes time to import, and only an upload needs it

    seen = logo.crop(logo.getchannel("A").getbbox())
    scale = size / max(seen.size) if size == TAB else SAFE * size / hypot(*seen.size)
    seen = seen.resize((max(1, round(seen.width * scale)), max(1, round(seen.height * scale))))
    icon = Image.new("RGB", (size, size), "white")
    icon.paste(seen, ((size - seen.width) // 2, (size - seen.height) // 2), mask=seen)
    return icon


def _png(image: "Image.Image") -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]
