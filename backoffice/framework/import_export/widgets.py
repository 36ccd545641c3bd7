"""What a cell says, as a value and back: numbers, choices and names as people write them, in any of our languages.

`clean` gets a text and raises `ValueError` with a sentence for people; `render` gives what the file shows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils import translation
from django.utils.translation import gettext
from import_export.widgets import ManyToManyWidget, Widget

YES = frozenset({"1", "yes", "true", "да", "истина"})
NO = frozenset({"0", "no", "false", "нет", "ложь"})


class Text(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if "\0" in value:
            raise ValueError(gettext("The text contains a character that can’t be saved. Remove it."))
        return value

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else str(value)


class Number(Widget):
    """As the model's field understands it, `1 500,50` included."""

    def __init__(self, field: "Field[Any, Any]") -> None:
        self.field = field
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        plain = re.sub(r"[\s\u00a0\u202f]", "", value)
        if not plain:
            return None
        if not re.fullmatch(r"-?\d{1,15}([.,]\d{1,6})?", plain, re.ASCII):
            raise ValueError(gettext("“%(value)s” is not a number.") % {"value": value})
        plain = plain.replace(",", ".")
        if self.field.get_internal_type() != "BigIntegerField":  # money is one in the database
            plain = re.sub(r"\.0*$", "", plain)
        try:
            return self.field.to_python(plain)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class YesNo(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        said = value.casefold()
        if said not in YES | NO:
            raise ValueError(gettext("“%(value)s” is not valid. Enter “yes” or “no”.") % {"value": value})
        return said in YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return gettext("yes") if value else gettext("no")


class Choice(Widget):
    """One of the field's choices, by its words in any language or by its code."""

    def __init__(self, field: "Field[Any, Any]") -> None:
        self.choices = list(field.flatchoices)
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        for code, words in self.choices:
            if value.casefold() in {code.casefold(), *(each.casefold() for each in in_every_language(words))}:
                return code
        known = ", ".join(str(words) for _code, words in self.choices)
        raise ValueError(
            gettext("“%(value)s” is not valid. Possible values: %(known)s.") % {"value": value, "known": known}
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(dict(self.choices).get(value, value))


class Day(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date:
        for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007 (a day of the calendar has no zone)
            except ValueError:
                continue
        raise ValueError(gettext("“%(value)s” is not a date. Write it as 2026-11-25 or 25.11.2026.") % {"value": value})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Names:
    """Rows by their names; of several with one name each is called by its number too, `Solaris [12]`."""

    def __init__(self, rows: Iterable[Model], *, name: str) -> None:
        self.name = name
        self.by_name: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            self.by_name[getattr(row, name).casefold()].append(row)

    def find(self, said: str) -> Any:
        """The row of this name, or `ValueError`: whose rows they are decides what is there at all."""
        found = self.by_name.get(said.casefold(), [])
        if not found and (numbered := re.fullmatch(r"(.*\S)\s*\[(\d+)\]", said)):
            same = self.by_name.get(numbered[1].casefold(), [])
            found = [row for row in same if str(row.pk) == numbered[2]]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(self.call(row) for row in found)
            raise ValueError(
                gettext("Several have this name. Write one of these instead: %(names)s.") % {"names": named}
            )
        raise ValueError(gettext("“%(name)s” was not found. Check the spelling.") % {"name": said})

    def call(self, row: Any) -> str:
        name = getattr(row, self.name)
        return f"{name} [{row.pk}]" if len(self.by_name.get(name.casefold(), [])) > 1 else name


class One(Widget):
    """A related row by its name."""

    def __init__(self, names: Names) -> None:
        self.names = names
        super().__init__()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self.names.find(value) if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else self.names.call(value)


class Many(ManyToManyWidget):
    """Related rows by their names, with semicolons between them, or commas."""

    def __init__(self, model: type[Model], names: Names) -> None:
        self.names = names
        super().__init__(model)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[Any]:
        parts = [part.strip() for part in value.split(";") if part.strip()]
        known = self.names.by_name
        single = [
            name.strip()
            for part in parts
            for name in ([part] if part.casefold() in known else part.split(","))
            if name.strip()
        ]
        return list({found.pk: found for found in map(self.names.find, single)}.values())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "; ".join(sorted(self.names.call(row) for row in value.all())) if value is not None else ""


def in_every_language(words: Any) -> set[str]:
    """The words as each of our languages has them."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(words))
    return found
