"""Sessions without sales go off sale and back into the week planner."""

from datetime import date, timedelta

import pytest

from cinema.status import ForbiddenMove
from orders.reasons import Reason
from orders.services import cancel
from pricing.services.taking_back import take_back
from screenings.errors import SessionOver, SessionSold
from screenings.models import PlannedSession, Session
from screenings.services import publish_week
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_a_session_without_sales_becomes_a_draft_again() -> None:
    session = factories.a_session()
    cancel([factories.an_order(session)], reason=Reason.CUSTOMER, at=NOON)  # what was released does not count
    manager = someone("cinema_manager", session.hall.cinema)

    [planned] = take_back([session], at=NOON, actor=manager)

    session.refresh_from_db()
    assert (session.status, session.cancelled_by) == (Session.Status.CANCELLED, manager)
    names = ("film", "hall", "start_datetime", "ticket_price")
    assert [getattr(planned, name) for name in names] == [getattr(session, name) for name in names]
    assert planned.history.get().history_user == manager
    [again] = publish_week(session.hall.cinema, first=date(2026, 11, 5), at=NOON)
    assert again.start_datetime == session.start_datetime


def test_one_sold_session_keeps_all_on_sale() -> None:
    hall = factories.a_hall()
    sold = factories.a_session(hall)
    free = factories.a_session(hall, start=NOON + timedelta(days=2))
    factories.an_order(sold)

    with pytest.raises(SessionSold) as refused:
        take_back([free, sold], at=NOON)

    assert refused.value.sessions == [sold]
    assert set(Session.objects.values_list("status", flat=True)) == {Session.Status.SCHEDULED}
    assert not PlannedSession.objects.exists()


def test_a_session_that_has_begun_or_is_cancelled_is_not_taken_back() -> None:
    session = factories.a_session()
    with pytest.raises(SessionOver):
        take_back([session], at=session.start_datetime)
    take_back([session], at=NOON)

    with pytest.raises(ForbiddenMove):
        take_back([session], at=NOON)

    assert PlannedSession.objects.count() == 1


@pytest.mark.parametrize("number", [1, 4])
def test_taking_back_costs_the_same_for_any_number(number: int, django_assert_num_queries: object) -> None:
    hall = factories.a_hall()
    sessions = [factories.a_session(hall, start=NOON + timedelta(days=days + 1)) for days in range(number)]

    with django_assert_num_queries(7):  # type: ignore[operator]
        take_back(sessions, at=NOON)
