"""Tables of figures for the tests of files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from reports.charts import bars
from reports.tables import Column, Kind, Table

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Yekaterinburg")
HOSTILE = ["=1+1", "+1", "@SUM(A1)", "https://example.org", "#x $y$ _z_ *b* <tag> \\ @ref", "a\x00b", 'say "hi"; a,b']


@dataclass(frozen=True)
class Definition:
    name: str = "Received"
    sentence: str = "=Payments that arrived on the day."


COLUMNS = [
    Column("name", "name"),
    Column("day", "day", Kind.DATE),
    Column("at", "time", Kind.INSTANT),
    Column("tickets", "tickets", Kind.INTEGER, is_summed=True),
    Column("amount", "amount", Kind.MONEY, Definition(), is_summed=True),
    Column("share", "share", Kind.PERCENT),
    Column("ratio", "ratio", Kind.DECIMAL),
]


def sample_row(number: int, name: str = "Онегин") -> dict[str, Any]:
    return {
        "name": name,
        "day": date(2026, 11, 5),
        "at": datetime(2026, 11, 5, 21, 30, tzinfo=UTC),
        "tickets": number,
        "amount": Decimal("-1234.50"),
        "share": Decimal("12.5"),
        "ratio": Decimal("0.75"),
    }


def sample_rows(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield sample_row(number)


def sample_table(rows: Any, **given: Any) -> Table:
    return Table("Payments", COLUMNS, rows, **{"subtitle": "Aurora", "zone": ZONE, "notes": ["=By the day."], **given})


def with_chart(rows: Any) -> Table:
    return sample_table(rows, charts=[bars("By day", [("Mon", Decimal(5)), ("Tue", Decimal(7))])])
