"""The column of a file that says what a portion or a combo is made of: `80 × Corn; 20 × Oil; 1 × Cup`."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext

from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.widgets import ManyRelatedWidget, NameLookup
from concessions.models import ItemPart
from concessions.models.parts import MOST_UNITS

PART = re.compile(r"(\d{1,6})\s*[×xXхХ*]\s*(\S.*)")


class NamedPart(NamedTuple):
    units: int
    name: str
    key: int = 0  # of the item, once it was found; negative for one of an earlier line of the file


class PartsWidget(ManyRelatedWidget):
    """The names are found by the resource, since a file may hold the items that others are made of."""

    def __init__(self) -> None:
        super().__init__(ItemPart, NameLookup([], name="name"))

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[NamedPart]:
        found: dict[str, NamedPart] = {}
        for text in filter(None, map(str.strip, value.split(";"))):
            match = PART.fullmatch(text)
            if match is None or not 1 <= int(match[1]) <= MOST_UNITS:
                told = gettext("“%(text)s” is not understood. Write it like “80 × Corn; 20 × Oil; 1 × Cup”.")
                raise ValueError(told % {"text": text})
            if found.setdefault(name_key(match[2]), part := NamedPart(int(match[1]), match[2])) is not part:
                raise ValueError(gettext("“%(name)s” stands here twice. Add the two up.") % {"name": match[2]})
        return list(found.values())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.text_of(NamedPart(each.units, each.part.name) for each in value.all()) if value is not None else ""

    def text_of(self, rows: Iterable[NamedPart]) -> str:
        return "; ".join(f"{each.units} × {each.name}" for each in sorted(rows, key=lambda each: name_key(each.name)))
