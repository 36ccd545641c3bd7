from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command

from cinema.money import CENT
from consistency import invariants
from consistency.invariants import violations
from orders.models import Ticket
from orders.services import collect, mark_paid, refund
from reports.models import FIGURES, BusinessDay, MoneyFigures, TicketFigures
from reports.services import mark_wrong_days, rebuild, wrong_days
from reports.services.closing import RECHECKED
from tests.helpers.business_days import close_days
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import (
    LONG_AGO,
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_item,
    an_order,
)
from tests.helpers.sampling import EXHAUSTIVE
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = date(2026, 11, 5)
END = datetime(2026, 11, 6, 2, tzinfo=UTC)


@pytest.fixture
def cinema():
    """A refund the day after the screening, in a cinema of which two days are closed."""
    cinema = a_cinema()
    session = a_session(a_hall(cinema), start=NOON + timedelta(hours=1))
    order = a_paid_order(session, seats=2, snacks=[(an_item(cinema), 1)])
    collect(order.preorders.get(), at=NOON)
    close_days(cinema, until=END)
    refund(order, lines=[order.tickets.first()], reason="Goodwill", at=NOON + DAY)
    close_days(cinema, until=END + DAY)
    return cinema


def rows():
    return {
        table.__name__: sorted(table.objects.values_list("day", "about", *table.KEY, *table.MEASURES), key=str)
        for table in FIGURES
    }


def wrong(cinema, **options):
    return [(day.date, table) for day, table in wrong_days(cinema, **options)]


def test_a_rebuild_books_the_same_rows_on_the_same_days(cinema):
    before = rows()

    assert rebuild([cinema]) == sum(map(len, before.values()))

    assert rows() == before


def test_a_rebuild_books_what_was_recorded_late_on_the_day_that_it_is_about(cinema):
    late = an_order(a_session(a_hall(cinema), start=NOON + 2 * DAY))
    mark_paid(late, gateway="cash", amount=late.final_amount, at=NOON)
    close_days(cinema, until=END + 2 * DAY)
    assert MoneyFigures.objects.filter(about=TODAY, day__date=TODAY + 2 * DAY).exists()

    rebuild([cinema])

    assert not MoneyFigures.objects.filter(about=TODAY, day__date=TODAY + 2 * DAY).exists()
    assert wrong(cinema) == []


def test_a_rebuild_books_a_guest_who_was_admitted_after_the_end_of_the_day(cinema):
    Ticket.objects.filter(refund_line=None).update(used_at=END + 40 * timedelta(hours=1))
    close_days(cinema, until=END + 2 * DAY)
    used = list(TicketFigures.objects.filter(used=1).values_list("day__date", "about"))
    assert used == [(TODAY + 2 * DAY, TODAY)]

    rebuild([cinema])

    assert list(TicketFigures.objects.filter(used=1).values_list("day__date", "about")) == used
    assert wrong(cinema) == []


def test_cinemas_that_are_rebuilt_together_have_the_rows_of_each_alone(cinema):
    same_days, younger, far = a_cinema(), a_cinema(), a_cinema(time_zone="Asia/Vladivostok")
    for each, at in ((same_days, NOON), (younger, NOON + DAY), (far, NOON)):
        a_paid_order(a_session(a_hall(each), start=at + timedelta(hours=1)), seats=2, at=at)
    Ticket.objects.filter(refund_line=None).update(used_at=END + 40 * timedelta(hours=1))
    cinemas = [cinema, same_days, younger, far]
    for each in cinemas:
        close_days(each, until=END + 2 * DAY)
    alone = [(rebuild([each]), rows()) for each in cinemas]

    together = rebuild(cinemas)

    assert together == sum(number for number, _rows in alone)
    assert rows() == alone[-1][1]
    assert [wrong(each) for each in cinemas] == [[], [], [], []]


def test_a_rebuild_of_a_cinema_without_closed_days_does_nothing():
    assert rebuild([a_cinema()]) == 0


