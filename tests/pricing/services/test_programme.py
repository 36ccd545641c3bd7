"""Advice for a week: from the forecasts, for what has no sales, and its lines carried out in the planner."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import AdviceChanged
from pricing.services import programme
from pricing.services.advice_lines import Agreed
from pricing.services.programme import advise_week, take
from screenings.models import Film, Hall, PlannedSession, Session
from screenings.services import draft, schedule
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

WEEK = date(2026, 11, 12)
EVENING = datetime(2026, 11, 13, 16, tzinfo=UTC)

Expected = dict[str, float]  # by film


@pytest.fixture
def small() -> Hall:
    return factories.a_hall(rows=["ssss"])


@pytest.fixture
def large(small: Hall) -> Hall:
    return factories.a_hall(small.cinema)


@pytest.fixture
def hit() -> Film:
    return Film.objects.create(title="Hit", duration_minutes=100)


@pytest.fixture
def flop() -> Film:
    return Film.objects.create(title="Flop", duration_minutes=100)


@pytest.fixture(autouse=True)
def forecasts(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Expected:
    """As many as want to come, or as the hall has seats. Showings cost nothing, unless a test says otherwise."""
    demand = {"Hit": 18.0, "Flop": 3.0}

    def expect(sessions: Sequence[Session]) -> list[dict[str, float]]:
        return [{"mean": min(demand[each.film.title], each.hall.seats.count())} for each in sessions]

    monkeypatch.setattr(programme, "expect", expect)
    settings.ADVICE_COST, settings.ADVICE_LEAST = 8, 2
    return demand


def test_the_hit_changes_halls_with_the_flop(small: Hall, large: Hall, hit: Film, flop: Film, settings: Any) -> None:
    settings.ADVICE_LINES = 1
    planned = draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)
    session = schedule(film=flop, hall=large, start=EVENING, ticket_price=PRICE, at=NOON)

    advice = advise_week(small.cinema, first=WEEK, at=NOON)

    assert advice is not None
    [line] = advice.lines
    assert (line.kind, line.admissions, line.takings, line.goes_off_sale) == ("exchange", 14.0, 14 * PRICE, True)
    manager = someone("cinema_manager", small.cinema)
    assert take(small.cinema, [line.key], first=WEEK, at=NOON, actor=manager) == 1
    after = PlannedSession.objects.drafts().values_list("film__title", "hall", "start_datetime")
    assert set(after) == {("Hit", large.pk, EVENING), ("Flop", small.pk, EVENING)}
    session.refresh_from_db()
    assert session.status == Session.Status.CANCELLED
    assert not PlannedSession.objects.filter(pk=planned.pk).exists()


def test_a_sold_session_is_never_touched(small: Hall, large: Hall, hit: Film, flop: Film) -> None:
    factories.an_adult()
    draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)
    factories.an_order(schedule(film=flop, hall=large, start=EVENING, ticket_price=PRICE, at=NOON))

    advice = advise_week(small.cinema, first=WEEK, at=NOON)

    assert advice is not None
    assert not any(line.goes_off_sale for line in advice.lines)


def test_a_dropped_draft_is_deleted_and_a_dropped_session_goes_off_sale(
    small: Hall, large: Hall, flop: Film, settings: Any
) -> None:
    settings.ADVICE_LINES = 2
    draft(film=flop, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)
    session = schedule(film=flop, hall=large, start=EVENING + timedelta(days=1), ticket_price=PRICE, at=NOON)

    advice = advise_week(small.cinema, first=WEEK, at=NOON)

    assert advice is not None
    assert [(line.kind, line.takings, line.worth) for line in advice.lines] == [("drop", -3 * PRICE, 5 * PRICE)] * 2
    take(small.cinema, [line.key for line in advice.lines], first=WEEK, at=NOON)
    session.refresh_from_db()
    assert session.status == Session.Status.CANCELLED
    assert not PlannedSession.objects.exists()


def test_agreed_showings_are_not_dropped(small: Hall, flop: Film) -> None:
    draft(film=flop, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)
    agreed = Agreed({flop.pk: 1})

    kept = advise_week(small.cinema, first=WEEK, at=NOON, agreed=agreed)
    free = advise_week(small.cinema, first=WEEK, at=NOON)

    assert kept is not None
    assert free is not None
    assert kept.lines == []
    assert [each.kind for each in free.lines] == ["drop"]


def test_a_line_is_worth_what_is_left_after_film_hire(small: Hall, large: Hall, hit: Film, settings: Any) -> None:
    settings.ADVICE_LINES = 1
    draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)

    advice = advise_week(
        small.cinema, first=WEEK, at=NOON, agreed=Agreed(hire=lambda _session, _admissions, takings: takings / 2)
    )

    assert advice is not None
    assert [(line.kind, line.takings, line.kept) for line in advice.lines] == [("move", 14 * PRICE, 7 * PRICE)]


def test_a_moved_draft_keeps_its_history_and_added_ones_their_price(
    small: Hall, large: Hall, hit: Film, settings: Any
) -> None:
    settings.ADVICE_LINES = 1
    planned = draft(film=hit, hall=small, start=EVENING, ticket_price=Decimal(500), at=NOON)

    advice = advise_week(small.cinema, first=WEEK, at=NOON)

    assert advice is not None
    [line] = advice.lines
    assert line.kind == "move"
    take(small.cinema, [line.key], first=WEEK, at=NOON)
    planned.refresh_from_db()
    assert (planned.hall, planned.ticket_price) == (large, 500)
    assert planned.history.count() == 2


def test_advice_that_has_changed_is_refused_and_changes_nothing(small: Hall, large: Hall, hit: Film) -> None:
    planned = draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)

    with pytest.raises(AdviceChanged):
        take(small.cinema, ["drop d0"], first=WEEK, at=NOON)

    assert list(PlannedSession.objects.values_list("pk", "hall")) == [(planned.pk, small.pk)]


def test_a_hall_is_offered_only_formats_that_it_has_shown(small: Hall, large: Hall, hit: Film) -> None:
    draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, format="IMAX", at=NOON)

    advice = advise_week(small.cinema, first=WEEK, at=NOON)

    assert advice is not None
    assert all(change.place is None or change.place.hall == small for each in advice.lines for change in each.changes)


def test_no_forecasts_no_advice(small: Hall, hit: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme, "expect", lambda _sessions: None)
    draft(film=hit, hall=small, start=EVENING, ticket_price=PRICE, at=NOON)

    assert advise_week(small.cinema, first=WEEK, at=NOON) is None


@pytest.mark.parametrize("number", [1, 5])
def test_advice_costs_the_same_for_any_number(
    small: Hall, hit: Film, number: int, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(programme, "expect", lambda sessions: [{"mean": 5.0}] * len(sessions))
    for days in range(number):
        draft(film=hit, hall=small, start=EVENING + timedelta(days=days), ticket_price=PRICE, at=NOON)

    with django_assert_num_queries(7):
        advise_week(small.cinema, first=WEEK, at=NOON)
