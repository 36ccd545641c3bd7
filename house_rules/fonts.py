"""The fonts of the shop: stacks of what devices have, and one file that the chain has uploaded."""

import struct

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 150_000
MOST_UNPACKED = 5_000_000
HEADER = struct.Struct(">4s4sIHHI")  # signature, flavour, length, tables, reserved, length when unpacked
FLAVOURS = (b"\0\1\0\0", b"OTTO", b"true")
FAMILY = "Chain"  # the name of the uploaded font in the style sheet


class Font(models.TextChoices):
    SYSTEM = "SYSTEM", _("Sans serif, the device’s own")
    HUMANIST = "HUMANIST", _("Sans serif, soft")
    GEOMETRIC = "GEOMETRIC", _("Sans serif, geometric")
    ROUNDED = "ROUNDED", _("Sans serif, rounded")
    OLD_STYLE = "OLD_STYLE", _("Serif, classical")
    BOOK = "BOOK", _("Serif, like a newspaper")
    SLAB = "SLAB", _("Serif, strong")
    OWN = "OWN", _("The uploaded font")


STACKS: dict[str, str] = {
    Font.SYSTEM: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    Font.HUMANIST: 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", "Noto Sans", sans-serif',
    Font.GEOMETRIC: 'Avenir, "Avenir Next", Montserrat, Corbel, "Century Gothic", "URW Gothic", sans-serif',
    Font.ROUNDED: 'ui-rounded, "SF Pro Rounded", Nunito, Quicksand, "Arial Rounded MT Bold", Calibri, sans-serif',
    Font.OLD_STYLE: '"Iowan Old Style", "Palatino Linotype", Palatino, "Noto Serif", "PT Serif", Georgia, serif',
    Font.BOOK: 'Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", serif',
    Font.SLAB: 'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", "Sitka Small", serif',
    Font.OWN: f'"{FAMILY}", system-ui, sans-serif',
}


def checked(content: bytes) -> bytes:
    """The file, if it is a font in WOFF2; browsers check the rest. Raises `ValidationError`, whose text says why."""
    if len(content) > MOST_BYTES:
        text = gettext("The file is larger than %(most)d KB. Keep only the characters that you need.")
        raise ValidationError(text % {"most": MOST_BYTES // 1000})
    if len(content) >= HEADER.size:
        signature, flavour, length, tables, _reserved, unpacked = HEADER.unpack_from(content)
        fits = length == len(content) and 0 < unpacked <= MOST_UNPACKED and tables > 0
        if signature == b"wOF2" and flavour in FLAVOURS and fits:
            return content
    raise ValidationError(gettext("This file can’t be read as a font. Save it as WOFF2 and upload it again."))
