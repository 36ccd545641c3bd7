"""Pictures to upload."""

import io

from PIL import Image


def a_picture(width: int = 300, height: int = 450, *, colour: str = "teal", kind: str = "JPEG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, kind)
    return content.getvalue()
