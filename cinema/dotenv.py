"""Writes a first `.env` for a machine that has none: `python -m cinema.dotenv`. One that is there is left alone."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

BASE_DIR = Path(__file__).resolve().parent.parent

FIRST = """\
# This machine's own settings; git ignores this file. Made by `make demo`, yours to change.

# Errors are shown in full, and plain http will do: for a developer's machine only.
DEBUG=true

# Signs logins and links. Keep it: a new one logs everybody out.
SECRET_KEY={secret}

# In production postgres://USER:PASSWORD@HOST/NAME
DATABASE_URL=sqlite:///var/cinema.sqlite3

# What is sent lands here as files. In production smtp+tls://USER:PASSWORD@HOST:587
EMAIL_URL=filemail:///{mail}

# ru or en; people choose their own
LANGUAGE_CODE=ru
"""


def write(path: Path) -> bool:
    """Whether it was written. Only its owner may read it."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    # Letters and digits only: the file's own syntax gives a meaning to $, # and quotes.
    with os.fdopen(file, "w") as first:
        first.write(FIRST.format(secret=secrets.token_hex(32), mail=quote(str(path.parent / "var" / "mail"))))
    return True


if __name__ == "__main__":
    (BASE_DIR / "var" / "mail").mkdir(parents=True, exist_ok=True)
    write(BASE_DIR / ".env")
