"""Compare the figures of closed days with the orders, and build them anew."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from reports.days import Days
from reports.models import FIGURES, BusinessDay, Figures
from reports.services.booking import book, difference
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
    for days in _chunks(checked, cinema):
        for table in FIGURES:
            found = difference(table, days, as_of=end)
            for date in sorted({key[1] for key, row in found.items() if any(row)}):
                yield by_date[date], table


def _chunks(closed: Sequence[BusinessDay], cinema: Cinema) -> Iterator[Days]:
    for start in range(0, len(closed), CHUNK):
        yield Days(closed[start : start + CHUNK], cinemas=[cinema.pk])


def mark_wrong_days(cinemas: Iterable[Cinema]) -> int:
    """Mark wrong days, so that the next close of a day books what they lack. Returns how many. Owns its transaction."""
    wrong = {day.pk for cinema in cinemas for day, _table in wrong_days(cinema)}
    return BusinessDay.objects.filter(pk__in=wrong, recount=False).update(recount=True)


def rebuild(cinema: Cinema) -> int:
    """Delete the figures of the cinema's closed days, and book them again, day by day. Returns the number of rows.

    Each day gets what it would have got, had every fact been recorded in time. Checks, explanations and points held
    stay. Owns its
    transaction.
    """
    with transaction.atomic():
        closed = list(
            BusinessDay.objects.select_for_update(of=("self",))
            .filter(cinema=cinema, closed_at__isnull=False)
            .order_by("starts_at")
        )
        for table in FIGURES:
            table._default_manager.filter(cinema=cinema).delete()
        rows = 0
        for day in closed:
            days = Days(days_to_count(day, recheck=False), cinemas=[cinema.pk])
            rows += book(day, days, as_of=day.ends_at)
            day.save(update_fields=["advances", "stock_value"])
        # What changed more than a day after a screening without a refund, such as a payment that came late.
        for days in _chunks(closed, cinema):
            rows += book(closed[-1], days, as_of=closed[-1].ends_at)
            closed[-1].save(update_fields=["advances", "stock_value"])
        return rows