def test_a_wrong_row_is_found_marked_and_corrected_by_the_next_close(cinema):
    assert wrong(cinema) == []
    TicketFigures.objects.filter(sold=2).update(sold=3)
    assert wrong(cinema) == [(TODAY, TicketFigures)]

    close_days(cinema, until=END + 20 * DAY)  # the first of these closes counts the week before again
    assert wrong(cinema) == []

    TicketFigures.objects.filter(sold=3).update(sold=4)
    close_days(cinema, until=END + 21 * DAY)
    assert wrong(cinema) == [(TODAY, TicketFigures)]
    assert (mark_wrong_days([cinema]), mark_wrong_days([cinema])) == (1, 0)

    close_days(cinema, until=END + 22 * DAY)
    assert wrong(cinema) == []
    correction = TicketFigures.objects.get(day__date=TODAY + 22 * DAY)
    assert (correction.about, correction.sold) == (TODAY, -1)
    assert not BusinessDay.objects.filter(recount=True).exists()


def test_the_nightly_check_reports_a_wrong_day_that_no_close_will_count_again(cinema):
    TicketFigures.objects.filter(sold=2).update(sold=3)
    now = END + 30 * DAY
    assert wrong(cinema, but_waiting=True) == []  # the next close books it

    TicketFigures.objects.filter(sold=3).update(sold=2)
    close_days(cinema, until=END + DAY + RECHECKED)
    TicketFigures.objects.filter(sold=2).update(sold=3)

    day = BusinessDay.objects.get(date=TODAY)
    assert wrong(cinema, but_waiting=True) == [(TODAY, TicketFigures)]
    assert f"reports.businessday:{day.pk}" in [violation.row for violation in violations(now)]
    BusinessDay.objects.filter(date=TODAY).update(recount=True)
    assert wrong(cinema, but_waiting=True) == []


def test_the_command_marks_wrong_days_or_books_all_of_them_again(cinema):
    TicketFigures.objects.filter(sold=2).update(sold=3)

    said = StringIO()
    call_command("rebuild_reports", stdout=said)
    assert said.getvalue() == "1 days differ from the orders and will be counted again.\n"

    said = StringIO()
    call_command("rebuild_reports", from_scratch=True, stdout=said)
    assert said.getvalue() == f"{sum(map(len, rows().values()))} rows were booked.\n"
    assert wrong(cinema) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_one_unit_too_much_or_too_little_in_any_figure_of_a_closed_day_breaks_an_invariant(settings):
    settings.RECEIPTS_SINCE = LONG_AGO
    cinema = a_cinema()
    order = a_paid_order(
        a_session(a_hall(cinema), start=NOON + timedelta(hours=1)),
        seats=2,
        snacks=[(an_item(cinema), 1)],
        customer=a_customer(points=50),
        points=10,
    )
    shift = a_shift(cinema, opening_float=Decimal(500), at=NOON)
    lines, soon = [order.tickets.first()], NOON + timedelta(minutes=1)
    refund(order, lines=lines, reason="Ill", at=soon, actor=shift.cashier)
    collect(order.preorders.get(), at=soon)
    run("send_receipts", at=NOON + timedelta(minutes=2))
    a_gift_card(shift)
    close_days(cinema, until=END + RECHECKED + DAY)  # the nightly check leaves out days that are counted again anyway
    assert broken_figures() == set()

    unnoticed = []
    for table in FIGURES:
        row = table.objects.filter(about=TODAY).first()
        for measure in table.MEASURES:
            right = getattr(row, measure)
            unit = CENT if isinstance(right, Decimal) else 1
            for wrong_by in (unit, -unit) if EXHAUSTIVE else (unit,):
                table.objects.filter(pk=row.pk).update(**{measure: right + wrong_by})
                if broken_figures() != {str(table._meta.verbose_name)}:
                    unnoticed.append((table.__name__, measure, wrong_by))
            table.objects.filter(pk=row.pk).update(**{measure: right})

    assert unnoticed == []
    assert broken_figures() == set()


def broken_figures():
    """The tables of figures of which the nightly check says that a closed day is not what its orders say."""
    with (
        patch.object(invariants, "broken", lambda *_args: []),
        patch.object(invariants, "overdue_rows", lambda *_args, **_options: []),
    ):
        found = list(violations(END))
    said = "The figures of a closed day are what its orders say: "
    return {violation.statement.removeprefix(said) for violation in found}
