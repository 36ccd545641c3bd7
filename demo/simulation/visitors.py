"""Generates random bookings: who books, when, what, and how the order ends."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from accounts.models import User
from concessions.models import ConcessionItem
from demo import sample_data
from demo.chain import MAIL_DOMAIN, Chain, Venue
from demo.showtimes import AHEAD
from demo.simulation.bookings import Booking, Channel, Outcome
from demo.simulation.seat_picker import SeatPicker
from orders.services.selling.basket import TicketRequest
from screenings.models import Film, Hall, Session

OUTCOME_WEIGHTS: dict[str, dict[Outcome, int]] = {
    # Per 100 orders of the channel.
    Channel.ONLINE: {
        Outcome.ATTENDS: 50,
        Outcome.NO_SHOW: 10,
        Outcome.NEVER_PAYS: 25,
        Outcome.CANCELS: 4,
        Outcome.REFUNDS_ALL: 4,
        Outcome.REFUNDS_ONE: 2,
        Outcome.CHARGES_BACK: 2,
        Outcome.PAYS_LATE: 2,
        Outcome.PAYS_TWICE: 1,
    },
    Channel.BOX_OFFICE: {Outcome.ATTENDS: 96, Outcome.CANCELS: 2, Outcome.REFUNDS_ALL: 2},
    Channel.RESERVATION: {Outcome.ATTENDS: 55, Outcome.EXTENDS: 20, Outcome.NEVER_PAYS: 20, Outcome.CANCELS: 5},
}

LATE = 4  # a power: how late most people book


class BookingGenerator:
    """Random bookings of `chain` as of `now`. Guests are numbered, so no two share an address."""

    def __init__(self, chain: Chain, rng: random.Random, *, now: datetime) -> None:
        self.chain, self.rng, self.now = chain, rng, now
        self.seat_picker = SeatPicker(chain, rng)
        self._venues = {hall.pk: venue for venue in chain.venues.values() for _plan, hall in venue.halls}
        self._guests = 0

    def bookings(
        self, sessions: Sequence[Session], number: int, *, orders: Callable[[Film, Hall, datetime], float]
    ) -> Iterator[Booking]:
        """`number` bookings of random `sessions`, each as often as `orders` says and has been booked by now; 7 % are
        for snacks only."""
        weights = [orders(each.film, each.hall, each.start_datetime) * self._booked_by_now(each) for each in sessions]
        upto = list(accumulate(weights))
        while number:
            if self.rng.random() < 0.07:
                booking: Booking | None = self.snacks_only()
            else:
                booking = self.for_session(self.rng.choices(sessions, cum_weights=upto)[0])
            if booking is not None:  # the session may be sold out
                number -= 1
                yield booking

    def for_session(
        self, session: Session, *, outcome: Outcome | None = None, channel: str = "", **given: Any
    ) -> Booking | None:
        """A booking of one session, or None when it has no seats left. Random in every field that is not `given`."""
        places = self._draw_seats(session)
        if not places:
            return None
        ahead = session.start_datetime > self.now
        channel = (
            channel
            or self.rng.choices(
                [Channel.ONLINE, Channel.BOX_OFFICE, Channel.RESERVATION], [78, 5, 17] if ahead else [62, 28, 10]
            )[0]
        )
        venue = self.venue_of(session)
        booking = Booking(
            at=self._booked_at(session, channel),
            venue=venue,
            session=session,
            places=places,
            channel=channel,
            outcome=outcome or self._draw_outcome(channel),
        )
        self._assign_customer(booking)
        if self.rng.random() < 0.25:
            booking.snacks = self._draw_snacks(venue)
        for name, value in given.items():
            setattr(booking, name, value)
        return booking

    def venue_of(self, session: Session) -> Venue:
        return self._venues[session.hall_id]

    def snacks_only(self) -> Booking:
        venue = self.rng.choice(list(self.chain.venues.values()))
        booking = Booking(
            at=self.now - timedelta(minutes=self.rng.randrange(10, 10 * 24 * 60)),
            venue=venue,
            session=None,
            places=[],
            snacks=self._draw_snacks(venue),
            outcome=self.rng.choices([Outcome.ATTENDS, Outcome.STAYS_PAID, Outcome.NEVER_PAYS], [80, 10, 10])[0],
        )
        self._assign_customer(booking)
        return booking

    def _draw_outcome(self, channel: str) -> Outcome:
        weights = OUTCOME_WEIGHTS[channel]
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _draw_seats(self, session: Session) -> list[TicketRequest]:
        types = self.chain.ticket_types
        if self.rng.random() < 0.02:
            seats = self.seat_picker.take_with_companion(session)
            return [
                (session, seat, types[name])
                for seat, name in zip(seats, (sample_data.ADULT, sample_data.CARER), strict=False)
            ]
        party = self.rng.choices([1, 2, 3, 4, 8], [46, 42, 7, 4, 1])[0]
        seats = self.seat_picker.take(session, party)
        if self.rng.random() < 0.02:
            return [(session, seat, types[sample_data.COMP]) for seat in seats]
        ticket_types = self.rng.choices(
            [sample_data.ADULT, sample_data.CHILD, sample_data.STUDENT], [70, 18, 12], k=len(seats)
        )
        ticket_types[:1] = [sample_data.ADULT] * bool(seats)  # none when no row has enough seats left
        return [
            (session, seat, types[name if types[name].suits(session.film.age_rating) else sample_data.ADULT])
            for seat, name in zip(seats, ticket_types, strict=True)
        ]

    def _booked_by_now(self, session: Session) -> float:
        """The share of a session's orders that are made by now, if people book as `_booked_at` has it for the past."""
        left = max(session.start_datetime - self.now, timedelta(0)) / AHEAD
        return 1 - min(left, 1.0) ** (1 / LATE)

    def _booked_at(self, session: Session, channel: str) -> datetime:
        """Most book late: shortly before a past session starts, or, for a future session, shortly before now."""
        ahead = session.start_datetime > self.now
        if channel == Channel.BOX_OFFICE:
            latest = min(session.start_datetime, self.now) - timedelta(minutes=2)
            return latest - timedelta(minutes=self.rng.randrange(3 * 24 * 60 if ahead else 60))
        hours_before = 96 if channel == Channel.RESERVATION else 1
        earliest = session.start_datetime - AHEAD + timedelta(hours=1)
        latest = max(
            earliest,
            min(session.start_datetime - timedelta(hours=hours_before), self.now - timedelta(minutes=1)),
        )
        return latest - (latest - earliest) * self.rng.random() ** (2 if ahead else LATE)

    def _assign_customer(self, booking: Booking) -> None:
        """Customers with an account, guests with an e-mail address or phone, and people at the box office."""
        if self.rng.random() < (0.2 if booking.channel == Channel.BOX_OFFICE else 0.55):
            booking.customer = self.rng.choice(self.chain.customers)
            self._spend_points(booking, booking.customer)
        elif booking.channel != Channel.BOX_OFFICE:
            self._guests += 1
            if booking.channel == Channel.RESERVATION and self.rng.random() < 0.4:
                booking.phone = f"+7499{self._guests:07}"
            else:
                booking.email = f"visitor{self._guests:05}@{MAIL_DOMAIN}"
        if not booking.points and self.rng.random() < 0.12:
            booking.promocode = self.rng.choice(self.chain.promocodes)

    def _spend_points(self, booking: Booking, customer: User) -> None:
        """Pay partly with points if the customer has some and a full-price ticket covers them."""
        left = self.chain.points.get(customer.pk, 0)
        paying = any(ticket_type.price_percent == 100 for _session, _seat, ticket_type in booking.places)
        if left and paying and self.rng.random() < 0.6:
            booking.points = min(left, self.rng.choice([50, 100, 150, 200]))
            self.chain.points[customer.pk] -= booking.points

    def _draw_snacks(self, venue: Venue) -> list[tuple[ConcessionItem, int]]:
        items = self.rng.sample(venue.bar, self.rng.choice([1, 1, 2]))
        return [(item, self.rng.choice([1, 1, 2])) for item in items]
