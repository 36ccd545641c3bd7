"""The seats of one session: which are free, what they cost, and which choice of them the shop sells."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.ids import is_valid_id
from orders.errors import ChoiceRefused, NotOnSale, SeatLeftAlone, SeatTaken
from orders.models import Order
from orders.queries import taken_tickets
from screenings.lone_seats import find_lone_seats
from screenings.models import Seat, SeatKind, SeatOutage, Session, TicketType
from screenings.pricing import full_percent, quote, sold_online, surcharges

Audience = TicketType.SoldTo


class SeatMap:
    """One session's seats as of `at`. Five queries: surcharges, ticket types, seats, tickets, outages.

    `order` is one that its customer is changing: its own seats are free to them, and are `mine`.
    """

    def __init__(self, session: Session, *, at: datetime, order: Order | None = None) -> None:
        self.session, self.order, self.at = session, order, at
        self.surcharges = surcharges(session.hall.cinema)
        self.types = [each for each in sold_online() if each.suits(session.film.age_rating)]
        self.seats = list(Seat.objects.filter(hall=session.hall_id).order_by("row", "place", "number"))
        self.taken, self.mine = taken_seats(session, at=at, order=order)

    @cached_property
    def by_key(self) -> dict[int, Seat]:
        return {seat.pk: seat for seat in self.seats}

    @property
    def free(self) -> int:
        return sum(seat.pk not in self.taken for seat in self.seats)

    def price(self, kind: str, *, percent: int) -> Decimal:
        return quote(self.session, seat_kind=kind, percent=percent, surcharges=self.surcharges)

    @cached_property
    def prices(self) -> dict[str, Decimal]:
        """By the kind of the seat, before a ticket type is chosen."""
        percent = full_percent(self.types, rating=self.session.film.age_rating)
        return {kind: self.price(kind, percent=percent) for kind in SeatKind.values}

    def types_for(self, seat: Seat) -> list[TicketType]:
        """The ticket types that this seat is sold with, as they are offered; a companion’s own come first."""
        companion = seat.kind == SeatKind.COMPANION
        fit = [each for each in self.types if each.sold_to == Audience.ANYBODY or companion]
        return sorted(fit, key=lambda each: each.sold_to != Audience.COMPANION)

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
        kinds = [seat.kind for seat in seats]
        if kinds.count(SeatKind.COMPANION) > kinds.count(SeatKind.WHEELCHAIR):
            raise ChoiceRefused(
                _("Companion seats are for people coming with a wheelchair user. Select the wheelchair space too.")
            )
        if alone := find_lone_seats(self.seats, taken=self.taken, wanted={seat.pk for seat in seats}):
            raise SeatLeftAlone(alone)

    def check_types(self, places: Collection[tuple[Seat, TicketType]]) -> None:
        """Raise `ChoiceRefused` for a type that is not sold with the seat, or companions without a wheelchair space."""
        for seat, ticket_type in places:
            if ticket_type not in self.types_for(seat):
                raise ChoiceRefused.of_type(seat, ticket_type)
        companions = [place for place in places if place[1].sold_to == Audience.COMPANION]
        if len(companions) > sum(seat.kind == SeatKind.WHEELCHAIR for seat, _type in places):
            raise ChoiceRefused.of_type(*companions[-1])


def taken_seats(session: Session, *, at: datetime, order: Order | None = None) -> tuple[set[int], set[int]]:
    """The primary keys of seats that are sold, held or broken, and of those that `order` itself holds. Two queries."""
    taken: set[int] = set()
    mine: set[int] = set()
    for seat, owner in taken_tickets(at).filter(session=session).order_by().values_list("seat", "order"):
        (mine if order is not None and owner == order.pk else taken).add(seat)
    taken |= set(SeatOutage.objects.of_session(session).order_by().values_list("seat", flat=True))
    return taken, mine
