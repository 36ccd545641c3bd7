"""What reports cost in a chain with two years behind it (see `History`): rebuilding, closing a day, pages, files."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, Sum
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reports.catalogue.lists import LISTS
from reports.models import FIGURES, BusinessDay, DayCheck, Engagement, Segment, SessionFigures
from reports.models.business_days import LAST_SALES
from reports.services import ask, close_locked, forget, open_days, rebuild, refresh_locked
from screenings.models import Cinema, Film, Session
from tests.bench import sql_engagement, sql_reports
from tests.bench.history import History
from tests.bench.measuring import alternate, counted
from tests.bench.pages import staff
from tests.bench.world import analyse

DAY = timedelta(days=1)
ARCHIVED_AFTER = 30 * DAY
REBUILT_WITHIN = 600  # seconds
MOST_QUERIES = 15
FILE_ROWS = 100_000

Run = Callable[..., tuple[str, float]]  # a job in a process of its own: what it says, and its memory in megabytes
Row = tuple[str, str, str, bool]  # what, measured, goal, whether it is met


def rows(history: History, at: datetime, *, visits: int, run: Run, wants: Callable[[str], bool]) -> Iterator[Row]:
    begun = time.monotonic()
    create_rows(history, at)
    yield f"reports: {history.tickets} tickets made", f"{time.monotonic() - begun:.0f} s", "", True
    days = BusinessDay.objects.closed().count()
    took = rebuild_all()
    yield f"reports: rebuild of {days} days", f"{took:.0f} s", f"{REBUILT_WITHIN} s", took < REBUILT_WITHIN
    if wants("reports: day by day"):
        cinema = Cinema.objects.order_by("pk")[0]
        rebuilt = figures_of(cinema)
        each = close_one_by_one(cinema) * 1000
        same = figures_of(cinema) == rebuilt
        yield (
            "reports: day by day, the same as rebuilt",
            f"{'yes' if same else 'NO'} ({each:.0f} ms a day)",
            "yes",
            same,
        )
    if wants("reports: close"):
        yield from _closing(run)
    begun = time.monotonic()
    said, megabytes = run("refresh_engagement", "--at", at.isoformat())
    took = time.monotonic() - begun
    yield f"reports: {said.partition(',')[0]}", f"{took:.0f} s, {megabytes:.0f} MB", "150 MB", megabytes < 150
    if wants("reports: customers"):
        yield _customers(at)
    goal = 200 if history.tickets <= 1_000_000 else 300
    client = staff()["owner"]
    for name, address in pages(at):
        if wants(f"reports: {name}"):
            milliseconds, fastest, queries = visit(client, address, times=visits)
            yield (
                f"reports: {name}",
                f"{milliseconds:.0f} ms (fastest {fastest:.0f}), {queries} queries",
                f"{goal}, {MOST_QUERIES}",
                milliseconds < goal and queries <= MOST_QUERIES,
            )
    if wants("reports: file"):
        yield _file(at, run)


def _closing(run: Run) -> Iterator[Row]:
    """The last closed day of each cinema, by the job's code and by hand; neither is kept. Then by the job."""
    last = [
        BusinessDay.objects.closed().filter(cinema=each).latest("starts_at") for each in Cinema.objects.order_by("pk")
    ]
    reopen(last)
    analyse()

    def ours(number: int) -> None:
        day = BusinessDay.objects.select_for_update().get(pk=last[number].pk)
        close_locked(day, at=day.ends_at + LAST_SALES)

    def by_hand(number: int) -> None:
        with connection.cursor() as cursor:
            sql_reports.close(cursor, last[number])

    for number in range(len(last)):
        wrote = [_undone(partial(_close_and_read, close, number, last[number])) for close in (ours, by_hand)]
        if wrote[0] != wrote[1]:
            raise AssertionError(f"close of {last[number]}: {differing(*wrote)}")
    pairs = alternate(
        lambda number: _undone(lambda: ours(number % len(last))),
        lambda number: _undone(lambda: by_hand(number % len(last))),
        pairs=2 * len(last),
    )
    with counted() as queries:
        _undone(lambda: ours(0))
    measured = f"{pairs.median_ratio:.2f} ({pairs.noise}; {median(pairs.ours) * 1000:.0f} ms, {len(queries)} queries)"
    yield "reports: close of a day against SQL", measured, "2.0 times", pairs.median_ratio <= 2.0
    at = max(day.ends_at for day in last) + LAST_SALES
    said, megabytes = run("close_business_day", "--at", at.isoformat())
    yield f"reports: memory, {said.partition(',')[0]}", f"{megabytes:.0f} MB", "150 MB", megabytes < 150


def _close_and_read(close: Callable[[int], None], number: int, day: BusinessDay) -> dict[str, Any]:
    close(number)
    return written(day)


