"""Draws the visits: who comes, when they buy, what, and how it ends."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from concessions.models import ConcessionItem
from orders.demo import script
from orders.demo.chain import MAIL, Chain, Venue
from orders.demo.programme import AHEAD
from orders.demo.seating import Seating
from orders.demo.visits import Channel, Fate, Visit
from orders.services.selling.basket import Place
from screenings.models import Session

FATES: dict[str, dict[Fate, int]] = {
    # Out of a hundred orders of the channel.
    Channel.ONLINE: {
        Fate.COMES: 50,
        Fate.STAYS_AWAY: 10,
        Fate.NEVER_PAYS: 25,
        Fate.CANCELS: 4,
        Fate.RETURNS_ALL: 4,
        Fate.RETURNS_ONE: 2,
        Fate.CHARGES_BACK: 2,
        Fate.PAYS_LATE: 2,
        Fate.PAYS_TWICE: 1,
    },
    Channel.BOX_OFFICE: {Fate.COMES: 96, Fate.CANCELS: 2, Fate.RETURNS_ALL: 2},
    Channel.RESERVATION: {Fate.COMES: 55, Fate.ASKS_FOR_TIME: 20, Fate.NEVER_PAYS: 20, Fate.CANCELS: 5},
}


class Crowd:
    """Draws visits. Numbers its guests, so that no two share an address by chance."""

    def __init__(self, chain: Chain, chance: random.Random, *, now: datetime) -> None:
        self.chain, self.chance, self.now = chain, chance, now
        self.seating = Seating(chain, chance)
        self._venues = {hall.pk: venue for venue in chain.venues.values() for _plan, hall in venue.halls}
        self._guests = 0

    def visits(self, sessions: Sequence[Session], number: int) -> Iterator[Visit]:
        """So many visits to sessions drawn from `sessions`, more to later ones; some want snacks alone."""
        while number:
            if self.chance.random() < 0.07:
                visit: Visit | None = self.snacks_alone()
            else:
                visit = self.to(sessions[int(len(sessions) * self.chance.random() ** 0.6)])
            if visit is not None:  # the session may be sold out
                number -= 1
                yield visit

    def to(self, session: Session, *, fate: Fate | None = None, channel: str = "", **given: Any) -> Visit | None:
        """A visit to one session, in what is not given left to chance; None when it has no seats left."""
        places = self._places(session)
        if not places:
            return None
        ahead = session.start_datetime > self.now
        channel = (
            channel
            or self.chance.choices(
                [Channel.ONLINE, Channel.BOX_OFFICE, Channel.RESERVATION], [78, 5, 17] if ahead else [62, 28, 10]
            )[0]
        )
        venue = self.venue_of(session)
        visit = Visit(
            at=self._bought(session, channel),
            venue=venue,
            session=session,
            places=places,
            channel=channel,
            fate=fate or self._fate(channel),
        )
        self._introduce(visit)
        if self.chance.random() < 0.25:
            visit.snacks = self._snacks(venue)
        for name, value in given.items():
            setattr(visit, name, value)
        return visit

    def venue_of(self, session: Session) -> Venue:
        return self._venues[session.hall_id]

    def snacks_alone(self) -> Visit:
        venue = self.chance.choice(list(self.chain.venues.values()))
        visit = Visit(
            at=self.now - timedelta(minutes=self.chance.randrange(10, 10 * 24 * 60)),
            venue=venue,
            session=None,
            places=[],
            snacks=self._snacks(venue),
            fate=self.chance.choices([Fate.COMES, Fate.WAITS, Fate.NEVER_PAYS], [80, 10, 10])[0],
        )
        self._introduce(visit)
        return visit

    def _fate(self, channel: str) -> Fate:
        fates = FATES[channel]
        return self.chance.choices(list(fates), list(fates.values()))[0]

    def _places(self, session: Session) -> list[Place]:
        types = self.chain.ticket_types
        if self.chance.random() < 0.02:
            seats = self.seating.take_with_companion(session)
            return [
                (session, seat, types[name]) for seat, name in zip(seats, (script.ADULT, script.CARER), strict=False)
            ]
        party = self.chance.choices([1, 2, 3, 4, 8], [46, 42, 7, 4, 1])[0]
        seats = self.seating.take(session, party)
        if self.chance.random() < 0.02:
            return [(session, seat, types[script.COMP]) for seat in seats]
        others = self.chance.choices([script.ADULT, script.CHILD, script.STUDENT], [70, 18, 12], k=len(seats))
        return [
            (session, seat, types[script.ADULT if number == 0 else name])
            for number, (seat, name) in enumerate(zip(seats, others, strict=True))
        ]

    def _bought(self, session: Session, channel: str) -> datetime:
        """Most buy late: shortly before the session, or, when it is still to come, shortly before now."""
        ahead = session.start_datetime > self.now
        if channel == Channel.BOX_OFFICE:
            latest = min(session.start_datetime, self.now) - timedelta(minutes=2)
            return latest - timedelta(minutes=self.chance.randrange(3 * 24 * 60 if ahead else 60))
        hours_before = 96 if channel == Channel.RESERVATION else 1
        earliest = session.start_datetime - AHEAD + timedelta(hours=1)
        latest = max(
            earliest,
            min(session.start_datetime - timedelta(hours=hours_before), self.now - timedelta(minutes=1)),
        )
        return latest - (latest - earliest) * self.chance.random() ** (2 if ahead else 4)

    def _introduce(self, visit: Visit) -> None:
        """Customers with an account, guests who leave an address, and at the till people who leave nothing."""
        if self.chance.random() < (0.2 if visit.channel == Channel.BOX_OFFICE else 0.55):
            visit.customer = self.chance.choice(self.chain.customers)
            self._let_save(visit, visit.customer)
        elif visit.channel != Channel.BOX_OFFICE:
            self._guests += 1
            if visit.channel == Channel.RESERVATION and self.chance.random() < 0.4:
                visit.phone = f"+7001{self._guests:07}"
            else:
                visit.email = f"visitor{self._guests:05}@{MAIL}"
        if not visit.points and self.chance.random() < 0.12:
            visit.promocode = self.chance.choice(self.chain.promocodes)

    def _let_save(self, visit: Visit, customer: User) -> None:
        """Pay a part with points, where the price surely allows it and the customer surely has them."""
        left = self.chain.points.get(customer.pk, 0)
        paying = any(ticket_type.price_percent == 100 for _session, _seat, ticket_type in visit.places)
        if left and paying and self.chance.random() < 0.6:
            visit.points = min(left, self.chance.choice([50, 100, 150, 200]))
            self.chain.points[customer.pk] -= visit.points

    def _snacks(self, venue: Venue) -> list[tuple[ConcessionItem, int]]:
        items = self.chance.sample(venue.bar, self.chance.choice([1, 1, 2]))
        return [(item, self.chance.choice([1, 1, 2])) for item in items]
