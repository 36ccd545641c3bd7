"""The hall of a session as a visitor sees it, and what may be chosen in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.ids import is_valid_id
from cinema.money import ZERO
from orders.errors import NotOnSale, SeatTaken
from orders.models import Order, Ticket
from screenings.lone_seats import left_alone
from screenings.models import Seat, SeatKind, SeatOutage, Session, TicketType
from screenings.plans import LETTERS
from screenings.pricing import surcharges, ticket_price
from storefront.errors import ChoiceRefused, SeatLeftAlone

Audience = TicketType.SoldTo


@dataclass
class Place:
    """A seat of the map. `gap` is how many places of aisle stand before it."""

    seat: Seat
    gap: int
    price: Decimal
    taken: bool
    mine: bool


@dataclass
class Row:
    number: int
    places: list[Place]

    @property
    def free(self) -> int:
        return sum(not place.taken for place in self.places)


@dataclass(frozen=True)
class KindOnMap:
    kind: str
    label: str
    letter: str
    price: Decimal


class SeatMap:
    """One session's seats at one instant. Five queries: surcharges, types, seats, tickets, outages.

    `order` is one that its customer is changing: its own seats are free to them, and marked.
    """

    def __init__(self, session: Session, *, at: datetime, order: Order | None = None) -> None:
        self.session, self.order, self.at = session, order, at
        self.surcharges = surcharges(session.hall.cinema)
        self.types = list(TicketType.objects.filter(is_active=True).exclude(sold_to=Audience.TILL))
        self.seats = list(Seat.objects.filter(hall=session.hall_id).order_by("row", "place", "number"))
        self.taken, self.mine = taken_seats(session, at=at, order=order)

    @cached_property
    def by_key(self) -> dict[int, Seat]:
        return {seat.pk: seat for seat in self.seats}

    @property
    def free(self) -> int:
        return sum(seat.pk not in self.taken for seat in self.seats)

    @property
    def full_percent(self) -> int:
        """What the price on the map means: that of the dearest type for everybody."""
        return max((each.price_percent for each in self.types if each.sold_to == Audience.ANYBODY), default=100)

    def price(self, kind: str, *, percent: int) -> Decimal:
        return ticket_price(
            session_price=self.session.ticket_price, percent=percent, surcharge=self.surcharges.get(kind, ZERO)
        )

    @cached_property
    def prices(self) -> dict[str, Decimal]:
        return {kind: self.price(kind, percent=self.full_percent) for kind in SeatKind.values}

    @property
    def kinds(self) -> list[KindOnMap]:
        present = {seat.kind for seat in self.seats}
        return [
            KindOnMap(kind.value, str(kind.label), LETTERS.get(kind, ""), self.prices[kind])
            for kind in SeatKind
            if kind in present
        ]

    def types_for(self, seat: Seat) -> list[TicketType]:
        """The ticket types that this seat is sold with, as they are offered; a companion’s own come first."""
        companion = seat.kind == SeatKind.COMPANION
        fit = [each for each in self.types if each.sold_to == Audience.ANYBODY or companion]
        return sorted(fit, key=lambda each: each.sold_to != Audience.COMPANION)

    def rows(self, chosen: Collection[int] = ()) -> list[Row]:
        rows: list[Row] = []
        before = 0
        for seat in self.seats:
            if not rows or rows[-1].number != seat.row:
                rows.append(Row(seat.row, []))
                before = 0
            place = seat.place or seat.number
            rows[-1].places.append(
                Place(
                    seat=seat,
                    gap=place - before - 1,
                    price=self.prices[seat.kind],
                    taken=seat.pk in self.taken,
                    mine=seat.pk in chosen,
                )
            )
            before = place
        return rows

    # --- What may be chosen

    def chosen(self, keys: Iterable[str]) -> list[Seat]:
        """The seats of these keys, in order; refuses with `ChoiceRefused` what is no seat of this hall, and none."""
        wanted = set()
        for key in keys:
            if not (is_valid_id(key) and int(key) in self.by_key):
                raise ChoiceRefused(_("One of these seats is not in this hall. Choose again."))
            wanted.add(int(key))
        if not wanted:
            raise ChoiceRefused(_("Choose at least one seat."))
        return [seat for seat in self.seats if seat.pk in wanted]

    def check(self, seats: Sequence[Seat]) -> None:
        """Refuses with `NotOnSale`, `SeatTaken`, `ChoiceRefused` or `SeatLeftAlone` what cannot be bought so."""
        if self.session.status != Session.Status.SCHEDULED or self.session.start_datetime <= self.at:
            raise NotOnSale(
                _("%(film)s is not on sale any more. Choose another session.") % {"film": self.session.film}
            )
        if len(seats) > settings.SEATS_A_VISITOR:
            raise ChoiceRefused(
                _("At most %(most)d seats can be bought at once. Call the cinema for a larger group.")
                % {"most": settings.SEATS_A_VISITOR}
            )
        if gone := [str(seat) for seat in seats if seat.pk in self.taken]:
            raise SeatTaken(_("Already taken: %(seats)s. Choose other seats.") % {"seats": "; ".join(gone)})
        kinds = [seat.kind for seat in seats]
        if kinds.count(SeatKind.COMPANION) > kinds.count(SeatKind.WHEELCHAIR):
            raise ChoiceRefused(
                _("Companion seats are kept for who comes with a wheelchair user: choose that place too.")
            )
        if alone := left_alone(self.seats, taken=self.taken, wanted={seat.pk for seat in seats}):
            raise SeatLeftAlone(alone)


def taken_seats(session: Session, *, at: datetime, order: Order | None = None) -> tuple[set[int], set[int]]:
    """The keys of the seats that are sold, held or broken, and of those that `order` itself holds. Two queries."""
    taken: set[int] = set()
    mine: set[int] = set()
    for seat, owner in Ticket.objects.taken(at).filter(session=session).order_by().values_list("seat", "order"):
        (mine if order is not None and owner == order.pk else taken).add(seat)
    broken = SeatOutage.objects.filter(seat__hall=session.hall_id).during(session.start_datetime, session.end_datetime)
    taken |= set(broken.order_by().values_list("seat", flat=True))
    return taken, mine
