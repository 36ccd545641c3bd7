import os
from pathlib import Path

import polib

from tools.compile_translations import compile_catalogues


def test_only_catalogues_that_changed_are_compiled(tmp_path: Path):
    source = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Seat", msgstr="Место"))
    catalogue.save(str(source))
    target = source.with_suffix(".mo")

    first, second = compile_catalogues(tmp_path), compile_catalogues(tmp_path)
    os.utime(target, (0, 0))
    third = compile_catalogues(tmp_path)

    assert (first, second, third) == ([target], [], [target])
    assert [(entry.msgid, entry.msgstr) for entry in polib.mofile(str(target))] == [("Seat", "Место")]


def test_what_is_not_translated_is_english_in_any_installation(tmp_path: Path):
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Shift"))
    catalogue.append(polib.POEntry(msgid="%(n)s shift", msgid_plural="%(n)s shifts", msgstr_plural={0: "", 1: ""}))
    catalogue.append(polib.POEntry(msgid="Drawer", msgstr="Schicht", flags=["fuzzy"]))
    catalogue.save(str(source))

    [target] = compile_catalogues(tmp_path)

    compiled = {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in polib.mofile(str(target))}
    assert compiled == {"Shift": "Shift", "%(n)s shift": {0: "%(n)s shift", 1: "%(n)s shifts"}, "Drawer": "Drawer"}
