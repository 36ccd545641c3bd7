from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from film_hire.errors import NoDayClosed, NothingChanged
from film_hire.invariants import INVARIANTS
from film_hire.models import Contract, Statement, StatementLine
from film_hire.services import recount, settle_locked, try_terms
from film_hire.services.what_if import apply_terms
from film_hire.tables import statement_table
from jobs.invariants import broken
from orders.services import refund
from reports.models import BusinessDay
from screenings.models import Cinema, Session
from screenings.services import cancel_session
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.film_hire_rows import THURSDAY, a_contract, a_distributor

pytestmark = pytest.mark.django_db

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
MORNING = NOON + WEEK  # Thursday, once the week is closed
Kind = StatementLine.Kind


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def session(cinema: Cinema) -> Session:
    """On Thursday evening, with two tickets at 350.00."""
    session = a_session(a_hall(cinema), start=NOON + 6 * HOUR)
    a_paid_order(session, seats=2)
    return session


def settle(cinema: Cinema, at: datetime = MORNING) -> None:
    close_days(cinema, until=at)
    call_command("settle_film_hire", at=(at + HOUR).isoformat(), verbosity=0)
    assert list(broken(INVARIANTS, {})) == []


def statement() -> Statement:
    return Statement.objects.newest().get()


def lines(of: Statement) -> list[tuple[Any, ...]]:
    rows = of.lines.order_by("is_correction", "kind", "pk")
    return [(row.kind, row.is_correction, row.box_office, row.base, row.hire) for row in rows]


def test_a_week_is_settled_once_its_last_day_is_closed(cinema: Cinema, session: Session) -> None:
    a_contract(session.film)
    settle(cinema, MORNING - DAY)
    assert not Statement.objects.exists()

    settle(cinema)

    made = statement()
    assert (made.first, made.last, made.version) == (THURSDAY, THURSDAY + 6 * DAY, 1)
    assert lines(made) == [
        (Kind.SESSION, False, Decimal("700.00"), Decimal("700.00"), Decimal("0.00")),
        (Kind.WEEK, False, Decimal("700.00"), Decimal("700.00"), Decimal("350.00")),
    ]
    assert made.hire == 350


def test_a_week_is_counted_from_the_start_of_the_contract_by_day_and_time(cinema: Cinema, session: Session) -> None:
    """At 18:00 on the Wednesday before: its second week has a screening on the next Wednesday evening."""
    late = a_session(session.hall, start=NOON + WEEK - DAY + 6 * HOUR)  # Wednesday, 21:00 in Moscow
    a_paid_order(late)
    contract = a_contract(session.film, starts_on=THURSDAY - DAY, starts_at="18:00", percents="50, 10")

    settle(cinema)
    first = list(StatementLine.objects.filter(kind=Kind.WEEK).values_list("week", "base", "hire"))
    settle(cinema, MORNING + WEEK)

    assert first == [(1, 700, 350)]
    assert list(contract.lines.filter(kind=Kind.WEEK, week=2).values_list("base", "hire")) == [(350, 35)]


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_refund_after_the_statement_is_a_correction(cinema: Cinema, session: Session, is_sent: bool) -> None:
    a_contract(session.film, goodwill_reduces=True)
    settle(cinema)
    sent = statement()
    if is_sent:
        Statement.objects.update(status=Statement.Status.SENT)
    order = session.tickets.first().order

    refund(order, lines=[order.tickets.first()], reason="Projector failed", at=MORNING + HOUR)
    settle(cinema, MORNING + WEEK)

    old, new = Statement.objects.get(pk=sent.pk), statement()
    if not is_sent:
        assert old == new
        assert lines(new) == [
            (Kind.SESSION, False, 350, 350, 0),
            (Kind.WEEK, False, 350, 350, 175),
        ]
        return
    assert (old.is_latest, old.version, old.hire) == (False, 1, 350)
    assert lines(old) == lines(new)[:2]
    assert lines(new)[2:] == [(Kind.SESSION, True, -350, -350, 0), (Kind.WEEK, True, -350, -350, -175)]
    assert (new.version, new.hire, new.status) == (2, 175, Statement.Status.READY)


def test_a_goodwill_refund_reduces_nothing_unless_agreed(cinema: Cinema, session: Session) -> None:
    a_contract(session.film)
    order = session.tickets.first().order
    refund(order, lines=[order.tickets.first()], reason="Too loud", at=session.start_datetime + HOUR)

    settle(cinema)

    [line] = StatementLine.objects.filter(kind=Kind.SESSION)
    assert (line.box_office, line.goodwill, line.base) == (350, 350, 700)


def test_the_contract_that_names_most_holds_and_double_bills_have_several(cinema: Cinema, session: Session) -> None:
    a_contract(session.film)
    a_contract(session.film, cinema=cinema, percents="40", share_percent=60)
    a_contract(session.film, a_distributor("Ural"), share_percent=40)
    a_contract(session.film, a_distributor("Ural"), format="3D", percents="90", starts_on=THURSDAY - DAY)

    settle(cinema)

    made = Statement.objects.newest().order_by("distributor__name").values_list("distributor__name", "base", "hire")
    assert list(made) == [("Ural", 280, 140), ("Volga", 420, 168)]


