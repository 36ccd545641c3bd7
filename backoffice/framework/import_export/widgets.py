"""Widgets that convert the text of a cell to a value and back, in any of the site's languages.

`clean` converts a text, and raises `ValueError` with a message for people; `render` returns what an export contains.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field, IntegerField, Model
from django.utils import translation
from django.utils.translation import gettext
from import_export.widgets import ManyToManyWidget, Widget

from backoffice.framework.import_export.names import name_key
from cinema.money import SIGNS, MoneyField
from cinema.validators import clean_line, clean_text

TRUE_TEXTS = frozenset({"1", "yes", "true", "да", "истина"})
FALSE_TEXTS = frozenset({"0", "no", "false", "нет", "ложь"})

UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL refuses NUL, and no database stores half a surrogate pair
#: What spreadsheets show, in English, German and Russian, instead of the value of a formula that has none.
FORMULA_ERRORS = frozenset(
    """
    #DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE! #BEZUG! #NV #WERT! #ZAHL!
    #ДЕЛ/0! #ЗНАЧ! #ИМЯ? #Н/Д #ПУСТО! #ССЫЛКА! #ЧИСЛО!
    """.split()
)
CURRENCY_WORDS = {"RUB": ["руб.", "руб", "р.", "р"], "BYN": ["руб.", "руб", "р.", "р"], "KZT": ["тг.", "тг"]}
AMBIGUOUS = re.compile(r"(-?[1-9]\d{0,2})[.,](\d{3})", re.ASCII)
# Groups of three: by one mark throughout, with another one before the decimals.
GROUPED = [
    re.compile(rf"-?\d{{1,3}}(?:{mark}\d{{3}}){{1,4}}(?:[{decimal}]\d{{1,6}})?", re.ASCII)
    for mark, decimal in [("\\s", ".,"), ("[\u00a0\u202f\u2009]", ".,"), ("['\u2019]", ".,"), (",", "."), (r"\.", ",")]
]


class TextWidget(Widget):
    """Text of one line."""

    clean_text = staticmethod(clean_line)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if UNSTORABLE.search(value):
            raise ValueError(gettext("The text contains a character that can’t be saved. Remove it."))
        if value in FORMULA_ERRORS:
            raise ValueError(
                gettext("“%(value)s” is the error of a formula. Correct it, or write the text.") % {"value": value}
            )
        return self.clean_text(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else str(value)


class LinesWidget(TextWidget):
    """Text of several lines, which end as those that forms send do, however the file writes them."""

    clean_text = staticmethod(clean_text)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        return "\r\n".join(super().clean(value).splitlines())


class NumberWidget(Widget):
    """A number as spreadsheets write it: `1 500,50`, `1,500.50`, `1'500`, and for money `1 450,50 ₽`.

    A number that can be read in two ways is refused: `1,500` is one and a half in one language, and fifteen hundred in
    another.
    """

    def __init__(self, field: "Field[Any, Any]") -> None:
        self.field = field
        self.is_money = isinstance(field, MoneyField)
        self.is_percent = field.name.endswith("percent")
        self.is_whole = isinstance(field, IntegerField) and not self.is_money
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        text = self._without_currency(value).strip()
        if self.is_percent:
            text = text.removesuffix("%").strip()
        if not text:
            return None
        if match := AMBIGUOUS.fullmatch(text):
            whole, part = match[1], match[2]
            raise ValueError(
                gettext("“%(value)s” can be read in two ways. Write %(first)s or %(second)s.")
                % {"value": value, "first": whole + part, "second": f"{whole}.{part}".rstrip("0").rstrip(".")}
            )
        plain = _plain_number(text)
        example = "1450.50" if self.is_money else "20" if self.is_percent else "150"
        if plain is None:
            raise ValueError(
                gettext("“%(value)s” is not a number. Write it like %(example)s.")
                % {"value": value, "example": example}
            )
        if self.is_whole:
            plain = re.sub(r"\.0*$", "", plain)
            if "." in plain:
                raise ValueError(
                    gettext("“%(value)s” is not a whole number. Write it like %(example)s.")
                    % {"value": value, "example": example}
                )
        try:
            return self.field.to_python(plain)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value

    def _without_currency(self, text: str) -> str:
        """The text without the sign, code or Russian abbreviation of the site's own currency on either side."""
        if not self.is_money:
            return text
        marks = [settings.CURRENCY, SIGNS.get(settings.CURRENCY, ""), *CURRENCY_WORDS.get(settings.CURRENCY, [])]
        either = "|".join(re.escape(mark) for mark in marks if mark)
        return re.sub(rf"^(?:{either})\s*(?=\d)|(?<=\d)\s*(?:{either})$", "", text.strip(), flags=re.IGNORECASE)


