"""Whether every text for people is translated: `python tools/check_translations.py` (exit 1 and what is missing).

Each entry of a catalogue must have its translation, in every plural form, not fuzzy, with the same placeholders.
Russian has all of them; another language may leave out texts that only staff see, which are then English. Where GNU
gettext is installed, the texts are also collected from the source again, so that none is missing; where it is not,
a line says that this was not looked at, and `GETTEXT=required` (CI) makes that an error.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
UNUSED = {"SECRET_KEY": "not used", "DATABASE_URL": "sqlite:///not-used.sqlite3"}  # the settings ask for them
EXTENSIONS = (".py", ".html", ".txt")
WHOLE = {"ru"}  # languages in which the staff works
#: Whose texts customers see: shop, tickets, e-mails, and the refusals and words that these show.
FOR_CUSTOMERS = (
    "storefront/",
    "templates/storefront/",
    "templates/notifications/",
    "templates/integrations/",
    "templates/accounts/",
    "templates/demo/",
    "templates/400",
    "templates/403",
    "templates/404",
    "templates/500",
    "backoffice/allocations/invoices.py",
    "accounts/phones.py",
    "accounts/services/consents.py",
    "bonuses/errors.py",
    "customers/services/address.py",
    "waiting/errors.py",
    "house_rules/face.py",
    "incidents/causes.py",
    "incidents/errors.py",
    "integrations/services/selling.py",
    "integrations/telegram_bot.py",
    "notifications/templatetags/",
    "orders/availability/",
    "orders/errors.py",
    "orders/services/payments/gateway.py",
    "orders/services/payments/gift_card.py",
    "orders/services/payments/settlement.py",
    "orders/services/receipts/",
    "orders/services/refunds/by_customer.py",
    "orders/services/selling/",
    "payments/errors.py",
    "payments/gateways/",
    "screenings/hall_layout.py",
    "screenings/seat_rules.py",
    "screenings/services/ticket_types.py",
)
PLACEHOLDER = re.compile(r"%\([^)]+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[a-zA-Z]|\{[^{}]*\}")


def flaws(catalogue: polib.POFile, *, whole: bool = True) -> Iterator[str]:
    """What keeps the catalogue from being complete, one line each; without `whole`, texts of staff may lack."""
    forms = re.search(r"nplurals\s*=\s*(\d+)", catalogue.metadata.get("Plural-Forms", ""))
    for entry in catalogue:
        if entry.obsolete or not (whole or entry.translated() or is_for_customers(entry)):
            continue
        if entry.fuzzy:
            yield f"fuzzy: {entry.msgid!r}"
        # Half of such a note stops gettext's msgmerge.
        elif entry.previous_msgctxt or entry.previous_msgid or entry.previous_msgid_plural:
            yield f"a note of what it was before is left: {entry.msgid!r}"
        elif entry.msgid_plural:
            if forms is None:
                yield "the header lacks Plural-Forms"
            elif len(entry.msgstr_plural) != int(forms[1]) or not all(entry.msgstr_plural.values()):
                yield f"not translated in every plural form: {entry.msgid!r}"
            elif any(strange(entry.msgid_plural, form) for form in entry.msgstr_plural.values()):
                yield f"unknown placeholder in the translation: {entry.msgid!r}"
        elif not entry.msgstr:
            yield f"not translated: {entry.msgid!r}"
        elif strange(entry.msgid, entry.msgstr) or placeholders(entry.msgid).keys() - placeholders(entry.msgstr).keys():
            yield f"other placeholders in the translation: {entry.msgid!r}"


def is_for_customers(entry: polib.POEntry) -> bool:
    return any(path.startswith(FOR_CUSTOMERS) for path, _line in entry.occurrences)


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def strange(original: str, translated: str) -> Counter[str]:
    """Placeholders of the translation that the original does not fill, or not so often: it may be there twice."""
    return placeholders(translated) - placeholders(original)


def keys(path: Path) -> set[tuple[str, str, str]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural)
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }


def collected_anew(language: str) -> set[tuple[str, str, str]]:
    """The texts that the source holds now, found by makemessages in a copy: the real catalogue is not touched."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for source in sources():
            (copy / source).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, copy / source)
        (copy / "locale").mkdir(exist_ok=True)
        subprocess.run(
            [
                sys.executable,
                "manage.py",
                "makemessages",
                "--locale",
                language,
                "--ignore",
                "tests/*",
                "-v",
                "0",
            ],
            cwd=copy,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "cinema.settings"} | UNUSED,
            check=True,
        )
        return keys(copy / "locale" / language / "LC_MESSAGES" / "django.po")


def sources() -> Iterator[Path]:
    yield Path("manage.py")
    for folder in sorted(ROOT.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in ("var", "tests", "docs"):
            for path in sorted(folder.rglob("*")):
                if path.suffix in EXTENSIONS:
                    yield path.relative_to(ROOT)


def main() -> int:
    complaints = []
    gettext = shutil.which("xgettext") and shutil.which("msgmerge")
    catalogues = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
    if not catalogues:
        complaints.append("locale/ holds no catalogue: make messages")
    have = collected_anew(catalogues[0].parent.parent.name) if gettext and catalogues else set()
    for path in catalogues:
        name, language = path.relative_to(ROOT), path.parent.parent.name
        complaints += [f"{name}: {flaw}" for flaw in flaws(polib.pofile(str(path)), whole=language in WHOLE)]
        if gettext:
            had = keys(path)
            complaints += [f"{name}: missing (make messages): {text!r}" for _, text, _ in sorted(have - had)]
            complaints += [
                f"{name}: no longer in the source (make messages): {text!r}" for _, text, _ in sorted(had - have)
            ]
    for path in sorted(LOCALE.glob("unfold/*/LC_MESSAGES/django.po")):  # the texts of a library, picked by hand
        complaints += [f"{path.relative_to(ROOT)}: {flaw}" for flaw in flaws(polib.pofile(str(path)))]
    if not gettext:
        print("GNU gettext is not installed: CI checks whether a text is missing")
        if os.environ.get("GETTEXT") == "required":
            complaints.append("GNU gettext is required here")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
