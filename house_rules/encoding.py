"""Encodes pictures for the shop: as AVIF and WebP, and as JPEG for the few browsers that know neither."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SAVED = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}


def encoded(image: "Image.Image") -> Iterator[tuple[str, bytes]]:
    """The extension and the content of each file. Nothing of the picture is kept but its pixels."""
    for extension, options in SAVED.items():
        content = io.BytesIO()
        image.save(content, **options)  # type: ignore[arg-type]
        yield extension, content.getvalue()
