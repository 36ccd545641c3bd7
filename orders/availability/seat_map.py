"""The seats of one session: which are free, what they cost, and which choice of them the shop sells."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cinema.ids import is_valid_id
from orders.errors import ChoiceRefused, NotOnSale, SeatTaken
from orders.models import Order
from orders.queries import taken_tickets
from screenings.models import Seat, SeatKind, SeatOutage, Session, TicketType
from screenings.seat_choice import check_single_seats
from screenings.seat_count import SeatCount
from screenings.seat_rules import check_seats, check_ticket_types, love_seat_halves, ticket_types_for
from screenings.ticket_price import full_price, held_tickets, quote, sold_online, terms_of


class SeatMap:
    """One session's seats as of `at`. Five queries: surcharges, ticket types, seats, tickets, outages.

    `order` is one that its customer is changing: its own seats are free to them, and are `mine`.
    """

    def __init__(self, session: Session, *, at: datetime, order: Order | None = None) -> None:
        self.session, self.order, self.at = session, order, at
        self.terms = terms_of([session])[session.pk]
        types = (each for each in sold_online() if each.suits(session.film.age_rating))
        self.types = [each for each in types if self.terms.sells(each)]
        self.seats = list(Seat.objects.filter(hall=session.hall_id).order_by("row", "place", "number"))
        self.taken, self.mine = taken_seats(session, at=at, order=order)
        self.held = {seat: ticket for (of, seat), ticket in held_tickets(order).items() if of == session.pk}

    @cached_property
    def by_key(self) -> dict[int, Seat]:
        return {seat.pk: seat for seat in self.seats}

    @cached_property
    def halves(self) -> dict[int, Seat]:
        """The other half of each love seat, by primary key."""
        return love_seat_halves(self.seats)

    @property
    def count(self) -> SeatCount:
        return SeatCount.of(self.seats, taken=self.taken)

    def price(self, seat: Seat, ticket_type: TicketType) -> Decimal:
        return quote(self.session, seat.kind, ticket_type, self.terms, held=self.held.get(seat.pk)).price

    @cached_property
    def prices(self) -> dict[str, Decimal]:
        """By the kind of the seat, before a ticket type is chosen."""
        types, terms = self.types, self.terms
        return {each: full_price(self.session, seat_kind=each, types=types, terms=terms) for each in SeatKind.values}

    def types_for(self, seat: Seat) -> list[TicketType]:
        return ticket_types_for(seat, offered=self.types)

    # --- What may be chosen

    def chosen(self, keys: Iterable[str]) -> list[Seat]:
        """The seats with these primary keys. Raises `ChoiceRefused` for none, or for a key that is not in this hall."""
        wanted = set()
        for key in keys:
            if not (is_valid_id(key) and int(key) in self.by_key):
                raise ChoiceRefused(_("One of these seats isn’t in this hall. Please choose again."))
            wanted.add(int(key))
        if not wanted:
            raise ChoiceRefused(_("Choose at least one seat."))
        return [seat for seat in self.seats if seat.pk in wanted]

    def check(self, seats: Sequence[Seat]) -> None:
        """Raise `NotOnSale`, `SeatTaken`, `ChoiceRefused` or `SeatLeftAlone` if these seats cannot be bought."""
        if not self.session.is_on_sale(self.at):
            raise NotOnSale.any_more(self.session.film)
        if len(seats) > settings.SEATS_A_VISITOR:
            raise ChoiceRefused(
                _("You can buy up to %(most)d seats at once. For a larger group, please call the cinema.")
                % {"most": settings.SEATS_A_VISITOR}
            )
        if gone := [str(seat) for seat in seats if seat.pk in self.taken]:
            raise SeatTaken(_("Already taken: %(seats)s. Choose other seats.") % {"seats": "; ".join(gone)})
        check_seats(seats, session=self.session, halves=self.halves, taken=self.taken)
        check_single_seats(self.seats, taken=self.taken, wanted={seat.pk for seat in seats})

    def check_types(self, places: Collection[tuple[Seat, TicketType]]) -> None:
        check_ticket_types(places, offered=self.types)


def taken_seats(session: Session, *, at: datetime, order: Order | None = None) -> tuple[set[int], set[int]]:
    """The primary keys of seats that are sold, held or broken, and of those that `order` itself holds. Two queries."""
    taken: set[int] = set()
    mine: set[int] = set()
    for seat, owner in taken_tickets(at).filter(session=session).order_by().values_list("seat", "order"):
        (mine if order is not None and owner == order.pk else taken).add(seat)
    taken |= set(SeatOutage.objects.of_session(session).order_by().values_list("seat", flat=True))
    return taken, mine
