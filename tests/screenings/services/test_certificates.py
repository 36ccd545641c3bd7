from datetime import UTC, date, datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from screenings.errors import BeforeRelease, CertificateMissing
from screenings.models import Session
from screenings.services import certificates_of, check_certificates, copy_day, schedule
from screenings.services.relocation import Place, relocated
from tests.helpers.screening_rows import AT, PRICE, film, hall, session

pytestmark = pytest.mark.django_db

TONIGHT = AT + timedelta(hours=6)


@pytest.fixture
def room():
    """A hall of a cinema that demands certificates."""
    room = hall("Europe/Moscow")
    room.cinema.requires_certificates = True
    room.cinema.save()
    return room


def planned(room, its_film, **given):
    return schedule(**{"film": its_film, "hall": room, "start": TONIGHT, "ticket_price": PRICE, "at": AT, **given})


def test_a_cinema_that_demands_certificates_shows_no_version_without_one(room):
    its_film = film()
    its_film.certificates.create(format="3D", number="111")

    with pytest.raises(CertificateMissing):
        planned(room, its_film)

    assert not Session.objects.exists()
    assert planned(room, its_film, format="3D").pk


def test_a_reason_takes_the_place_of_a_certificate(room):
    shown = planned(room, film(), no_certificate_reason="Festival")

    shown.refresh_from_db()
    assert shown.no_certificate_reason == "Festival"


def test_a_session_is_not_moved_to_a_day_before_the_release_either(room):
    its_film = film()
    its_film.release_date = (TONIGHT + timedelta(days=2)).date()
    its_film.save()
    shown = planned(room, its_film, start=TONIGHT + timedelta(days=2), no_certificate_reason="Festival")

    with pytest.raises(BeforeRelease):
        relocated([shown], {shown.pk: Place(room, TONIGHT + timedelta(days=1))}, at=AT)
    [later] = relocated([shown], {shown.pk: Place(room, TONIGHT + timedelta(days=3))}, at=AT)

    assert later.start_datetime == TONIGHT + timedelta(days=3)


def test_other_cinemas_ask_for_no_certificate():
    its_film = film()
    its_film.release_date = AT.date() + timedelta(days=9)

    assert planned(hall(), its_film).pk


@pytest.mark.parametrize(
    ("start", "may_be"),
    [
        (datetime(2027, 3, 3, 20, 59, tzinfo=UTC), False),  # 23:59 in Moscow
        (datetime(2027, 3, 3, 21, 0, tzinfo=UTC), True),  # midnight of the release date
    ],
)
def test_a_film_is_shown_from_the_midnight_of_its_release_date_on_by_the_clock_of_the_cinema(room, start, may_be):
    its_film = film()
    its_film.release_date, its_film.certificate_number = date(2027, 3, 4), "111"
    shown = Session(film=its_film, hall=room, start_datetime=start)

    [refusal] = check_certificates([shown])

    assert (refusal is None) == may_be
    assert may_be or isinstance(refusal, BeforeRelease)


def test_the_certificate_is_that_of_the_closest_version():
    its_film = film()
    its_film.certificate_number = "film"
    its_film.certificates.create(language="en", number="english")
    its_film.certificates.create(format="3D", number="3D")
    its_film.certificates.create(format="3D", language="en", number="english 3D")
    versions = [("2D", "ru"), ("2D", "en"), ("3D", "ru"), ("3D", "en")]

    numbers = certificates_of([Session(film=its_film, format=form, language=lang) for form, lang in versions])

    assert numbers == ["film", "english", "3D", "english 3D"]


def test_copies_without_a_certificate_are_skipped(room):
    kept = session(hall=room, start=TONIGHT)
    left = session(hall=room, start=TONIGHT - timedelta(hours=4))
    kept.film.certificate_number = "111"
    kept.film.save()
    day = room.cinema.local(TONIGHT).date()

    result = copy_day(room.cinema, day=day, to=day + timedelta(days=1), at=AT)

    assert [each.film for each in result.created] == [kept.film]
    assert [(each.session, type(each.reason)) for each in result.skipped] == [(left, CertificateMissing)]


def test_one_query_answers_for_any_number_of_sessions(room, django_assert_num_queries):
    sessions = [Session(film=film(), hall=room, start_datetime=TONIGHT) for _ in range(3)]

    with django_assert_num_queries(1) as counted:
        assert all(check_certificates(sessions))
    assert isinstance(counted, CaptureQueriesContext)
