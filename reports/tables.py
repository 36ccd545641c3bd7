"""Tables of figures: what a page shows, a chart draws and a file holds, and how people read one cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.money import format_money

Text = str | Promise
Row = Mapping[str, Any] | Sequence[Any]

EMPTY = "–"
SHOWN = 200  # rows of a table on a page


class Kind(StrEnum):
    """What the cells of a column hold: it decides about their format, on pages as in files."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"  # an aware datetime
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"  # 12.5 is 12.5 %
    DECIMAL = "decimal"

    @property
    def is_number(self) -> bool:
        return self in (Kind.INTEGER, Kind.MONEY, Kind.PERCENT, Kind.DECIMAL)


@dataclass(frozen=True)
class Link:
    """The value of a cell, and the page that it leads to. Only pages of the admin have such cells."""

    value: Any
    url: str

    def __str__(self) -> str:
        return str(self.value)


class Described(Protocol):
    """What a column needs of a definition: pages show it on hover, and files list it below the table."""

    @property
    def name(self) -> Text: ...
    @property
    def sentence(self) -> Text: ...


def explanation(definition: Described) -> str:
    """What a figure means: its sentence, and where it has them its formula, unit and source."""
    said = [str(definition.sentence)]
    formula, source = getattr(definition, "formula", ""), getattr(definition, "source", "")
    if formula:
        said.append(_("Formula: %(formula)s.") % {"formula": formula})
        said.append(_("Unit: %(unit)s.") % {"unit": definition.unit.label})  # type: ignore[attr-defined]
    if source:
        said.append(_("Source: %(source)s") % {"source": source})
    return " ".join(said)


@dataclass(frozen=True)
class Column:
    key: str
    label: Text
    kind: Kind = Kind.TEXT
    definition: Described | None = None
    is_summed: bool = False  # the table's last row has the sum of this column

    @property
    def explanation(self) -> str:
        return explanation(self.definition) if self.definition is not None else ""


@dataclass(frozen=True)
class Table:
    """A table of figures. Its rows are dicts by the columns' keys, or sequences in the order of the columns.

    `rows` may be a generator, which is read once. `expected` is the number of rows if it is known beforehand. `totals`
    is the last row; without it, the columns that are summed are added up while the rows are read. `more` are the tables
    that follow in a file, such as the others of a day's sheet. `total_links` are
    the pages that its cells lead to. Instants are shown in `zone`; without it, each in its own zone, and those in UTC
    in the current time zone.
    """

    title: Text
    columns: Sequence[Column]
    rows: Iterable[Row]
    subtitle: Text = ""
    totals: Mapping[str, Any] | None = None
    total_links: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Text] = ()
    expected: int | None = None
    zone: ZoneInfo | None = None
    charts: Sequence["Chart"] = ()
    more: Sequence["Table"] = ()

    def read(self) -> "Reading":
        return Reading(self)

    def text(self, column: Column, value: Any) -> str:
        return cell_text(_value(value), column.kind, zone=self.zone)

    def definitions(self) -> list[Described]:
        """The definitions of its columns, and of those of the tables that follow, each once."""
        columns = [column for table in (self, *self.more) for column in table.columns]
        found = {str(each.definition.name): each.definition for each in columns if each.definition is not None}
        return list(found.values())

    def render(self) -> SafeString:
        """The table as HTML. `{{ table }}` in a template does the same."""
        reading = self.read()
        rows = [
            _cells((column, self.text(column, value), _url(value)) for column, value in reading.cells(row))
            for row in reading
        ]
        totals = reading.totals()
        context = {
            "table": self,
            "headings": [
                {"label": capfirst(str(each.label)), "column": each, "is_number": each.kind.is_number}
                for each in self.columns
            ],
            "rows": rows,
            "totals": totals
            and _cells(
                (each, text, self.total_links.get(each.key, "") if totals.get(each.key) else "")
                for each, text in total_texts(self, totals)
            ),
        }
        return render_to_string("reports/table.html", context)

    __str__ = render
    __html__ = render


