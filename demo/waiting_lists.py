"""What customers wait for: a film that is coming, and seats of a screening that is sold out."""

from datetime import datetime, timedelta

from bonuses.models import BonusAccount
from demo.film_pages import COMING
from orders.availability.seat_counts import seat_counts
from orders.availability.seat_map import SeatMap
from orders.models import Order
from orders.services import hold
from screenings.listings import advertised
from screenings.models import Film
from waiting.services import join, watch

CUSTOMERS = 2  # those with the most points, who can log in: see `demo.logins`


def add_waiting_lists(*, at: datetime) -> None:
    """Both customers watch the film that is coming, and wait for seats of the screening that has the fewest left, which
    a school class has reserved."""
    rich = BonusAccount.objects.filter(user__is_staff=False).order_by("-balance", "pk").select_related("user")
    customers = [account.user for account in rich[:CUSTOMERS]]
    film = Film.objects.filter(title=COMING.title).first()
    days = {"start_datetime__gt": at + timedelta(days=1), "start_datetime__lt": at + timedelta(days=5)}
    sessions = list(advertised(at).filter(**days).select_related("film", "hall__cinema").order_by("start_datetime"))
    if not (customers and film and sessions):
        return
    seats = seat_counts(sessions, at=at)
    session = min(sessions, key=lambda each: seats[each.pk].free)
    seat_map = SeatMap(session, at=at)
    free = [seat for seat in seat_map.seats if seat.pk not in seat_map.taken]
    if free:
        tickets = [(session, seat, seat_map.types_for(seat)[0]) for seat in free]
        hold(cinema=session.hall.cinema, tickets=tickets, channel=Order.Channel.RESERVATION, at=at)
    for number, customer in enumerate(customers):
        watch(customer, film=film, cinema=None, at=at)
        join(session, user=customer, quantity=2 + number, address=None, at=at)
