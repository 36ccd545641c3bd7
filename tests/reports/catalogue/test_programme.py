from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from orders.models import Ticket
from reports.catalogue.programme import films
from reports.reading import Period
from screenings.models import Cinema, Film, Session
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session

pytestmark = pytest.mark.django_db

TODAY, DAY = date(2026, 11, 5), timedelta(days=1)


@pytest.fixture
def cinema() -> Cinema:
    """A film that runs for six days, in two halls yesterday; and one that begins today."""
    cinema = a_cinema()
    halls = a_hall(cinema), a_hall(cinema)
    for days, hall, seats in ((5, 0, 3), (3, 0, 4), (1, 0, 2), (1, 1, 1)):
        a_paid_order(a_session(halls[hall], start=NOON - days * DAY), seats=seats, at=NOON - (days + 1) * DAY)
    film = Film.objects.earliest("pk")
    Session.objects.update(film=film, status=Session.Status.COMPLETED)
    Ticket.objects.update(status=Ticket.Status.EXPIRED)
    Film.objects.update(title="Long")
    a_paid_order(a_session(halls[0], start=NOON + timedelta(hours=1), minutes=95), seats=5)
    Film.objects.exclude(pk=film.pk).update(title="New")
    for command in ("close_business_day", "update_session_figures"):
        call_command(command, at=NOON)
    return cinema


def rank(cinema: Cinema, by: str = "period", days: int = 2) -> list[tuple]:
    period = Period([cinema], TODAY - (days - 1) * DAY, TODAY, NOON + timedelta(minutes=1))
    columns = ("film", "admissions", "last_day", "run_admissions", "run_box_office", "screens", "per_screen")
    return [tuple(row[column] for column in columns) for row in films(period, by).rows]


def test_films_show_the_period_its_last_day_and_their_whole_run(cinema):
    new, long = ("New (0+)", 5, 5, 5, 1750, 0, None), ("Long (0+)", 3, 0, 10, 3500, 2, Decimal("1.5"))

    assert rank(cinema) == [new, long]
    assert rank(cinema, "day") == [new, long]
    assert rank(cinema, "run") == [long, new]
    assert rank(cinema, "run", days=1) == [new]