class Reading:
    """Reads the rows of a table once, each as a list of values, and adds up the summed columns on the way."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.count = 0
        self._keys = [column.key for column in table.columns]
        self._summed = [index for index, column in enumerate(table.columns) if column.is_summed]
        self._sums: dict[int, Any] = {}

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self.table.rows:
            values = [row.get(key) for key in self._keys] if isinstance(row, Mapping) else list(row)
            for index in self._summed:
                if (value := _value(values[index])) is not None:
                    self._sums[index] = self._sums.get(index, 0) + value
            self.count += 1
            yield values

    def cells(self, values: Sequence[Any]) -> Iterator[tuple[Column, Any]]:
        return zip(self.table.columns, values, strict=True)

    def totals(self) -> Mapping[str, Any] | None:
        """The last row, by the keys of the columns; None if the table has none. Call it once the rows are read."""
        if self.table.totals is not None:
            return self.table.totals
        if not self._summed:
            return None
        return {self._keys[index]: self._sums.get(index, 0) for index in self._summed}


@dataclass(frozen=True)
class Chart:
    """A drawing of a table: see `reports.charts`.

    `body` is the content of an SVG image that is `height` pixels high, and as wide as there is room. What is better
    said in HTML, such as a heat map, has `markup`, which pages show in place of the image.
    """

    key: str
    table: Table
    description: str
    body: SafeString
    height: int
    gutter: str = ""  # CSS class: room for the scale to the left of the plot
    legend: Sequence[tuple[str, str]] = ()  # CSS class and name of each series
    markup: SafeString | None = None

    def render(self) -> SafeString:
        """The chart and the table behind it as HTML. `{{ chart }}` in a template does the same."""
        return render_to_string("reports/chart.html", {"chart": self})

    __str__ = render
    __html__ = render


def first_rows(table: Table) -> Table:
    """The table as a page shows it: of a long one the first rows, and the totals of all."""
    rows = list(table.rows)
    if len(rows) <= SHOWN:
        return replace(table, rows=rows)
    reading = replace(table, rows=rows).read()
    for _row in reading:
        pass
    return replace(table, rows=rows[:SHOWN], totals=reading.totals(), notes=[*table.notes, only_first(SHOWN)])


def only_first(count: int) -> str:
    """The note of a table that has more rows than a page shows."""
    text = ngettext(
        "Only the first %(count)d row is shown here, and the totals of all rows. The file has all of them.",
        "Only the first %(count)d rows are shown here, and the totals of all rows. The file has all of them.",
        count,
    )
    return text % {"count": count}


def total_texts(table: Table, totals: Mapping[str, Any]) -> Iterator[tuple[Column, str]]:
    """The texts of the last row: empty where a column has no total, and “Total” in its first cell if that is free."""
    for index, column in enumerate(table.columns):
        if column.key in totals:
            yield column, table.text(column, totals[column.key])
        else:
            yield column, "" if index else _("Total")


def cell_text(value: Any, kind: Kind, *, zone: ZoneInfo | None = None) -> str:
    """One cell as people read it in the current language."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, float):
        value = Decimal(str(value))
    match kind:
        case Kind.MONEY:
            return format_money(Decimal(value))
        case Kind.INTEGER:
            return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)
        case Kind.PERCENT:
            return percent_pattern() % {"number": number_format(value, use_l10n=True, force_grouping=True)}
        case Kind.DECIMAL:
            return number_format(value, use_l10n=True, force_grouping=True)
        case Kind.DATE:
            return date_format(value, "SHORT_DATE_FORMAT")
        case Kind.INSTANT:
            return date_format(in_zone(value, zone), f"{get_format('SHORT_DATE_FORMAT')} H:i")
    return str(value)


def percent_pattern() -> str:
    # Translators: a share, such as 12.5%. Some languages put a no-break space before the sign.
    return _("%(number)s%%")


def in_zone(instant: datetime, zone: ZoneInfo | None) -> datetime:
    """The instant by the clock of `zone`; without it, by its own, or the current one if it is in UTC."""
    if zone is None and instant.tzinfo is not UTC:
        return instant
    return timezone.localtime(instant, zone)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Link) else value


def _url(value: Any) -> str:
    return value.url if isinstance(value, Link) else ""


def _cells(cells: Iterable[tuple[Column, str, str]]) -> SafeString:
    """The cells of one row: column, text and address. Not by the template, which takes ten times as long for each."""
    markup: list[str] = []
    for column, text, url in cells:
        tag = "td" if markup else "th"
        kind = (' scope="row"' if tag == "th" else "") + (' class="number"' if column.kind.is_number else "")
        content = (
            f'<a href="{conditional_escape(url)}">{conditional_escape(text)}</a>' if url else conditional_escape(text)
        )
        markup.append(f"<{tag}{kind}>{content}</{tag}>")
    return mark_safe("".join(markup))  # noqa: S308 - texts and addresses are escaped
