"""Rows' keys as they come from outside: what was typed into an address, a form or a file may be anything."""

from collections.abc import Iterable


def is_key(text: str) -> bool:
    """Whether a row can have this key: plain digits, and no more of them than a column of whole numbers holds."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def keys_among(texts: Iterable[str]) -> set[int]:
    """The keys that rows can have; what can be none is passed over."""
    return {int(text) for text in texts if is_key(text)}
