"""Searches of lists find names in any case on SQLite too, whose own LIKE folds the case of Latin letters only.

On PostgreSQL `icontains` and its kin compare upper case, so that "зеркало" finds "Зеркало". `register` gives each
connection to SQLite a LIKE that does the same.
"""

import re
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created


def register() -> None:
    connection_created.connect(_replace_like, dispatch_uid="unicode_like")


def _replace_like(connection: Any, **_signal: Any) -> None:
    if connection.vendor == "sqlite":
        for arguments in (2, 3):  # without and with ESCAPE
            connection.connection.create_function("like", arguments, like, deterministic=True)


def like(pattern: str | None, text: Any, escape: str = "") -> bool | None:
    """`text LIKE pattern ESCAPE escape`, whatever the case of letters."""
    if pattern is None or text is None:
        return None
    return _compiled(pattern, escape)(str(text)) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, escape: str) -> Any:
    wanted, characters = "", iter(pattern)
    for each in characters:
        if each == escape:
            wanted += re.escape(next(characters, ""))
        else:
            wanted += {"%": ".*", "_": "."}.get(each) or re.escape(each)
    return re.compile(wanted, re.IGNORECASE | re.DOTALL).fullmatch