def test_cancelled_screenings_and_films_without_a_contract_are_left_out(cinema: Cinema, session: Session) -> None:
    a_contract(session.film)
    other = a_session(session.hall, start=NOON + DAY, minutes=99)
    a_paid_order(other)
    cancel_session(session, reason="Flood", at=NOON + HOUR)

    settle(cinema)

    assert not Statement.objects.exists()


def test_a_contract_that_is_entered_late_is_settled_with_the_next_week(cinema: Cinema, session: Session) -> None:
    settle(cinema)
    a_contract(session.film)

    settle(cinema, MORNING + WEEK)

    made = statement()
    assert (made.last, made.hire) == (THURSDAY + 13 * DAY, 350)


def test_a_guarantee_is_due_with_the_last_week(cinema: Cinema, session: Session) -> None:
    a_contract(session.film, guarantee=1000, ends_on=THURSDAY + 8 * DAY)
    settle(cinema)

    settle(cinema, MORNING + WEEK)

    assert list(Statement.objects.order_by("last").values_list("hire", flat=True)) == [350, 650]


def test_what_is_paid_in_advance_is_said_and_corrected(cinema: Cinema, session: Session) -> None:
    contract = a_contract(session.film, advance=300)
    settle(cinema)
    made = statement()
    assert (made.hire, made.advance) == (350, 300)
    Statement.objects.update(status="SENT")

    apply_terms(contract, {"advance": 400})
    new = recount(made, at=MORNING + DAY)

    assert (new.version, new.hire, new.advance) == (2, 350, 350)
    week = new.lines.filter(kind=Kind.WEEK).order_by("is_correction")
    assert list(week.values_list("is_correction", "hire", "advance")) == [(False, 350, 300), (True, 0, 50)]
    assert statement_table(new).totals["to_pay"] == 0
    assert list(broken(INVARIANTS, {})) == []


def test_a_statement_is_counted_again_with_the_terms_of_now(cinema: Cinema, session: Session) -> None:
    contract = a_contract(session.film)
    settle(cinema)
    Statement.objects.update(status=Statement.Status.SENT)
    with pytest.raises(NothingChanged):
        recount(statement(), at=MORNING)

    [trial] = try_terms(contract, {"percents": "60", "lowest_price": Decimal(400)}, at=MORNING)
    apply_terms(contract, {"percents": "60"})
    new = recount(statement(), at=MORNING)

    assert (trial.base, trial.hire, trial.proposed_base, trial.proposed_hire) == (700, 350, 800, 480)
    assert (new.version, new.hire) == (2, 420)
    assert lines(new)[2:] == [(Kind.WEEK, True, 0, 0, 70)]
    assert list(broken(INVARIANTS, {})) == []


def test_what_was_sent_keeps_the_words_of_its_calculation(cinema: Cinema, session: Session) -> None:
    contract = a_contract(session.film)
    settle(cinema)
    Statement.objects.update(status=Statement.Status.SENT)
    sent = statement()
    before = statement_table(sent).notes

    apply_terms(contract, {"method": "PER_HEAD", "amount": Decimal(200)})
    new = statement_table(recount(sent, at=MORNING))

    assert statement_table(Statement.objects.get(version=1)).notes == before
    assert [new.notes[0], new.notes[1].partition(": ")[2]] == [before[0], "200\xa0₽ × 2: 400\xa0₽."]
    assert [type(new.totals[name]) for name in ("admissions", "comps")] == [int, int]


def test_no_statement_is_counted_again_while_no_day_is_closed(cinema: Cinema, session: Session) -> None:
    a_contract(session.film)
    settle(cinema)
    BusinessDay.objects.update(closed_at=None)

    with pytest.raises(NoDayClosed):
        recount(statement(), at=MORNING)


def test_a_contract_that_is_moved_away_leaves_corrections_to_nothing(cinema: Cinema, session: Session) -> None:
    contract = a_contract(session.film)
    settle(cinema)
    Statement.objects.update(status=Statement.Status.SENT)
    Contract.objects.filter(pk=contract.pk).update(starts_on=THURSDAY + DAY)

    new = recount(statement(), at=MORNING)

    assert (new.hire, new.base) == (0, 0)


@pytest.mark.parametrize("many", [1, 4])
def test_the_queries_do_not_depend_on_the_number_of_contracts_and_screenings(
    cinema: Cinema, session: Session, many: int, django_assert_num_queries: Any
) -> None:
    for number in range(many):
        shown = a_session(session.hall, start=NOON + DAY + number * 5 * HOUR, minutes=90 + number)
        a_paid_order(shown)
        a_contract(shown.film)
    close_days(cinema, until=MORNING)
    day = BusinessDay.objects.select_related("cinema").get(cinema=cinema, date=date(2026, 11, 11))

    with django_assert_num_queries(13):
        settle_locked(day, at=MORNING)

    assert StatementLine.objects.count() == 2 * many
