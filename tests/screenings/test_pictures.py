import io
import struct
import zlib

import pytest
from PIL import Image

from screenings.errors import PictureRefused
from screenings.pictures import open_picture


def a_file(width: int = 600, height: int = 900, *, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    content = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(content, kind, **options)
    return content.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims as many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_of_each_kind_becomes_files_of_each_format_and_width(kind: str) -> None:
    opened = open_picture(a_file(1000, 1500, kind=kind), most_width=960)

    files = {
        (width, extension): Image.open(io.BytesIO(content)) for width, extension, content in opened.files([480, 960])
    }

    assert {key: (image.format, image.size) for key, image in files.items()} == {
        (width, extension): (name, (width, width * 3 // 2))
        for width in (480, 960)
        for extension, name in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG"))
    }


def test_what_a_file_says_of_its_place_and_camera_is_left_out_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    content = a_file(900, 600, exif=exif.tobytes(), comment=b"by Ivan")

    for _width, _extension, encoded in open_picture(content, most_width=600).files([600]):
        image = Image.open(io.BytesIO(encoded))
        assert image.size == (600, 900)
        assert dict(image.getexif()) == {}
        assert b"Ivan" not in encoded


def test_what_is_transparent_becomes_white() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (600, 900), (0, 0, 0, 0)).save(content, "PNG")

    assert open_picture(content.getvalue(), most_width=600).image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "read as a picture"),
        (b"GIF89a" + b"\0" * 100, "read as a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "read as a picture"),
        (a_file()[:2000], "read as a picture"),
        (a_file(100, 150), "too few"),
        (a_file(300, 1500), "too long"),
        (a_bomb(4_000, 4_000), "more than 12 megapixels"),
        (a_bomb(60_000, 60_000), "more than 12 megapixels"),
    ],
)
def test_anything_else_is_refused_before_it_takes_memory(content: bytes, reason: str) -> None:
    with pytest.raises(PictureRefused, match=reason):
        open_picture(content, most_width=960)
