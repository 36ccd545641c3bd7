"""Checks primary keys that come from URLs, forms and files, where the text may be anything."""

from collections.abc import Iterable


def is_valid_id(text: str) -> bool:
    """Whether the text can be a primary key: ASCII digits, no more than fit into a 64-bit integer column."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def valid_ids(texts: Iterable[str]) -> set[int]:
    """The texts that can be primary keys, as integers; the others are ignored."""
    return {int(text) for text in texts if is_valid_id(text)}
