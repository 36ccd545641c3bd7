"""Compares names as people see them: case, the kind of space, invisible characters and how letters are composed are no
difference. The same on every database, none of which does all of this.
"""

import re
import unicodedata
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
    """Primary keys by a key that identifies rows to people, such as a title; kept up to date during an import.

    It may hold a hundred thousand rows, so a key of one row, as most are, has no set of its own.
    """

    def __init__(self, rows: Iterable[tuple[int, Hashable]] = ()) -> None:
        self._keys: dict[int, Hashable] = {}
        self._ids: dict[Hashable, int | set[int]] = {}
        for pk, key in rows:
            self.put(pk, key)

    def put(self, pk: int, key: Hashable) -> None:
        """Add a row, or move it to its new key."""
        self.remove(pk)
        self._keys[pk] = key
        others = self._ids.get(key)
        if others is None:
            self._ids[key] = pk
        elif isinstance(others, int):
            self._ids[key] = {others, pk}
        else:
            others.add(pk)

    def remove(self, pk: int) -> None:
        if pk not in self._keys:
            return
        key = self._keys.pop(pk)
        others = self._ids[key]
        if isinstance(others, int):
            del self._ids[key]
        else:
            others.discard(pk)

    def find(self, key: Hashable) -> list[int]:
        found = self._ids.get(key, ())
        return [found] if isinstance(found, int) else sorted(found)

    def __contains__(self, pk: int) -> bool:
        return pk in self._keys
