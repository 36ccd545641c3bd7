"""The seats of a session at the till: what is free, what each costs there, and the best for a party."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from django.utils.functional import cached_property

from allocations.models import HouseHold
from allocations.services import kept_seats
from orders.availability.seat_map import taken_seats
from orders.models import Order
from pricing.models import SessionForecast
from screenings import hall_layout
from screenings.hall_layout import HallLayout
from screenings.models import Seat, Session, TicketType
from screenings.seat_choice import best_seats
from screenings.seat_count import SeatCount
from screenings.seat_rules import check_ticket_types, ticket_types_for
from screenings.ticket_price import quote, terms_of


def check_carers(places: Iterable[tuple[Session, Seat, TicketType]]) -> None:
    """Raise `ChoiceRefused` for more carers than wheelchair spaces that are sold with them. No query. Reads only."""
    chosen = [(seat, kind) for _session, seat, kind in places]
    check_ticket_types(chosen, offered={kind for _seat, kind in chosen})


class TillSeats:
    """One session's seats as of `at`. At most seven queries."""

    def __init__(self, session: Session, *, at: datetime) -> None:
        self.session, self.at = session, at
        self.terms = terms_of([session], Order.Channel.BOX_OFFICE)[session.pk]
        sold = TicketType.objects.filter(is_active=True)
        self.types = [each for each in sold if each.suits(session.film.age_rating) and self.terms.sells(each)]
        self.seats = list(Seat.objects.filter(hall=session.hall_id).order_by("row", "place", "number"))
        self.taken, _mine = taken_seats(session, at=at)

    @cached_property
    def by_key(self) -> dict[int, Seat]:
        return {seat.pk: seat for seat in self.seats}

    @property
    def count(self) -> SeatCount:
        return SeatCount.of(self.seats, taken=self.taken)

    def best(self, party: int) -> list[int]:
        """The best free seats side by side; wheelchair places only where a person chooses them. One query."""
        if not self.seats:
            return []
        hints = SessionForecast.objects.seat_hints(self.session, seats=len(self.seats))
        return best_seats(self.seats, taken=self.taken, party=party, **hints)

    def types_for(self, seat: Seat) -> list[TicketType]:
        return ticket_types_for(seat, offered=self.types)

    def price(self, seat: Seat, ticket_type: TicketType | None) -> Decimal:
        return quote(self.session, seat.kind, ticket_type, self.terms).price

    @cached_property
    def kept(self) -> dict[HouseHold, list[Seat]]:
        """The seats that the house keeps, by house hold. One query."""
        found: dict[HouseHold, list[Seat]] = {}
        for ticket in kept_seats(self.session, at=self.at):
            found.setdefault(ticket.order.house_hold, []).append(ticket.seat)
        return found

    def layout(self, chosen: Collection[int]) -> HallLayout:
        marks = {}
        kept = {seat.pk: house_hold.reason for house_hold, seats in self.kept.items() for seat in seats}
        for seat in self.seats:
            if seat.pk in kept:
                marks[seat.pk] = hall_layout.kept(kept[seat.pk])
            elif seat.pk in self.taken:
                marks[seat.pk] = hall_layout.taken()
            else:
                marks[seat.pk] = hall_layout.chosen() if seat.pk in chosen else hall_layout.free()
        return hall_layout.lay_out(self.seats, marks, hall=self.session.hall)
