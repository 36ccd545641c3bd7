"""Compares names as people see them: case, the kind of space, invisible characters and how letters are composed are no
difference. The same on every database, none of which does all of this.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable

# Characters that take no room: zero-width spaces and joiners, marks of direction and of byte order, soft hyphens.
FORMAT = "Cf"


def cleaned(text: str) -> str:
    """The text in composed letters (NFC), without spaces and invisible characters on either side."""
    text = unicodedata.normalize("NFC", text)
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while start < end and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def visible(text: str) -> str:
    """What is seen of the text: without invisible characters, and with single ordinary spaces within each line."""
    text = "".join(char for char in cleaned(text) if unicodedata.category(char) != FORMAT)
    return re.sub(r"[^\S\r\n]+", " ", unicodedata.normalize("NFC", text))


def name_key(text: str) -> str:
    """Two texts with the same key are the same name."""
    return unicodedata.normalize("NFC", " ".join(visible(text).split()).casefold())


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == FORMAT


class KeyIndex:
    """Primary keys by a key that identifies rows to people, such as a title; kept up to date during an import."""

    def __init__(self, rows: Iterable[tuple[int, Hashable]] = ()) -> None:
        self._keys: dict[int, Hashable] = {}
        self._ids: dict[Hashable, set[int]] = defaultdict(set)
        for pk, key in rows:
            self.put(pk, key)

    def put(self, pk: int, key: Hashable) -> None:
        """Add a row, or move it to its new key."""
        if pk in self._keys:
            self._ids[self._keys[pk]].discard(pk)
        self._keys[pk] = key
        self._ids[key].add(pk)

    def find(self, key: Hashable) -> list[int]:
        return sorted(self._ids.get(key, ()))
