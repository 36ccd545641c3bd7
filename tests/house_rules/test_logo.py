import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, PngImagePlugin

from house_rules.logo import MOST_BYTES, prepared


def a_png(width: int, height: int, *, comment: str = "") -> bytes:
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_text("Comment", comment)
    Image.new("RGBA", (width, height), (200, 0, 0, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_logo_becomes_smaller_and_keeps_nothing_but_its_pixels() -> None:
    logo = prepared(a_png(1920, 384, comment="Anna Petrova"))

    assert (logo.width, logo.height) == (480, 96)
    assert b"Anna" not in logo.content
    assert Image.open(io.BytesIO(logo.content)).getpixel((0, 0))[3] == 128  # still transparent


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg onload=alert(1)>", "read as a picture"),
        (a_png(1, 1)[:40], "read as a picture"),
        (b"x" * (MOST_BYTES + 1), "larger than 1 MB"),
        (a_png(4001, 4000), "too many pixels"),
    ],
)
def test_what_is_no_logo_is_refused_with_what_to_do(content: bytes, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        prepared(content)
