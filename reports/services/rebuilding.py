"""Compare the figures of closed days with the orders, and build them anew."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db import transaction

from reports.days import Days
from reports.models import FIGURES, BusinessDay, Figures
from reports.reading import counted_once, difference
from reports.services.booking import BALANCES, BATCH, book, set_balances, set_points
from reports.services.closing import RECHECKED, days_to_count
from screenings.models import Cinema

CHUNK = 31  # days that are counted together


def wrong_days(cinema: Cinema, *, but_waiting: bool = False) -> Iterator[tuple[BusinessDay, type[Figures]]]:
    """The closed days whose figures, with all that was booked about them since, are not those of the orders.

    Counted as of the end of the last closed day. `but_waiting` leaves out the days that the next close counts again
    anyway, and so books what was recorded late. About 20 queries for each `CHUNK` of days. Reads only.
    """
    closed = list(BusinessDay.objects.closed().filter(cinema=cinema).order_by("starts_at"))
    if not closed:
        return
    end = closed[-1].ends_at
    checked = [day for day in closed if not but_waiting or (day.ends_at <= end - RECHECKED and not day.recount)]
    by_date = {day.date: day for day in checked}
    for days in _chunks(checked, [cinema.pk]):
        counted = counted_once(days, as_of=end)
        for table in FIGURES:
            found = difference(table, counted(table), days)
            for about in sorted({key[1] for key, row in found.items() if any(row)}):
                yield by_date[about], table


def _chunks(closed: Sequence[BusinessDay], cinemas: Collection[int]) -> Iterator[Days]:
    for start in range(0, len(closed), CHUNK):
        yield Days(closed[start : start + CHUNK], cinemas=cinemas)


def mark_wrong_days(cinemas: Iterable[Cinema]) -> int:
    """Mark wrong days, so that the next close of a day books what they lack. Returns how many. Owns its transaction."""
    wrong = {day.pk for cinema in cinemas for day, _table in wrong_days(cinema)}
    return BusinessDay.objects.filter(pk__in=wrong, recount=False).update(recount=True)


def rebuild(cinemas: Iterable[Cinema]) -> int:
    """Delete the figures of the closed days of these cinemas, and book them again, day by day. Returns the number of
    rows.

    Each day gets what it would have got, had every fact been recorded in time. Checks, explanations and points held
    stay, and points that were not stored are counted. Cinemas whose days begin and end together are counted together.
    Owns its transaction.
    """
    with transaction.atomic():
        pks = [cinema.pk for cinema in cinemas]
        # Cinemas and open days too: a day that was closed meanwhile would lose its figures.
        list(Cinema.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk"))
        locked = BusinessDay.objects.select_for_update(of=("self",)).filter(cinema__in=pks).order_by("pk")
        closed: defaultdict[int, list[BusinessDay]] = defaultdict(list)
        for day in locked:
            if day.closed_at is not None:
                closed[day.cinema_id].append(day)
        for days in closed.values():
            days.sort(key=lambda day: day.starts_at)
        for table in FIGURES:
            table._default_manager.filter(cinema__in=closed).delete()
        set_points(day for days in closed.values() for day in days if day.points_held is None)
        rows = sum(_book_in_time(days) for days in _together(closed.values()))
        rows += sum(_book_the_rest(cinemas) for cinemas in _with_same_days(closed.values()))
        for days in closed.values():
            _store_balances(days)
        return rows


def _together(of_cinemas: Iterable[list[BusinessDay]]) -> list[list[BusinessDay]]:
    """The days of cinemas in as few lists as possible: in each, what is one date begins and ends at the same time."""
    groups: list[tuple[dict[date, tuple[datetime, datetime]], list[BusinessDay]]] = []
    for days in of_cinemas:
        bounds = {day.date: (day.starts_at, day.ends_at) for day in days}
        for shared, group in groups:
            if all(shared.get(day, both) == both for day, both in bounds.items()):
                shared.update(bounds)
                group += days
                break
        else:
            groups.append((bounds, list(days)))
    return [group for _shared, group in groups]


def _book_in_time(days: Iterable[BusinessDay]) -> int:
    """Book each date of these days with what was known by its end."""
    dates: defaultdict[datetime, list[BusinessDay]] = defaultdict(list)
    for day in days:
        dates[day.starts_at].append(day)
    rows = 0
    for _start, same in sorted(dates.items()):
        counted = Days(days_to_count(same, recheck=False), cinemas=[day.cinema_id for day in same])
        rows += book(same, counted, as_of=same[0].ends_at)
    return rows


def _with_same_days(of_cinemas: Iterable[list[BusinessDay]]) -> Iterable[list[list[BusinessDay]]]:
    """The days of cinemas, grouped by cinemas that have exactly the same ones."""
    groups: defaultdict[tuple[tuple[date, datetime, datetime], ...], list[list[BusinessDay]]] = defaultdict(list)
    for days in of_cinemas:
        groups[tuple((day.date, day.starts_at, day.ends_at) for day in days)].append(days)
    return groups.values()


def _book_the_rest(closed: Sequence[Sequence[BusinessDay]]) -> int:
    """Book what changed more than a day after a screening without a refund, such as a payment that came late, with the
    last day. `closed` has the days of each cinema; all have the same days, so that each statement is asked for all of
    them together.
    """
    last = [days[-1] for days in closed]
    chunks = _chunks(closed[0], [day.cinema_id for day in last])
    return sum(book(last, days, as_of=last[0].ends_at) for days in chunks)


def _store_balances(closed: Sequence[BusinessDay]) -> None:
    set_balances(closed)
    BusinessDay.objects.bulk_update(closed, [*BALANCES, "points_held", "points_owed"], batch_size=BATCH)
