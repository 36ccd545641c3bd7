from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from screenings import services
from screenings.errors import HallBusy, ImpossibleSession, StartsInThePast, TimeZoneMissing
from screenings.models import Session
from tests.helpers.screening_rows import AT, PRICE, film, hall, session

pytestmark = pytest.mark.django_db

TONIGHT = AT + timedelta(hours=6)


def schedule(**given):
    return services.schedule(**{"start": TONIGHT, "ticket_price": PRICE, "at": AT, **given})


def test_a_session_ends_after_adverts_and_film_and_the_hall_is_free_after_cleaning():
    made = schedule(film=film(120), hall=hall())

    made.refresh_from_db()
    assert made.start_datetime == TONIGHT
    assert made.end_datetime == TONIGHT + timedelta(minutes=10 + 120)
    assert made.free_from == TONIGHT + timedelta(minutes=10 + 120 + 15)
    assert made.status == Session.Status.SCHEDULED
    assert made.ticket_price == PRICE


def test_adverts_and_cleaning_can_be_overridden():
    made = schedule(film=film(90), hall=hall(), adverts_minutes=0, cleaning_minutes=5)

    assert made.end_datetime == TONIGHT + timedelta(minutes=90)
    assert made.free_from == TONIGHT + timedelta(minutes=95)


def test_a_session_has_its_full_length_on_the_night_the_clocks_change():
    start = datetime(2027, 3, 28, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))

    made = schedule(film=film(120), hall=hall("Europe/Berlin"), start=start)

    assert made.end_datetime == datetime(2027, 3, 28, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [-144, -1, 0, 1, 144])
def test_a_busy_hall_is_refused_cleaning_included(minutes):
    taken = session(start=TONIGHT)

    with pytest.raises(HallBusy) as refusal:
        schedule(film=film(120), hall=taken.hall, start=TONIGHT + timedelta(minutes=minutes))

    assert refusal.value.sessions == [taken]
    assert list(Session.objects.all()) == [taken]


@pytest.mark.parametrize("minutes", [-145, 145])
def test_back_to_back_is_no_conflict(minutes):
    taken = session(start=TONIGHT)

    schedule(film=film(120), hall=taken.hall, start=TONIGHT + timedelta(minutes=minutes))

    assert Session.objects.count() == 2


def test_the_refusal_names_the_other_sessions_in_the_cinemas_time():
    taken = session(start=TONIGHT)

    with translation.override("en"), pytest.raises(HallBusy) as refusal:
        schedule(film=film(), hall=taken.hall)

    assert str(refusal.value) == (
        "Big hall is busy: Solaris (0+) 5 Nov 2026 21:00–23:25. Choose another time or another hall."
    )


def test_cancelled_sessions_and_other_halls_are_no_conflict():
    cancelled = session(start=TONIGHT, status=Session.Status.CANCELLED)
    session(start=TONIGHT)

    schedule(film=film(), hall=cancelled.hall)

    assert Session.objects.count() == 3


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"start": AT}, StartsInThePast),
        ({"start": AT - timedelta(days=1)}, StartsInThePast),
        ({"start": TONIGHT.replace(tzinfo=None)}, TimeZoneMissing),
        ({"ticket_price": Decimal("-0.01")}, ImpossibleSession),
        ({"ticket_price": Decimal("100000000.00")}, ImpossibleSession),
        ({"ticket_price": Decimal("1.005")}, ImpossibleSession),
        ({"ticket_price": Decimal("NaN")}, ImpossibleSession),
        ({"adverts_minutes": -1}, ImpossibleSession),
        ({"cleaning_minutes": -1}, ImpossibleSession),
        ({"format": "5D"}, ImpossibleSession),
        ({"language": ""}, ImpossibleSession),
    ],
)
def test_an_invalid_session_is_refused_and_nothing_is_stored(given, refusal):
    with pytest.raises(refusal):
        schedule(film=film(), hall=hall(), **given)

    assert not Session.objects.exists()
