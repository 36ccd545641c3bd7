"""Decodes an uploaded picture in a process of its own, whose memory and time are limited.

`decode` starts the process; run as a program, this module is it.
"""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from house_rules.limited_process import ROOT, command, environment, limit_memory, limit_time

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 12_500_000  # a picture of a few kilobytes can claim any number, and each takes four bytes of memory
MOST_IN_JPEG = (
    150_000_000  # numbers, one a pixel and colour: it is decoded smaller, but a progressive one keeps them all
)
MEMORY = 400_000_000  # bytes of address space
CPU_SECONDS, SECONDS = 8, 15
ORIENTATION, TURNED_BY_A_QUARTER = 0x0112, range(5, 9)  # of EXIF


class UnreadablePicture(Exception):
    """The file is not a picture of these formats, is damaged, or takes too much memory or time."""


class TooManyPixels(Exception):
    """By the file's header: nothing was decoded."""


@dataclass(frozen=True)
class Pixels:
    """A picture's pixels alone, upright. `original` is its width and height in the file."""

    mode: str
    size: tuple[int, int]
    content: bytes
    original: tuple[int, int]

    @property
    def image(self) -> "Image.Image":
        from PIL import Image  # takes time to import, and only an upload needs it

        return Image.frombytes(self.mode, self.size, self.content)


def decode(content: bytes, *, formats: tuple[str, ...], mode: str, most: tuple[int, int]) -> Pixels:
    """The picture, made smaller to fit into `most` (width, height). `formats` as Pillow names them; `mode` is RGBA, or
    RGB where what is transparent becomes white. Raises `UnreadablePicture` and `TooManyPixels`.
    """
    try:
        done = subprocess.run(  # noqa: S603 (the arguments are our own; the file goes in by the pipe)
            command(__name__, json.dumps([formats, mode, most])),
            input=content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env={**environment(), "MALLOC_ARENA_MAX": "1"},  # each of a decoder's threads would reserve address space
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadablePicture from None
    head, _, pixels = done.stdout.partition(b"\n")
    try:
        original, size = json.loads(head)
    except ValueError:  # stopped by the system
        raise UnreadablePicture from None
    if original is None:
        raise UnreadablePicture
    if size is None:
        raise TooManyPixels
    return Pixels(mode, tuple(size), pixels, tuple(original))


# --- Inside the process


def main() -> None:
    limit_memory(MEMORY)
    limit_time(CPU_SECONDS)
    try:
        original, image = _decoded(sys.stdin.buffer.read(), *json.loads(sys.argv[1]))
        size, pixels = (image.size, image.tobytes()) if image else (None, b"")
    except Exception:  # Pillow and its decoders raise many kinds of errors for damaged files
        original, size, pixels = None, None, b""
    sys.stdout.buffer.write(json.dumps([original, size]).encode() + b"\n" + pixels)


def _decoded(content: bytes, formats: list[str], mode: str, most: list[int]) -> "tuple[Any, Image.Image | None]":
    """The size in the file and the picture; no picture if the size is too large. Copies are freed on the way."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # the limit here is lower
    file: Image.Image = Image.open(io.BytesIO(content), formats=formats)
    original = width, height = file.size
    if width * height > (MOST_IN_JPEG // len(file.getbands()) if file.format == "JPEG" else MOST_PIXELS):
        return original, None
    is_turned = file.getexif().get(ORIENTATION) in TURNED_BY_A_QUARTER
    box = most[::-1] if is_turned else most
    scale = min(1, box[0] / width, box[1] / height)
    file.draft("RGB", (max(1, int(width * scale)), max(1, int(height * scale))))  # a JPEG is decoded smaller
    ImageOps.exif_transpose(file, in_place=True)
    file = _in_srgb(file)
    image = file.convert("RGBA") if mode == "RGBA" else _on_white(file)
    del file
    image.thumbnail((most[0], most[1]), Image.Resampling.LANCZOS)
    return original, image


def _in_srgb(image: "Image.Image") -> "Image.Image":
    """The colours that the file's own profile means: a poster for print and a phone's photo look wrong without it."""
    from PIL import ImageCms

    profile, became = image.info.get("icc_profile"), {"CMYK": "RGB", "RGB": "RGB", "RGBA": "RGBA"}.get(image.mode)
    if not profile or became is None:
        return image
    srgb = ImageCms.createProfile("sRGB")
    try:
        return ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode=became) or image
    except ImageCms.PyCMSError:  # a damaged profile, or that of another kind of picture
        return image


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image

    if not ("A" in image.getbands() or "transparency" in image.info):
        return image.convert("RGB")
    coloured = image if image.mode == "RGBA" else image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(coloured, mask=coloured)
    return ground


if __name__ == "__main__":
    main()
