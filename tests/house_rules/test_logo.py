import io
from math import hypot

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, PngImagePlugin

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


def test_icons_are_made_of_the_logo_and_leave_it_whole_where_a_phone_cuts_them_round() -> None:
    drawn = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    drawn.paste((0, 0, 128, 255), (100, 50, 300, 150))  # what is transparent around it takes no room
    out = io.BytesIO()
    drawn.save(out, "PNG")

    logo = prepared(out.getvalue())

    icons = {size: Image.open(io.BytesIO(content)) for size, content in logo.icons.items()}
    assert {size: icon.size for size, icon in icons.items()} == {size: (size, size) for size in (48, 180, 192, 512)}
    left, top, right, bottom = ImageOps.invert(icons[512].convert("L")).point(lambda dark: dark > 99 and 255).getbbox()
    assert (right - left, bottom - top) == pytest.approx((366, 183), abs=2)
    assert hypot(right - left, bottom - top) <= 512 * 0.8 + 2
    assert icons[48].getpixel((1, 24))[2] > icons[48].getpixel((1, 24))[0]  # a tab has no room to give away
    assert icons[512].getpixel((0, 0)) == (255, 255, 255)


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
