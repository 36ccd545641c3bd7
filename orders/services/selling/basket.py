"""A basket: what a customer wants to buy, checked and priced. It reserves nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cinema.db_functions import compiled_once
from cinema.money import ZERO, split
from cinema.typography import with_inner_quotes
from concessions.models import ConcessionItem, ConcessionPreorder
from concessions.services import holds
from orders.errors import (
    BasketEmpty,
    BasketTooLarge,
    DifferentCinemas,
    NotOnSale,
    PriceChanged,
    SeatChosenTwice,
    SeatNotInHall,
    SnackNotSold,
    SnackQuantityRefused,
    TicketTypeNotForRating,
    TicketTypeNotSold,
)
from orders.models import Order, OrderLine, Ticket, new_pickup_code
from screenings.models import Cinema, Seat, SeatOutage, Session, TicketType
from screenings.services import refuse_out_of_use
from screenings.ticket_price import Quote, Terms, former_prices, held_tickets, quote, with_rows

TicketRequest = tuple[Session, Seat, TicketType]


@dataclass
class Basket:
    """Unsaved tickets and preorders, with the sessions as they are in the database now. `contested`: whether one of the
    seats has a live ticket, perhaps of an expired order.
    """

    tickets: list[Ticket]
    preorders: list[ConcessionPreorder]
    sessions: list[Session]
    contested: bool
    channel: str

    @property
    def lines(self) -> list[OrderLine]:
        return [*self.tickets, *self.preorders]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def latest(self) -> datetime:
        """The latest time to pay: when sales of the first session end, or for snacks alone the end of their day."""
        if self.sessions:
            return min(session.sales_end(self.channel) for session in self.sessions)
        return self.preorders[0].collection_deadline

    def share(self, discount: Decimal, points_value: Decimal, *, discounted: Sequence[Decimal] | None = None) -> None:
        """Write each line's share of the discount, then of the points over what the discount leaves.

        `discounted` is the part of each line that the discount is counted on: all of it without.
        """
        parts = discounted or [line.amount for line in self.lines]
        for line, part in zip(self.lines, split(discount, parts), strict=True):
            line.discount_share = part
        left = [line.amount - line.discount_share for line in self.lines]
        for line, part in zip(self.lines, split(points_value, left), strict=True):
            line.bonus_share = part


def fill(
    cinema: Cinema,
    requests: Iterable[TicketRequest],
    snacks: Iterable[tuple[ConcessionItem, int]],
    channel: str,
    *,
    at: datetime,
    expected_total: Decimal | None = None,
    instead_of: Order | None = None,
    agreed: Mapping[int, Decimal],
) -> Basket:
    """Check and price a basket: if the customer expects it, at former prices. Seats of the order that it replaces keep
    theirs. Raises `BasketRefused`, `NotOnSale`, `SeatBroken` or `PriceChanged`. One query if seats are free."""
    requests = sorted(requests, key=lambda each: (each[0].pk, each[1].pk))  # the order in which seats are taken
    quantities = _quantities(cinema, snacks)
    if not requests and not quantities:
        raise BasketEmpty(_("The order is empty. Choose a seat or a snack."))
    most = settings.MAX_TICKETS_A_GROUP if channel == Order.Channel.GROUP else settings.MAX_TICKETS_AN_ORDER
    if len(requests) > most:
        text = _("An order can have up to %(most)d tickets. Please place two orders.")
        raise BasketTooLarge(text % {"most": most})
    if len({(session.pk, seat.pk) for session, seat, _type in requests}) < len(requests):
        raise SeatChosenTwice(_("A seat was selected twice. Select each seat once."))
    offer = replace(_offer(cinema, requests, channel, at=at), held=held_tickets(instead_of), agreed=agreed)
    deadline = _collection_deadline(cinema, list(offer.sessions.values()), at=at)
    preorders = holds.preorders(quantities, pickup_code=new_pickup_code(), collection_deadline=deadline)
    basket = Basket(offer.tickets(requests), preorders, [*offer.sessions.values()], offer.contested, channel)
    if expected_total in (None, basket.total):
        return basket
    for _changed in former_prices(basket.sessions, at=at):
        former = replace(basket, tickets=offer.tickets(requests))
        if former.total == expected_total:
            return former
    raise PriceChanged(expected=expected_total, total=basket.total)


def _quantities(cinema: Cinema, snacks: Iterable[tuple[ConcessionItem, int]]) -> list[tuple[ConcessionItem, int]]:
    """One line per item, in the order of their ids."""
    wanted: defaultdict[int, int] = defaultdict(int)
    items: dict[int, ConcessionItem] = {}
    for item, quantity in snacks:
        if not isinstance(quantity, int) or not 1 <= quantity <= settings.MAX_SNACKS_A_LINE - wanted[item.pk]:
            text = _("%(item)s: the quantity can’t be %(quantity)s. Choose from 1 to %(most)d.")
            values = {"item": item.shown.name, "quantity": quantity, "most": settings.MAX_SNACKS_A_LINE}
            raise SnackQuantityRefused(text % values)
        if item.cinema_id != cinema.pk or not item.is_sold:
            text = _("%(item)s isn’t on sale at this cinema right now. Choose something else.")
            raise SnackNotSold(text % {"item": item.shown.name})
        items[item.pk] = item
        wanted[item.pk] += quantity
    return [(items[key], wanted[key]) for key in sorted(wanted)]


@dataclass
class _Offer:
    """What a sale of some seats has to know: their sessions, age ratings and terms by primary key, the primary keys of
    their cinemas, the surcharges by seat kind, the held tickets, and whether a seat is out of use or has a ticket."""

    sessions: dict[int, Session] = field(default_factory=dict)
    cinemas: set[int] = field(default_factory=set)
    ratings: dict[int, str] = field(default_factory=dict)
    surcharges: dict[str, Decimal] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    held: dict[tuple[int, int], Ticket] = field(default_factory=dict)
    agreed: Mapping[int, Decimal] = field(default_factory=dict)
    out_of_use: bool = False
    contested: bool = False

    def tickets(self, requests: Iterable[TicketRequest]) -> list[Ticket]:
        return [self._ticket(self.sessions[session.pk], seat, kind) for session, seat, kind in requests]

    def _ticket(self, session: Session, seat: Seat, kind: TicketType) -> Ticket:
        return Ticket(session=session, seat=seat, ticket_type=kind, **self._quote(session, seat, kind))

    def _quote(self, session: Session, seat: Seat, kind: TicketType) -> dict[str, Any]:
        if seat.pk in self.agreed:
            return Quote(self.agreed[seat.pk], 100, ZERO).parts
        held = self.held.get((session.pk, seat.pk))
        return quote(session, seat.kind, kind, self.terms[session.pk], held).parts


def _offer(cinema: Cinema, requests: Sequence[TicketRequest], channel: str, *, at: datetime) -> _Offer:
    """Read and check the sessions. One query, three with a price row; a seat that is out of use needs another."""
    offer = _read_offer(requests, channel) if requests else _Offer()
    if offer.cinemas - {cinema.pk}:
        raise DifferentCinemas(_("An order can only be for one cinema. Place a separate order for each."))
    for session in offer.sessions.values():
        if not session.is_on_sale(at, channel):
            raise NotOnSale.any_more(session.film)
    for session, seat, ticket_type in requests:
        if seat.hall_id != offer.sessions[session.pk].hall_id:
            raise SeatNotInHall(_("There is no such seat in this hall: %(seat)s. Choose another one.") % {"seat": seat})
        if not (ticket_type.is_active and offer.terms[session.pk].sells(ticket_type)):
            text = _("“%(type)s” tickets aren’t on sale right now. Choose another ticket type.")
            raise TicketTypeNotSold(text % {"type": with_inner_quotes(ticket_type.shown.name)})
        if not ticket_type.suits(offer.ratings[session.pk]):
            raise TicketTypeNotForRating(ticket_type, offer.ratings[session.pk])
    if offer.out_of_use:
        refuse_out_of_use((offer.sessions[session.pk], seat) for session, seat, _type in requests)
    return offer


def _read_offer(requests: Sequence[TicketRequest], channel: str) -> _Offer:
    offer, seats = _Offer(), [seat.pk for _session, seat, _type in requests]
    for row in _offer_rows({session.pk for session, _seat, _type in requests}, seats):
        offer.sessions[row.pk] = row
        offer.cinemas.add(row.cinema)
        offer.ratings[row.pk] = row.rating
        if row.surcharge is not None:
            offer.surcharges[row.seat_kind] = row.surcharge
        offer.out_of_use |= row.seat_out
        offer.contested |= row.seat_held
    offer.terms = with_rows(offer.sessions.values(), dict.fromkeys(offer.sessions, offer.surcharges), channel)
    return offer


@compiled_once
def _offer_rows(sessions: list[int], seats: list[int]) -> QuerySet[Session]:
    """The sessions, each once for every surcharge of its cinema, or once without any."""
    out = SeatOutage.objects.filter(seat__in=seats).during(OuterRef("start_datetime"), OuterRef("end_datetime"))
    return (
        Session.objects.filter(pk__in=sessions)
        .annotate(
            cinema=F("hall__cinema"),
            rating=F("film__age_rating"),
            seat_kind=F("hall__cinema__seat_surcharges__kind"),
            surcharge=F("hall__cinema__seat_surcharges__amount"),
            seat_out=Exists(out),
            seat_held=Exists(Ticket.objects.live().filter(session=OuterRef("pk"), seat__in=seats)),
        )
        .order_by()
    )


def _collection_deadline(cinema: Cinema, sessions: list[Session], *, at: datetime) -> datetime:
    """The end of the last session; for snacks alone the end of the day in the cinema."""
    if sessions:
        return max(session.end_datetime for session in sessions)
    tomorrow = cinema.local(at).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=cinema.zone)