def _plain_number(text: str) -> str | None:
    """The number with a decimal point and without grouping, or None if it is none."""
    grouped = any(pattern.fullmatch(text) for pattern in GROUPED)
    if not grouped and not re.fullmatch(r"-?\d{1,15}([.,]\d{1,6})?", text, re.ASCII):
        return None
    match = re.fullmatch(r"(.*)([.,])(\d+)", text, re.ASCII)
    if match is None or (grouped and match[2] in match[1]):  # a mark that occurs twice groups
        return re.sub(r"[^\d-]", "", text)
    return re.sub(r"[^\d-]", "", match[1]) + "." + match[3]


class BooleanWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        text = name_key(value)
        if text not in TRUE_TEXTS | FALSE_TEXTS:
            raise ValueError(gettext("“%(value)s” is not valid. Enter “yes” or “no”.") % {"value": value})
        return text in TRUE_TEXTS

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return gettext("yes") if value else gettext("no")


class ChoiceWidget(Widget):
    """One of the field's choices, by its label in any language or by its value."""

    def __init__(self, field: "Field[Any, Any]") -> None:
        self.choices = list(field.flatchoices)
        self.may_be_empty = field.blank
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value and self.may_be_empty:
            return ""
        for code, label in self.choices:
            if name_key(value) in {name_key(code), *map(name_key, in_every_language(label))}:
                return code
        known = ", ".join(str(label) for _code, label in self.choices)
        raise ValueError(
            gettext("“%(value)s” is not valid. Possible values: %(known)s.") % {"value": value, "known": known}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(dict(self.choices).get(value, value))


class DateWidget(Widget):
    """A date such as `2026-11-25` or `25.11.2026`.

    With slashes some put the month first, so `1/3/2027` is refused, and `25/11/2026`, which is no date the other way
    round, is read.
    """

    def __init__(self, *, is_optional: bool = False) -> None:
        self.is_optional = is_optional
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date | None:
        if not value and self.is_optional:
            return None
        if re.fullmatch(r"\d{1,2}([/-])\d{1,2}\1\d{4}", value, re.ASCII):
            return self._with_slashes(value.replace("-", "/"), value)
        for date_format in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"):
            if found := _date(value, date_format):
                return found
        raise ValueError(gettext("“%(value)s” is not a date. Write it as 2026-11-25 or 25.11.2026.") % {"value": value})

    def _with_slashes(self, plain: str, value: str) -> date:
        readings = {found for each in ("%d/%m/%Y", "%m/%d/%Y") if (found := _date(plain, each))}
        if len(readings) > 1:
            first, second = sorted(readings)
            raise ValueError(
                gettext("“%(value)s” can be read in two ways. Write %(first)s or %(second)s.")
                % {"value": value, "first": first, "second": second}
            )
        if not readings:
            raise ValueError(
                gettext("“%(value)s” is not a date. Write it as 2026-11-25 or 25.11.2026.") % {"value": value}
            )
        return readings.pop()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


def _date(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 (a date has no time zone)
    except ValueError:
        return None


class NameLookup:
    """Finds rows by name. Rows with the same name are told apart by their id, as in `Solaris [12]`."""

    def __init__(self, rows: Iterable[Model], *, name: str) -> None:
        self.name = name
        self.by_name: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            self.by_name[name_key(getattr(row, name))].append(row)

    def find(self, text: str) -> Any:
        """The row with this name. Raises `ValueError` if none or several of the given rows have it."""
        found = self.by_name.get(name_key(text), [])
        if not found and (numbered := re.fullmatch(r"(.*\S)\s*\[(\d+)\]", text)):
            candidates = self.by_name.get(name_key(numbered[1]), [])
            found = [row for row in candidates if str(row.pk) == numbered[2]]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(self.name_of(row) for row in found)
            raise ValueError(
                gettext("Several have this name. Write one of these instead: %(names)s.") % {"names": named}
            )
        raise ValueError(gettext("“%(name)s” was not found. Check the spelling.") % {"name": text})

    def name_of(self, row: Any) -> str:
        name = getattr(row, self.name)
        return f"{name} [{row.pk}]" if len(self.by_name.get(name_key(name), [])) > 1 else name


class RelatedWidget(Widget):
    """A related row by its name."""

    def __init__(self, names: NameLookup) -> None:
        self.names = names
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self.names.find(value) if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else self.names.name_of(value)


class ManyRelatedWidget(ManyToManyWidget):
    """Related rows by their names, separated by semicolons or commas."""

    def __init__(self, model: type[Model], names: NameLookup) -> None:
        self.names = names
        super().__init__(model)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[Any]:
        parts = [part.strip() for part in value.split(";") if part.strip()]
        known = self.names.by_name
        names = [
            name.strip()
            for part in parts
            for name in ([part] if name_key(part) in known else part.split(","))
            if name.strip()
        ]
        return list({found.pk: found for found in map(self.names.find, names)}.values())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.text_of(value.all()) if value is not None else ""

    def text_of(self, rows: Iterable[Any]) -> str:
        return "; ".join(sorted(self.names.name_of(row) for row in rows))


def in_every_language(text: Any) -> set[str]:
    """The lazy translation in each of `LANGUAGES`."""
    translations = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translations.add(str(text))
    return translations
