"""What anybody reads from the API is what the shop announces."""

from datetime import timedelta

import pytest
from django.test import Client

from orders.services import hold
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_hall, a_paid_order, a_session, an_adult, free_seats
from tests.helpers.partners import ApiClient, announce

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

anybody = ApiClient()


def test_a_session_of_the_shop_is_listed_with_its_cinema_hall_and_film() -> None:
    session = a_session()
    announce()

    [listed] = anybody.get("sessions").json()["sessions"]

    assert (listed["id"], listed["state"], listed["price"]) == (session.pk, "ON_SALE", "350.00")
    assert listed["starts_local"] == "2026-11-06T15:00:00+03:00"
    assert [each["id"] for each in anybody.get("cinemas").json()] == [session.hall.cinema_id]
    assert anybody.get(f"cinemas/{session.hall.cinema_id}/halls").json()[0]["seats"] == 20
    assert [each["id"] for each in anybody.get("films").json()] == [session.film_id]


def test_what_the_shop_does_not_announce_is_not_there() -> None:
    session = a_session()
    session.film.age_rating = ""
    session.film.save()
    announce()

    assert anybody.get("sessions").json()["sessions"] == []
    assert anybody.get("films").json() == []
    answers = [anybody.get(f"sessions/{session.pk}/{page}") for page in ("prices", "availability")]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "not_found")] * 2
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_changes_and_tombstones_are_told_since_an_instant() -> None:
    moved, cancelled, kept = a_session(), a_session(start=NOON + timedelta(days=2)), a_session()
    announce(NOON - timedelta(hours=1))
    type(moved).objects.filter(pk=moved.pk).update(ticket_price=400)  # a bulk update is a change too
    cancel_session(cancelled, reason="The projector broke", at=NOON)
    announce(NOON)

    told = anybody.get("sessions", changed_since=NOON.isoformat()).json()["sessions"]

    assert [(each["id"], each["state"], each["version"]) for each in told] == [
        (moved.pk, "ON_SALE", 2),
        (cancelled.pk, "CANCELLED", 2),
    ]
    assert {each["id"] for each in anybody.get("sessions").json()["sessions"]} == {moved.pk, kept.pk}


def test_pages_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.api.programme.PAGE", 2)
    sessions = [a_session() for _ in range(3)]
    announce()

    first = anybody.get("sessions").json()
    second = anybody.get("sessions", after=first["next"]).json()

    assert [each["id"] for page in (first, second) for each in page["sessions"]] == [each.pk for each in sessions]
    assert second["next"] is None


def test_prices_and_free_seats_are_those_of_the_shop() -> None:
    session = a_session()
    hold(
        cinema=session.hall.cinema,
        tickets=[(session, seat, an_adult()) for seat in free_seats(session)[:3]],
        email="guest@example.org",
        at=NOON,
    )

    free = anybody.get(f"sessions/{session.pk}/availability").json()
    prices = anybody.get(f"sessions/{session.pk}/prices").json()

    assert (free["capacity"], free["free"], free["free_wheelchair_spaces"], free["sold_out"]) == (20, 17, 0, False)
    assert [(each["ticket_type"], each["seat_kind"], each["price"]) for each in prices] == [
        ("Adult", "STANDARD", "350.00")
    ]


def test_wheelchair_spaces_are_told_apart_from_what_anybody_may_buy() -> None:
    session = a_session(a_hall(rows=["sswc"]))
    a_paid_order(session, seats=2)

    free = anybody.get(f"sessions/{session.pk}/availability").json()

    assert (free["free"], free["free_wheelchair_spaces"], free["sold_out"]) == (0, 1, False)


def test_a_session_that_is_deleted_leaves_a_tombstone() -> None:
    session = a_session()
    announce(NOON - timedelta(hours=1))
    session.delete()
    announce(NOON)

    [told] = anybody.get("sessions", changed_since=NOON.isoformat()).json()["sessions"]

    assert told["state"] == "WITHDRAWN"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("changed_since=9999-12-31T23:59:59-14:00", 200),
        ("after=9999-12-31T23:59:59-14:00_1", 404),
        ("after=0001-01-01T00:00:00%2B14:00_1", 404),
    ],
)
def test_instants_at_the_ends_of_the_calendar_are_answered(client: Client, asked: str, status: int) -> None:
    assert client.get(f"/api/v1/sessions?{asked}").status_code == status
