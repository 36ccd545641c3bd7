from datetime import timedelta

import pytest

from allocations.models import GroupBooking, HouseHold
from boxoffice.models import Exchange, PrintedVoucher
from demo.arrangements import ROOM, add_arrangements
from demo.sample_data import HALLS
from orders.models import Ticket
from payments.models import Shift
from screenings.models import Session
from screenings.services import build_hall
from tests.helpers.factories import NOON, a_cinema, a_session
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("plan", [each for each in HALLS if sum(map(str.isalpha, "".join(each.places))) >= ROOM])
def test_staff_kept_seats_booked_groups_exchanged_tickets_and_gave_a_voucher(plan):
    """In each hall of the demo that is large enough: the hour decides in which of them the emptiest screening is."""
    cinema = a_cinema()
    hall = build_hall(cinema=cinema, name="1", rows=plan.places)
    club = hall.seats.count() * 3 // 4
    someone("cinema_manager", cinema)
    for day in range(3, 8):
        session = a_session(hall, start=NOON + timedelta(days=day))
        session.film.age_rating = "12+"
        session.film.save()

    add_arrangements(at=NOON)

    assert HouseHold.objects.get().order.tickets.count() == 4
    assert [each.group_orders.count() for each in GroupBooking.objects.order_by("pk")] == [1, 3]
    assert Session.objects.get(is_private=True).tickets.count() == club
    assert (Exchange.objects.count(), PrintedVoucher.objects.count()) == (1, 1)
    assert (Shift.objects.get().status, Shift.objects.get().difference) == (Shift.Status.COUNTED, 0)
    assert Ticket.objects.live().count() == club + 22 + 4 + 2 + 2
    assert invariant_violations() == []


def test_nothing_is_arranged_without_screenings():
    cinema = a_cinema()
    someone("cinema_manager", cinema)

    add_arrangements(at=NOON)

    assert not GroupBooking.objects.exists()
