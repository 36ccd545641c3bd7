import importlib.util
import os
from pathlib import Path
from types import ModuleType

import polib
import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Plural-Forms": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && n%100/10!=1 ? 1 : 2);",
}


def script(name: str) -> ModuleType:
    """A script of locale/, which is no package: the standard library has that name."""
    spec = importlib.util.spec_from_file_location(f"locale_{name}", LOCALE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    made = polib.POFile()
    made.metadata = HEADER
    made.extend(entries)
    return made


SEATS = {0: "%(n)s место", 1: "%(n)s места", 2: "%(n)s мест"}


@pytest.mark.parametrize(
    "entry",
    [
        polib.POEntry(msgid="Seat", msgstr="Место"),
        polib.POEntry(msgid="%(n)s seat", msgid_plural="%(n)s seats", msgstr_plural=SEATS),
        polib.POEntry(msgid="one seat", msgid_plural="%(n)s seats", msgstr_plural=SEATS),
        polib.POEntry(msgid="Gone", msgstr="", obsolete=True),
    ],
)
def test_a_complete_entry_is_not_complained_of(entry: polib.POEntry):
    assert list(script("check").flaws(catalogue(entry))) == []


@pytest.mark.parametrize(
    ("entry", "flaw"),
    [
        (polib.POEntry(msgid="Seat"), "not translated: 'Seat'"),
        (polib.POEntry(msgid="Seat", msgstr="Сеанс", flags=["fuzzy"]), "fuzzy: 'Seat'"),
        (
            polib.POEntry(msgid="Seat", msgstr="Место", previous_msgid_plural="Seats"),
            "a note of what it was before is left: 'Seat'",
        ),
        (
            polib.POEntry(msgid="%(n)s seat", msgid_plural="%(n)s seats", msgstr_plural=SEATS | {2: ""}),
            "not translated in every plural form: '%(n)s seat'",
        ),
        (
            polib.POEntry(msgid="%(n)s seat", msgid_plural="%(n)s seats", msgstr_plural={0: "место", 1: "места"}),
            "not translated in every plural form: '%(n)s seat'",
        ),
        (
            polib.POEntry(msgid="Row %(row)s", msgstr="Ряд %(rwo)s"),
            "other placeholders in the translation: 'Row %(row)s'",
        ),
        (polib.POEntry(msgid="Row {row}", msgstr="Ряд"), "other placeholders in the translation: 'Row {row}'"),
    ],
)
def test_what_an_entry_lacks_is_named(entry: polib.POEntry, flaw: str):
    assert list(script("check").flaws(catalogue(entry))) == [flaw]


def test_only_catalogues_that_changed_are_compiled(tmp_path: Path):
    source = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue(polib.POEntry(msgid="Seat", msgstr="Место")).save(str(source))
    target = source.with_suffix(".mo")
    compile_catalogues = script("compile").compile_catalogues

    first, second = compile_catalogues(tmp_path), compile_catalogues(tmp_path)
    os.utime(target, (0, 0))
    third = compile_catalogues(tmp_path)

    assert (first, second, third) == ([target], [], [target])
    assert [(entry.msgid, entry.msgstr) for entry in polib.mofile(str(target))] == [("Seat", "Место")]
