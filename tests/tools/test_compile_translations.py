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
