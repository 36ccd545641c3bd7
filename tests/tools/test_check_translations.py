import polib
import pytest

from tools.check_translations import FOR_CUSTOMERS, ROOT, flaws

HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Plural-Forms": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && n%100/10!=1 ? 1 : 2);",
}


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
    assert list(flaws(catalogue(entry))) == []


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
        (
            polib.POEntry(msgid="Row %(row)s", msgstr="Ряд %(row)sРяд %(row)s"),
            "other placeholders in the translation: 'Row %(row)s'",
        ),
        (polib.POEntry(msgid="Row {row}", msgstr="Ряд"), "other placeholders in the translation: 'Row {row}'"),
    ],
)
def test_what_an_entry_lacks_is_named(entry: polib.POEntry, flaw: str):
    assert list(flaws(catalogue(entry))) == [flaw]


def test_a_language_of_customers_alone_may_lack_texts_of_staff():
    staff = polib.POEntry(msgid="Shift", occurrences=[("backoffice/till.py", "")])
    shop = polib.POEntry(
        msgid="Seat", occurrences=[("backoffice/till.py", ""), ("templates/storefront/seats.html", "")]
    )

    assert list(flaws(catalogue(staff, shop), whole=False)) == ["not translated: 'Seat'"]


def test_each_place_of_texts_for_customers_exists():
    assert [path for path in FOR_CUSTOMERS if not [*ROOT.glob(f"{path.rstrip('/')}*")]] == []
