"""A font to upload."""

import struct


def a_font(*, length: int = 60, flavour: bytes = b"\0\1\0\0", unpacked: int = 200, **other: int) -> bytes:
    """The header of a WOFF2 with nothing behind it."""
    header = struct.pack(">4s4sIHHI", b"wOF2", flavour, other.get("said", length), 12, 0, unpacked)
    return header.ljust(length, b"\0")
