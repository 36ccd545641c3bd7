"""Compiles the catalogues that changed (.po to .mo), without GNU gettext: `python tools/compile_translations.py`."""

import os
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(locale: Path) -> list[Path]:
    """The .mo files that were written: those missing or older than their .po."""
    written = []
    for source in sorted(locale.glob("**/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        unfinished = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(unfinished))
        unfinished.replace(target)  # a running server never reads half of it
        written.append(target)
    return written


if __name__ == "__main__":
    for catalogue in compile_catalogues(LOCALE):
        print(f"compiled {catalogue.relative_to(LOCALE.parent)}")
