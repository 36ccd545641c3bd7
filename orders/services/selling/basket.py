"""A basket: what a customer wants to buy, checked and priced. It reserves nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.money import ZERO, split
from cinema.typography import with_inner_quotes
from concessions.models import ConcessionItem, ConcessionPreorder
from orders.errors import (
    BasketEmpty,
    BasketTooLarge,
    DifferentCinemas,
    NotOnSale,
    SeatChosenTwice,
    SeatNotInHall,
    SnackNotSold,
    SnackQuantityRefused,
    TicketTypeNotForRating,
    TicketTypeNotSold,
)
from orders.models import Ticket, new_pickup_code
from screenings.models import Cinema, Seat, Session, TicketType
from screenings.pricing import quote, surcharges
from screenings.services import refuse_out_of_use

TicketRequest = tuple[Session, Seat, TicketType]


@dataclass
class Basket:
    """Unsaved tickets and preorders, with the sessions as they are in the database now."""

    tickets: list[Ticket]
    preorders: list[ConcessionPreorder]
    sessions: list[Session]

    @property
    def lines(self) -> list[Ticket | ConcessionPreorder]:
        return [*self.tickets, *self.preorders]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def latest(self) -> datetime:
        """The latest time for which anything is held: the start of the first session; for snacks alone the
        end of their day.
        """
        if self.sessions:
            return min(session.start_datetime for session in self.sessions)
        return self.preorders[0].collection_deadline

    def share(self, discount: Decimal, points_value: Decimal) -> None:
        """Write each line's share of the discount, then of the points over what the discount leaves."""
        for line, part in zip(self.lines, split(discount, [line.amount for line in self.lines]), strict=True):
            line.discount_share = part
        left = [line.amount - line.discount_share for line in self.lines]
        for line, part in zip(self.lines, split(points_value, left), strict=True):
            line.bonus_share = part


def fill(
    cinema: Cinema, requests: Iterable[TicketRequest], snacks: Iterable[tuple[ConcessionItem, int]], *, at: datetime
) -> Basket:
    """Check and price a basket. Raises `BasketRefused`, `NotOnSale` or `SeatBroken`. At most three queries."""
    requests = sorted(requests, key=lambda each: (each[0].pk, each[1].pk))  # the order in which seats are taken
    quantities = _quantities(cinema, snacks)
    if not requests and not quantities:
        raise BasketEmpty(_("The order is empty. Choose a seat or a snack."))
    if len(requests) > settings.MAX_TICKETS_AN_ORDER:
        raise BasketTooLarge(
            _("An order can have up to %(most)d tickets. Please place two orders.")
            % {"most": settings.MAX_TICKETS_AN_ORDER}
        )
    if len({(session.pk, seat.pk) for session, seat, _type in requests}) < len(requests):
        raise SeatChosenTwice(_("A seat was selected twice. Select each seat once."))
    sessions = _sessions_on_sale(cinema, requests, at=at)
    extra = surcharges(cinema) if requests else {}
    tickets = [
        Ticket(
            session=sessions[session.pk],
            seat=seat,
            ticket_type=ticket_type,
            price=quote(sessions[session.pk], seat_kind=seat.kind, percent=ticket_type.price_percent, surcharges=extra),
        )
        for session, seat, ticket_type in requests
    ]
    deadline = _collection_deadline(cinema, list(sessions.values()), at=at)
    code = new_pickup_code()
    preorders = [
        ConcessionPreorder(
            concession_item=item,
            quantity=quantity,
            unit_price=item.price,
            pickup_code=code,
            collection_deadline=deadline,
        )
        for item, quantity in quantities
    ]
    return Basket(tickets, preorders, list(sessions.values()))


def _quantities(cinema: Cinema, snacks: Iterable[tuple[ConcessionItem, int]]) -> list[tuple[ConcessionItem, int]]:
    """One line per item, in the order of their ids."""
    wanted: defaultdict[int, int] = defaultdict(int)
    items: dict[int, ConcessionItem] = {}
    for item, quantity in snacks:
        if not isinstance(quantity, int) or not 1 <= quantity <= settings.MAX_SNACKS_A_LINE - wanted[item.pk]:
            raise SnackQuantityRefused(
                _("%(item)s: the quantity can’t be %(quantity)s. Choose from 1 to %(most)d.")
                % {"item": item, "quantity": quantity, "most": settings.MAX_SNACKS_A_LINE}
            )
        if item.cinema_id != cinema.pk or not item.is_active:
            raise SnackNotSold(
                _("%(item)s isn’t on sale at this cinema right now. Choose something else.") % {"item": item}
            )
        items[item.pk] = item
        wanted[item.pk] += quantity
    return [(items[key], wanted[key]) for key in sorted(wanted)]


def _sessions_on_sale(cinema: Cinema, requests: Sequence[TicketRequest], *, at: datetime) -> dict[int, Session]:
    keys = {session.pk for session, _seat, _type in requests}
    sessions = Session.objects.select_related("hall", "film").order_by().in_bulk(keys) if keys else {}
    for session in sessions.values():
        if session.hall.cinema_id != cinema.pk:
            raise DifferentCinemas(_("An order can only be for one cinema. Place a separate order for each."))
        if not session.is_on_sale(at):
            raise NotOnSale.any_more(session.film)
    for session, seat, ticket_type in requests:
        if seat.hall_id != sessions[session.pk].hall_id:
            raise SeatNotInHall(_("There is no such seat in this hall: %(seat)s. Choose another one.") % {"seat": seat})
        if not ticket_type.is_active:
            raise TicketTypeNotSold(
                _("“%(type)s” tickets aren’t on sale right now. Choose another ticket type.")
                % {"type": with_inner_quotes(ticket_type)}
            )
        if not ticket_type.suits(sessions[session.pk].film.age_rating):
            raise TicketTypeNotForRating(ticket_type, sessions[session.pk].film)
    refuse_out_of_use((sessions[session.pk], seat) for session, seat, _type in requests)
    return sessions


def _collection_deadline(cinema: Cinema, sessions: list[Session], *, at: datetime) -> datetime:
    """The end of the last session; for snacks alone the end of the day in the cinema."""
    if sessions:
        return max(session.end_datetime for session in sessions)
    tomorrow = cinema.local(at).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=cinema.zone)