def _customers(at: datetime) -> Row:
    """`refresh_engagement` by the job's code and by hand; neither is kept."""

    def ours() -> None:
        refresh_locked(Engagement.objects.select_for_update().get(), at=at)

    def by_hand() -> None:
        with connection.cursor() as cursor:
            sql_engagement.refresh(cursor, at)

    for table, number in _undone(lambda: _both_ways(ours, by_hand)).items():
        if number:
            raise AssertionError(f"{table}: {number} rows differ")
    pairs = alternate(lambda _number: _undone(ours), lambda _number: _undone(by_hand), pairs=3)
    with counted() as queries:
        _undone(ours)
    measured = f"{pairs.median_ratio:.2f} ({pairs.noise}; {median(pairs.ours):.1f} s, {len(queries)} queries)"
    return "reports: customers counted anew against SQL", measured, "2.0 times", pairs.median_ratio <= 2.0


def _both_ways(ours: Callable[[], None], by_hand: Callable[[], None]) -> dict[str, int]:
    """The number of rows of each table that only one of the two has written; duplicates count."""
    found = {}
    ours()
    with connection.cursor() as cursor:
        for table, columns in sql_engagement.COLUMNS.items():
            cursor.execute(f"CREATE TEMPORARY TABLE ours_{table} ON COMMIT DROP AS SELECT {columns} FROM {table}")
        by_hand()
        for table, columns in sql_engagement.COLUMNS.items():
            kept, new = f"SELECT * FROM ours_{table}", f"SELECT {columns} FROM {table}"
            differ = f"({kept} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {kept})"
            cursor.execute(f"SELECT count(*) FROM ({differ}) rows")
            [found[table]] = cursor.fetchone()
    return found


class _Undo(Exception):
    pass


def _undone(action: Callable[[], Any]) -> Any:
    """What the action returns; what it writes is rolled back."""
    found = None
    with suppress(_Undo), transaction.atomic():
        found = action()
        raise _Undo
    return found


def written(day: BusinessDay) -> dict[str, Any]:
    """What the close of the day has stored."""
    found: dict[str, Any] = {}
    for table in FIGURES:
        rows = table._default_manager.filter(day=day).values_list("cinema", "about", *table.KEY, *table.MEASURES)
        found[table.__name__] = sorted(rows, key=repr)
    found["checks"] = list(DayCheck.objects.filter(day=day).order_by("name").values_list("name", "left", "right"))
    found["day"] = BusinessDay.objects.values_list("closed_at", "advances").get(pk=day.pk)
    sessions = SessionFigures.objects.filter(cinema=day.cinema, about__range=(day.date - 30 * DAY, day.date))
    found["sessions"] = list(
        sessions.order_by("session").values_list("session", "sold", "refunded", "used", "no_shows")
    )
    return found


