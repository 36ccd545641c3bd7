"""Business days are closed, screenings counted and reports rebuilt while others sell, refund and check in.

In the end nothing is lost or counted twice. Negative control: the races run once more without what decides them.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Sum

from orders.models import Order, Ticket
from orders.services import check_in, complete, mark_paid, refund
from payments.models import Payment
from reports.models import FIGURES, BusinessDay, MoneyFigures, SessionFigures, TicketFigures
from reports.services import closing, rebuild, wrong_days
from screenings.models import Cinema, Session
from screenings.services import complete_sessions
from tests.helpers.business_days import close_days
from tests.helpers.factories import a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item, an_order
from tests.helpers.sampling import EXHAUSTIVE, sample
from tests.reliability.crash_points import InterleavingPoints
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, interleaver, without_row_locks
from tests.reliability.run_job import leases_always_granted, run
from tests.reliability.scenario import AT, DAY, HOUR, MINUTE

pytestmark = pytest.mark.postgres

END = datetime(2026, 11, 6, 2, tzinfo=UTC)  # of the business day of AT: 05:00 in Moscow
CLOSE = END + 20 * MINUTE
LATE = END - MINUTE  # the instant of facts that are committed while the day is closed
POINTS = 6  # at which the first action is paused in `make test`; in `make proofs` at every other one


@dataclass(frozen=True)
class Race:
    first: Action
    second: Action
    without_protection: Callable[[], AbstractContextManager[Any]]


def a_day() -> None:
    """A screening is over: of three guests one came. Another order waits for its money, and one is for tomorrow."""
    cinema = a_cinema()
    hall, item = a_hall(cinema), an_item(cinema)
    over, tomorrow = a_session(hall, start=AT + HOUR), a_session(hall, start=AT + DAY)
    pair = a_paid_order(over, seats=2, snacks=[(item, 1)])
    a_paid_order(over, customer=a_customer(points=50), points=20)
    an_order(tomorrow, seats=2, snacks=[(item, 2)], channel="RESERVATION")
    check_in(pair.tickets.earliest("pk"), at=over.start_datetime)
    complete_sessions([over], at=AT + 4 * HOUR)


def a_closed_day() -> None:
    """The same day after its close, and one more to be closed."""
    a_day()
    close_days(Cinema.objects.get(), until=END)
    late_sale()


def a_screening_to_count() -> None:
    a_day()
    complete(Order.objects.over(AT + 4 * HOUR), at=AT + 4 * HOUR)


# --- Actions


def close() -> None:
    run("close_business_day", at=CLOSE)


def close_the_next_day() -> None:
    run("close_business_day", at=CLOSE + DAY)


def late_sale() -> None:
    order = Order.objects.get(channel="RESERVATION")
    mark_paid(order, gateway="cash", amount=order.final_amount, at=LATE)


def late_refund() -> None:
    order = Order.objects.filter(tickets__isnull=False).earliest("pk")
    refund(order, lines=[order.tickets.latest("pk"), order.preorders.get()], reason="Ill", at=LATE)


def late_scan() -> None:
    """A scanner that was without a network hands in whom it admitted."""
    check_in(
        Ticket.objects.filter(status=Ticket.Status.PAID).earliest("pk"), at=LATE, override="Scanned without a network"
    )


def count_screenings() -> None:
    run("update_session_figures", at=AT + 5 * HOUR)


def refund_a_guest() -> None:
    order = Order.objects.filter(status=Order.Status.COMPLETED).earliest("pk")
    refund(order, lines=[order.tickets.latest("pk")], reason="Goodwill", at=AT + 5 * HOUR)


def rebuild_reports() -> None:
    rebuild(Cinema.objects.all())


# --- Protections removed


@contextmanager
def without_counting_again() -> Iterator[None]:
    """A close counts its own day only, and looks at no earlier one."""
    with patch.object(closing, "days_to_count", lambda days, **_options: list(days)):
        yield


@contextmanager
def without_correcting_screenings() -> Iterator[None]:
    with patch.object(closing, "_sessions_corrected_on", lambda *_days: Session.objects.none()):
        yield


@contextmanager
def without_locks_or_counting_again() -> Iterator[None]:
    """A rebuild locks nothing, and the close after it, which counts the week before again, mends nothing."""
    with without_row_locks(), without_counting_again():
        yield


RACES = {
    "a close and a sale": (a_day, Race(close, late_sale, without_counting_again)),
    "a close and a refund": (a_day, Race(close, late_refund, without_counting_again)),
    "a close and a check-in": (a_day, Race(close, late_scan, without_counting_again)),
    "two closes": (a_day, Race(close, close, without_row_locks)),
    "screenings counted and a refund": (
        a_screening_to_count,
        Race(count_screenings, refund_a_guest, without_correcting_screenings),
    ),
    "a rebuild and a close": (a_closed_day, Race(rebuild_reports, close_the_next_day, without_locks_or_counting_again)),
    "a rebuild and a refund": (a_closed_day, Race(rebuild_reports, late_refund, without_counting_again)),
}


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None) -> Iterator[None]:
    with leases_always_granted():
        yield


def ends(snapshot: Action, race: Race, *, one_in: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Each point at which the first action was paused, or `POINTS` of them, and what is wrong in the end."""
    restore_snapshot(snapshot)
    with InterleavingPoints().counting() as points:
        race.first()
    step = max(points.passed // POINTS, 1)
    tried = range(2, points.passed + 1, one_in or step)
    with interleaver() as interleave:
        for point in sorted(tried, key=lambda point: point % step):  # far apart first: some ends come soon
            restore_snapshot(snapshot)
            schedule = interleave(race.first, race.second, at_point=point)
            errors = [repr(each) for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
            yield point, errors + wrong_figures()


def wrong_figures() -> list[str]:
    """What is wrong once two more days are closed, which book what came late."""
    cinema = Cinema.objects.get()
    before = _closed_rows()
    close_days(cinema, until=END + DAY)
    close_days(cinema, until=END + 2 * DAY)
    wrong = [f"{table.__name__} of {day}" for day, table in wrong_days(cinema)]
    after = _closed_rows()
    if any(after.get(key) != row for key, row in before.items()):
        wrong.append("a closed day has changed")
    money = Payment.objects.filter(status=Payment.Status.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"]
    if MoneyFigures.objects.exclude(tender="points").aggregate(sum=Sum("received"))["sum"] != money:
        wrong.append("payments")
    refunded = Ticket.objects.filter(refund_line__isnull=False).count()
    if TicketFigures.objects.aggregate(sum=Sum("refunded"))["sum"] != refunded:
        wrong.append("refunded tickets")
    for figures in SessionFigures.objects.all():
        tickets = Ticket.objects.filter(session=figures.session)
        if figures.refunded != tickets.filter(refund_line__isnull=False).count():
            wrong.append(f"refunds of {figures}")
    return wrong


def _closed_rows() -> dict[tuple[str, int], dict[str, Any]]:
    rows: dict[tuple[str, int], Any] = {
        (table.__name__, row["id"]): row for table in FIGURES for row in table.objects.values()
    }
    closed = BusinessDay.objects.closed().values("id", "closed_at", "ends_at")
    return rows | {("BusinessDay", row["id"]): row for row in closed}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("race", sample(list(RACES), turn=0))
def test_nothing_is_lost_or_counted_twice(race: str) -> None:
    assert [end for end in ends(*RACES[race], one_in=2 if EXHAUSTIVE else None) if end[1]] == []


@pytest.mark.slow
@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("race", RACES)
def test_without_its_protection_a_race_ends_wrong(race: str) -> None:
    snapshot, actions = RACES[race]

    with actions.without_protection():
        wrong = next((end for end in ends(snapshot, actions, one_in=1) if end[1]), None)

    assert wrong is not None
