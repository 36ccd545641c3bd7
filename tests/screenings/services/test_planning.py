"""Drafts of sessions: the rules they keep, copying a week of them, and publishing a week, all or none."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from cinema.status import Refused
from screenings.errors import (
    AlreadyPublished,
    BeforeRelease,
    CertificateMissing,
    DifferentWeekdays,
    HallBusy,
    ListPriceMissing,
    NothingPlanned,
    StartsInThePast,
    WeekNotPublished,
)
from screenings.models import Film, Hall, PlannedSession, PriceList, PriceRow, Session
from screenings.services import copy_to_plan, draft, publish_week, redraft, schedule
from screenings.services.planning import lines_of
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE

pytestmark = pytest.mark.django_db

WEEK = date(2026, 11, 12)  # a Thursday
EVENING = datetime(2026, 11, 13, 16, tzinfo=UTC)  # 19:00 in Moscow


@pytest.fixture
def hall() -> Hall:
    return factories.a_hall()


@pytest.fixture
def film() -> Film:
    return Film.objects.create(title="Stalker", duration_minutes=160)


def price_list(hall: Hall, *prices: tuple[str, int, time | None]) -> list[PriceRow]:
    versions = PriceList.objects.create(cinema=hall.cinema, valid_from=date(2026, 1, 1), published_at=NOON)
    return [
        PriceRow.objects.create(price_list=versions, name=name, price=price, starts_before=before, position=number)
        for number, (name, price, before) in enumerate(prices)
    ]


def state() -> list[tuple[object, ...]]:
    return [
        *PlannedSession.objects.values_list("film", "hall", "start_datetime", "ticket_price", "session"),
        *Session.objects.values_list("film", "hall", "start_datetime", "ticket_price", "status"),
    ]


def test_a_draft_without_a_price_costs_what_its_row_of_the_price_list_says(hall: Hall, film: Film) -> None:
    price_list(hall, ("Matinee", 250, time(17)), ("Evening", 450, None))

    planned = draft(film=film, hall=hall, start=EVENING, at=NOON)

    assert planned.ticket_price == Decimal(450)
    assert planned.price_row.name == "Evening"
    assert planned.history.count() == 1


def test_a_draft_needs_a_price_from_somewhere(hall: Hall, film: Film) -> None:
    with pytest.raises(ListPriceMissing):
        draft(film=film, hall=hall, start=EVENING, at=NOON)

    assert state() == []


def test_a_draft_keeps_the_rules_of_sessions(hall: Hall, film: Film) -> None:
    factories.a_session(hall, start=EVENING)  # until 18:15 UTC with cleaning
    with pytest.raises(StartsInThePast):
        draft(film=film, hall=hall, start=NOON, ticket_price=PRICE, at=NOON)
    before = state()

    with pytest.raises(HallBusy) as refused:
        draft(film=film, hall=hall, start=EVENING + timedelta(hours=2, minutes=14), ticket_price=PRICE, at=NOON)

    assert "Solaris" in str(refused.value)
    assert state() == before
    draft(film=film, hall=hall, start=EVENING + timedelta(hours=2, minutes=15), ticket_price=PRICE, at=NOON)


def test_drafts_do_not_meet_each_other(hall: Hall, film: Film) -> None:
    draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)  # 185 minutes with adverts and cleaning
    before = state()

    with pytest.raises(HallBusy):
        draft(film=film, hall=hall, start=EVENING + timedelta(minutes=184), ticket_price=PRICE, at=NOON)

    assert state() == before


def test_a_moved_draft_follows_the_price_list_unless_it_was_priced_by_hand(hall: Hall, film: Film) -> None:
    price_list(hall, ("Matinee", 250, time(17)), ("Evening", 450, None))
    listed = draft(film=film, hall=hall, start=EVENING, at=NOON)
    by_hand = draft(film=film, hall=factories.a_hall(hall.cinema), start=EVENING, ticket_price=Decimal(500), at=NOON)

    for planned in (listed, by_hand):
        redraft(planned, start_datetime=EVENING - timedelta(hours=4), at=NOON)

    assert [listed.ticket_price, by_hand.ticket_price] == [250, 500]
    assert [listed.price_row.name, by_hand.price_row.name] == ["Matinee", "Matinee"]
    assert listed.history.count() == 2


def test_a_draft_moves_a_little_over_its_own_place(hall: Hall, film: Film) -> None:
    planned = draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)

    redraft(planned, start_datetime=EVENING + timedelta(minutes=10), at=NOON)

    assert PlannedSession.objects.get().start_datetime == EVENING + timedelta(minutes=10)


def test_publishing_makes_the_sessions_that_scheduling_would_make(hall: Hall, film: Film) -> None:
    factories.an_adult()
    planned = draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, format="3D", at=NOON)
    other = factories.a_hall(hall.cinema)

    [session] = publish_week(hall.cinema, first=WEEK, at=NOON)

    wanted = schedule(film=film, hall=other, start=EVENING, ticket_price=PRICE, format="3D", at=NOON)
    names = ("film", "start_datetime", "end_datetime", "free_from", "ticket_price", "format", "status", "price_row")
    session.refresh_from_db()
    assert [getattr(session, name) for name in names] == [getattr(wanted, name) for name in names]
    assert not PlannedSession.objects.drafts().exists()
    planned.refresh_from_db()
    assert planned.session == session
    with pytest.raises(AlreadyPublished):
        redraft(planned, start_datetime=EVENING + timedelta(days=1), at=NOON)
    with pytest.raises(NothingPlanned):
        publish_week(hall.cinema, first=WEEK, at=NOON)


def test_publishing_takes_the_week_and_cinema_alone(hall: Hall, film: Film) -> None:
    elsewhere = factories.a_hall()
    for place, start in ((hall, EVENING), (hall, EVENING + timedelta(days=7)), (elsewhere, EVENING)):
        draft(film=film, hall=place, start=start, ticket_price=PRICE, at=NOON)

    published = publish_week(hall.cinema, first=WEEK, at=NOON)

    assert [(each.hall, each.start_datetime) for each in published] == [(hall, EVENING)]


def test_a_conflict_stops_the_whole_week_and_is_named(hall: Hall, film: Film) -> None:
    draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)
    draft(film=film, hall=hall, start=EVENING + timedelta(days=1), ticket_price=PRICE, at=NOON)
    schedule(film=film, hall=hall, start=EVENING + timedelta(hours=1), ticket_price=PRICE, at=NOON)
    before = state()

    with pytest.raises(WeekNotPublished) as refused:
        publish_week(hall.cinema, first=WEEK, at=NOON)

    assert str(refused.value).count("Stalker") == 2  # the draft, and the session that it meets
    assert state() == before


def test_publishing_gives_prices_of_the_list_as_it_is_by_then(hall: Hall, film: Film) -> None:
    [row] = price_list(hall, ("Any", 300, None))
    draft(film=film, hall=hall, start=EVENING, at=NOON)
    newer = PriceList.objects.create(cinema=hall.cinema, valid_from=date(2026, 11, 1), published_at=NOON)
    row = PriceRow.objects.create(price_list=newer, name="New", price=320)

    [session] = publish_week(hall.cinema, first=WEEK, at=NOON)

    assert (session.ticket_price, session.price_row) == (320, row)


def test_a_copied_week_has_the_lines_that_were_ticked(hall: Hall, film: Film) -> None:
    factories.a_session(hall, start=EVENING)
    draft(film=film, hall=hall, start=EVENING + timedelta(days=1), ticket_price=PRICE, at=NOON)
    lines = lines_of(hall.cinema, WEEK)

    result = copy_to_plan(lines[1:], by=timedelta(days=7), at=NOON)

    assert [each.start_datetime for each in result.created] == [EVENING + timedelta(days=8)]
    again = copy_to_plan(lines, by=timedelta(days=7), at=NOON)
    assert [each.start_datetime for each in again.created] == [EVENING + timedelta(days=7)]
    assert [type(reason) for _line, reason in again.skipped] == [HallBusy]
    with pytest.raises(DifferentWeekdays):
        copy_to_plan(lines, by=timedelta(days=6), at=NOON)


def test_a_copy_keeps_the_time_on_the_clock_and_skips_one_that_does_not_exist(film: Film) -> None:
    hall = factories.a_hall(factories.a_cinema(time_zone="Europe/Berlin"))
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for start in (datetime(2026, 3, 22, 1, 30, tzinfo=UTC), datetime(2026, 3, 22, 17, tzinfo=UTC)):  # 02:30, 18:00
        schedule(film=film, hall=hall, start=start, ticket_price=PRICE, at=at)

    result = copy_to_plan(lines_of(hall.cinema, date(2026, 3, 19)), by=timedelta(days=7), at=at)

    assert [each.start_datetime for each in result.created] == [datetime(2026, 3, 29, 16, tzinfo=UTC)]
    [(_line, reason)] = result.skipped
    assert isinstance(reason, Refused)
    assert reason.code == "time_nonexistent"


@pytest.mark.parametrize("number", [1, 6])
def test_publishing_and_copying_cost_the_same_for_any_number(
    hall: Hall, film: Film, number: int, django_assert_num_queries: object
) -> None:
    for days in range(number):
        draft(film=film, hall=hall, start=EVENING + days * timedelta(hours=4), ticket_price=PRICE, at=NOON)

    with django_assert_num_queries(12):  # type: ignore[operator]
        publish_week(hall.cinema, first=WEEK, at=NOON)
    lines = lines_of(hall.cinema, WEEK)
    with django_assert_num_queries(8):  # type: ignore[operator]
        copy_to_plan(lines, by=timedelta(days=7), at=NOON)


def test_a_draft_waits_for_its_certificate_but_not_for_the_release(hall: Hall, film: Film) -> None:
    type(hall.cinema).objects.update(requires_certificates=True)
    hall = Hall.objects.select_related("cinema").get()
    film.release_date = date(2026, 11, 13)
    film.save()
    with pytest.raises(BeforeRelease):
        draft(film=film, hall=hall, start=EVENING - timedelta(days=1), ticket_price=PRICE, at=NOON)
    planned = draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)

    with pytest.raises(WeekNotPublished) as refused:
        publish_week(hall.cinema, first=WEEK, at=NOON)

    assert [type(reason) for _session, reason in refused.value.problems] == [CertificateMissing]
    redraft(planned, no_certificate_reason="Festival", at=NOON)
    [session] = publish_week(hall.cinema, first=WEEK, at=NOON)
    assert session.no_certificate_reason == "Festival"
