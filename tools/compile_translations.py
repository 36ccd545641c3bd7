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
        catalogue = polib.pofile(str(source))
        for entry in catalogue:  # English where a translation lacks, not the language of the installation
            if entry.obsolete or entry.translated():
                continue
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            if entry.msgid_plural:
                entry.msgstr_plural = {
                    form: entry.msgid_plural if form else entry.msgid for form in entry.msgstr_plural or (0, 1)
                }
            else:
                entry.msgstr = entry.msgid
        unfinished = target.with_suffix(f".{os.getpid()}")
        catalogue.save_as_mofile(str(unfinished))
        unfinished.replace(target)  # a running server never reads half of it
        written.append(target)
    return written


if __name__ == "__main__":
    for catalogue in compile_catalogues(LOCALE):
        print(f"compiled {catalogue.relative_to(LOCALE.parent)}")