def differing(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    return {
        key: (
            [row for row in ours[key] if row not in theirs[key]],
            [row for row in theirs[key] if row not in ours[key]],
        )
        for key in ours
        if ours[key] != theirs[key]
    }


def visit(client: Client, address: str, *, times: int) -> tuple[float, float, int]:
    """The median and the fastest of visits of a warm page in milliseconds, and its queries."""
    client.get(address)
    with counted() as queries:
        response = client.get(address)
    form = getattr(response, "context_data", {}).get("form")
    if response.status_code != 200 or getattr(form, "errors", None):
        raise AssertionError(f"{address}: {response.status_code}")
    took = []
    for _visit in range(times):
        begun = time.perf_counter()
        client.get(address)
        took.append(time.perf_counter() - begun)
    return median(took) * 1000, min(took) * 1000, len(queries)


def _file(at: datetime, run: Run) -> Row:
    """A list of payments as XLSX, from its beginning until there are `FILE_ROWS` rows."""
    last = (at - DAY).date()
    days = max(1, 730 * FILE_ROWS // max(FILE_ROWS, _payments()))
    owner = User.objects.get(email="owner@example.org")
    period = {"cinemas": list(Cinema.objects.all()), "first": last - days * DAY, "last": last}
    file = ask("payments", parameters={}, format="xlsx", language="en", person=owner, at=at, **period)
    begun = time.monotonic()
    _said, megabytes = run("build_reports")
    took = time.monotonic() - begun
    file.refresh_from_db()
    if file.status != "READY":
        raise AssertionError(f"{file}: {file.status}, {file.problem}")
    forget([file], at=at)
    return (
        f"reports: file, {file.rows_done} rows as XLSX",
        f"{took:.0f} s, {megabytes:.0f} MB",
        "100 MB",
        megabytes < 100,
    )


def _payments() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_payment")
        return int(cursor.fetchone()[0])


# --- The data


def create_rows(history: History, at: datetime) -> None:
    """The chain, with the figures of its screenings, and its past business days closed but not counted."""
    history.create(at)
    analyse()
    with transaction.atomic():
        open_days(Cinema.objects.order_by("pk"), at=at)
    closed = BusinessDay.objects.filter(ends_at__lte=at - LAST_SALES)
    closed.update(closed_at=F("ends_at") + LAST_SALES)
    call_command("update_session_figures", at=at, stdout=StringIO())
    Session.objects.filter(end_datetime__lte=at - ARCHIVED_AFTER).update(archived_at=at)
    analyse()


def rebuild_all() -> float:
    """Count all closed days. The seconds that it took."""
    begun = time.monotonic()
    rebuild(Cinema.objects.order_by("pk"))
    took = time.monotonic() - begun
    analyse()
    return took


def figures_of(cinema: Cinema) -> dict[str, list[tuple[Any, ...]]]:
    """What is known by now about each date, and each day's balance of advances."""
    found: dict[str, Any] = {}
    for table in FIGURES:
        columns = ("about", *table.KEY)
        rows = table._default_manager.filter(cinema=cinema).order_by().values_list(*columns)
        sums = rows.annotate(*(Sum(measure) for measure in table.MEASURES))
        found[table.__name__] = sorted((row for row in sums if any(row[len(columns) :])), key=repr)
    found["advances"] = list(
        BusinessDay.objects.closed().filter(cinema=cinema).order_by("date").values_list("date", "advances")
    )
    return found


def close_one_by_one(cinema: Cinema) -> float:
    """Forget what is known about the days of the cinema, and close them again as the job does. The seconds for one."""
    days = list(BusinessDay.objects.closed().filter(cinema=cinema).order_by("starts_at"))
    reopen(days)
    begun = time.monotonic()
    for day in days:
        with transaction.atomic():
            close_locked(BusinessDay.objects.select_for_update().get(pk=day.pk), at=day.ends_at + LAST_SALES)
    return (time.monotonic() - begun) / len(days)


def reopen(days: list[BusinessDay]) -> None:
    with transaction.atomic():
        for table in FIGURES:
            table._default_manager.filter(day__in=days).delete()
        DayCheck.objects.filter(day__in=days).delete()
        BusinessDay.objects.filter(pk__in=[day.pk for day in days]).update(closed_at=None, advances=0)


def pages(at: datetime) -> Iterator[tuple[str, str]]:
    """Each page as it opens, and those with a choice that costs most. Name and address."""
    cinema, other = Cinema.objects.order_by("pk")[:2]
    today = cinema.business_date(at)
    yesterday = today - DAY
    shown = Session.objects.filter(start_datetime__range=(at - 9 * DAY, at - DAY))
    film, another = Film.objects.filter(pk__in=shown.values("film")).order_by("pk")[:2]
    a_year = {"first": (yesterday - 364 * DAY).isoformat(), "last": yesterday.isoformat()}

    def page(name: str, **chosen: Any) -> str:
        return reverse(f"admin:reports_{name}") + (f"?{urlencode(chosen)}" if chosen else "")

    yield "first page", reverse("admin:index")
    yield "takings of a week", page("takings")
    for by in ("day", "film", "hall", "format", "promocode"):
        yield f"takings of 4 weeks by {by}", page("takings", by=by, first=(yesterday - 27 * DAY).isoformat())
    for by in ("month", "film", "format", "ticket_type"):
        yield f"takings of a year by {by}", page("takings", by=by, **a_year)
    yield "takings, a period before", page("takings", compare="before")
    yield "takings of a year, a year before", page("takings", by="month", compare="year", **a_year)
    other_dates = {"other_first": (yesterday - 100 * DAY).isoformat()}
    yield "takings, other dates", page("takings", compare="dates", **other_dates)
    yield "takings of a week by screening", page("takings", by="screening")
    yield "takings, two cinemas", page("takings", cinema=cinema.pk, compare=f"cinema:{other.pk}")
    yield "takings, two films", page("takings", film=film.pk, compare=f"film:{another.pk}")
    yield "money of a week", page("money")
    yield "money of a year", page("money", **a_year)
    yield "bar of a week", page("bar")
    yield "bar of a year", page("bar", **a_year)
    yield "losses of a week", page("losses")
    yield "losses of a year", page("losses", **a_year)
    yield "points of a year", page("points")
    yield "films of a week", page("films")
    yield "films of a year", page("films", **a_year)
    yield "films by their whole run", page("films", rank="run")
    yield "occupancy of 4 weeks", page("occupancy")
    yield "occupancy of a year", page("occupancy", **a_year)
    yield "day sheet of yesterday", page("day")
    yield "day sheet of today", page("day", day=today.isoformat())
    yield "day sheet a year ago", page("day", day=(yesterday - 365 * DAY).isoformat())
    yield "month sheet", page("month")
    tonight = Session.objects.filter(start_datetime__gt=at).order_by("start_datetime", "pk")[0]
    yield "a screening with its booking curve", reverse("admin:screenings_session_change", args=[tonight.pk])
    yield "balances of yesterday", page("balances")
    yield "balances of today", page("balances", day=today.isoformat())
    for report in LISTS:
        yield f"list of {report}", page("lists", report=report)
    for name in ("customers", "cohorts", "groups", "favourites", "reminders", "winback"):
        yield f"about customers: {name}", page(name)
    segment, _is_new = Segment.objects.get_or_create(name="Regulars", defaults={"min_visits": 3})
    yield "a segment", reverse("admin:reports_segment_change", args=[segment.pk])
    yield "business days", reverse("admin:reports_businessday_changelist")
    yield "checks of days", reverse("admin:reports_daycheck_changelist")
    yield "actions of 4 weeks", page("actions")
    yield "actions of a year", page("actions", **a_year)
