"""Statements that are kept ask the same as those that are compiled anew."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from reports.counting import actions, bar, cash, gift_cards, money, orders, points, receipts, stock
from reports.counting.compiled import AS_OF, Statement, shape_of
from reports.days import Days, JoinedDays, PlannedDay
from reports.models import TicketFigures
from reports.reading import _booked_about
from tests.helpers.factories import NOON

MOSCOW, OMSK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk")
Build = tuple[Callable[..., Any], tuple[Any, ...]]  # and what else it is given
OF_ANY_DAYS: list[Build] = [
    *((each, ()) for each in (actions.count, points.count)),
    *((each._rows, ()) for each in (money, orders, cash, gift_cards)),
    (bar._rows, (("item_id",), (20, 22, 22))),
    (receipts._rows, (MOSCOW,)),
    (_booked_about, (TicketFigures,)),
]
OF_SHARED_DAYS: list[Build] = [(stock._rows, ())]


def days(zone: ZoneInfo, cinemas: list[int], *numbers: int) -> Days:
    found = []
    for number in numbers:
        start = datetime.combine(date(2026, 3, number), time(5), zone)
        found.append(PlannedDay(start.date(), start, start + timedelta(days=1)))
    return Days(found, cinemas=cinemas)


IN_A_ROW, WITH_A_GAP = days(MOSCOW, [7, 3], 1, 2, 3), days(OMSK, [5], 1, 2, 9)
TOGETHER = JoinedDays([days(MOSCOW, [7, 3], 1, 2), days(OMSK, [5], 2, 9)])


@pytest.mark.parametrize(
    ("build", "fixed", "asked"),
    [(*each, asked) for each in OF_ANY_DAYS for asked in (IN_A_ROW, WITH_A_GAP, TOGETHER)]
    + [(*each, asked) for each in OF_SHARED_DAYS for asked in (IN_A_ROW, WITH_A_GAP)],
)
def test_a_kept_statement_is_what_is_compiled_anew(build: Any, fixed: Any, asked: Days) -> None:
    anew = build.__wrapped__(asked, NOON, *fixed)
    shape, values = shape_of(asked)
    kept = build.kept(shape, *fixed)

    sql, params = anew.query.get_compiler("default").as_sql()

    assert isinstance(kept, Statement)
    assert kept.sql == sql
    assert kept.params(connection.ops, {**values, AS_OF: NOON}) == list(params)
