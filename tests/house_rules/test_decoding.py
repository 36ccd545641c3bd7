"""Pictures of strangers are decoded in a process with little memory and time, and without secrets."""

import io
import subprocess
from typing import Any

import pytest
from PIL import Image, ImageCms

from house_rules import decoding, limited_process
from house_rules.decoding import MOST_PIXELS, TooManyPixels, UnreadablePicture, decode

ALL: Any = {"formats": ("JPEG", "PNG", "WEBP", "AVIF"), "mode": "RGB", "most": (480, 960)}


def a_file(width: int, height: int, kind: str, *, mode: str = "RGB", **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(content, kind, **options)
    return content.getvalue()


def turned(width: int, height: int, kind: str) -> bytes:
    exif = Image.Exif()
    exif[decoding.ORIENTATION] = 6
    return a_file(width, height, kind, exif=exif.tobytes())


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("AVIF", "RGBA")])
def test_the_largest_picture_of_each_kind_fits_into_the_limits(kind: str, mode: str) -> None:
    fast = {"WEBP": {"method": 0}, "AVIF": {"speed": 10}}.get(kind, {})

    pixels = decode(a_file(4096, MOST_PIXELS // 4096, kind, mode=mode, **fast), **ALL)

    assert pixels.size == (480, 358)
    assert pixels.original == (4096, MOST_PIXELS // 4096)


def test_a_turned_photograph_stands_upright_in_its_full_width() -> None:
    pixels = decode(turned(1800, 1200, "JPEG"), **ALL)

    assert (pixels.size, pixels.original) == ((480, 720), (1800, 1200))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_are_those_that_the_file_means(mode: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ").replace(b"....", b"gXYZ")  # red means green

    seen = [
        decode(a_file(9, 9, "PNG", mode=mode, icc_profile=profile), **ALL).image.getpixel((5, 5))
        for profile in (srgb, swapped, b"damaged")
    ]

    assert seen == [(0, 128, 128), (128, 0, 128), (0, 128, 128)]


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    with pytest.raises(TooManyPixels):
        decode(a_file(4096, MOST_PIXELS // 4096 + 1, "PNG", mode="1"), **ALL)


def test_a_photograph_may_have_more_pixels_since_it_is_decoded_smaller() -> None:
    poster, bomb = a_file(3000, 4500, "JPEG"), bytearray(a_file(9, 9, "JPEG"))
    size = bomb.index(b"\xff\xc0") + 5  # of the frame: its height and width
    bomb[size : size + 4] = bytes([30, 0, 30, 0])

    assert decode(poster, **ALL).size == (480, 720)
    with pytest.raises(TooManyPixels):
        decode(bytes(bomb), **ALL)


def test_whatever_a_decoder_raises_the_picture_is_unreadable() -> None:
    content = bytearray(turned(256, 256, "AVIF"))
    content[81] = 36  # Pillow raises RuntimeError

    for each in (bytes(content), turned(256, 256, "JPEG")[:300], b""):
        with pytest.raises(UnreadablePicture):
            decode(each, **ALL)


@pytest.mark.parametrize(("name", "value"), [("MEMORY", 80_000_000), ("CPU_SECONDS", 0)])
def test_the_process_is_stopped_at_its_limits(name: str, value: int, monkeypatch: Any) -> None:
    program = f"from house_rules import decoding; decoding.{name} = {value}; decoding.main()"
    monkeypatch.setattr(
        decoding, "command", lambda _module, *rest: [*limited_process.command("x")[:1], "-c", program, *rest]
    )

    with pytest.raises(UnreadablePicture):
        decode(a_file(4000, 3000, "PNG", mode="RGBA"), **ALL)


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "SECONDS", 0.01)

    with pytest.raises(UnreadablePicture):
        decode(a_file(300, 300, "PNG"), **ALL)


def test_the_process_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(*_arguments: Any, env: dict[str, str], **_options: Any) -> Any:
        seen.update(env)
        return subprocess.CompletedProcess([], 0, b"[[1, 1], [1, 1]]\n123")

    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setattr(subprocess, "run", run)
    decode(b"", **ALL)

    assert seen.keys() <= {*limited_process.PASSED_ON, "MALLOC_ARENA_MAX"}
