"""What a cashier has chosen so far, as the form of the till sends it; nothing is held or checked yet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import QueryDict

from accounts.models import User
from allocations.services import is_complimentary
from bonuses.models import BonusAccount
from bonuses.services import money_for, most_points
from boxoffice.services.seats import TillSeats
from cinema.ids import is_valid_id, valid_ids
from cinema.money import ZERO
from concessions.models import ConcessionItem
from concessions.services import available
from orders.errors import PromocodeRefused
from orders.models import Order
from orders.services.selling.promocodes import discount, discounted_parts, find_promocode
from screenings.models import Cinema, Seat, SeatKind, Session, TicketType

AHEAD = timedelta(hours=6)  # the sessions that the till shows
LARGEST_PARTY = 9
MOST_DIGITS = 9  # of a number of points


@dataclass
class Place:
    """A chosen seat, with its ticket type and what it costs."""

    seat: Seat
    ticket_type: TicketType
    types: list[TicketType]
    price: Decimal


@dataclass
class TillBasket:
    """The session, seats and snacks of one sale. `total` is before the promo code and points, `to_pay` after them."""

    sessions: list[Session]
    items: list[ConcessionItem]
    left: dict[int, int]  # how many of each item can be sold now
    session: Session | None = None
    seats: TillSeats | None = None
    places: list[Place] = field(default_factory=list)
    quantities: dict[int, int] = field(default_factory=dict)
    no_room: bool = False
    discount: Decimal = ZERO
    promocode_refused: str = ""
    guest_points: int | None = None  # of the guest whose code was entered
    points: int = 0  # that pay

    @property
    def total(self) -> Decimal:
        snacks = (self.quantities.get(item.pk, 0) * item.price for item in self.items)
        return sum((place.price for place in self.places), ZERO) + sum(snacks, ZERO)

    @property
    def to_pay(self) -> Decimal:
        return self.total - self.discount - self.points_value

    @property
    def points_value(self) -> Decimal:
        return money_for(self.points)

    @property
    def most_points(self) -> int:
        """How many of the guest's points may pay."""
        return min(self.guest_points or 0, most_points(self.total - self.discount))

    @property
    def gives_away(self) -> bool:
        """Whether one of the tickets is complimentary."""
        return any(is_complimentary(place.ticket_type, place.price) for place in self.places)

    @property
    def chosen(self) -> set[int]:
        return {place.seat.pk for place in self.places}

    @property
    def tickets(self) -> list[tuple[Session, Seat, TicketType]]:
        assert self.session or not self.places
        return [(self.session, place.seat, place.ticket_type) for place in self.places if self.session]

    @property
    def snacks(self) -> list[tuple[ConcessionItem, int]]:
        return [(item, self.quantities[item.pk]) for item in self.items if self.quantities.get(item.pk)]


def sessions_at_till(cinema: Cinema, *, at: datetime) -> list[Session]:
    """The sessions that are on sale at the box office within the next hours. One query. Reads only."""
    soon = Session.objects.on_sale(at, Order.Channel.BOX_OFFICE).filter(
        hall__cinema=cinema, start_datetime__lte=at + AHEAD
    )
    return list(soon.select_related("film", "hall__cinema").order_by("start_datetime", "hall__name"))


def read(cinema: Cinema, sent: QueryDict, *, at: datetime) -> TillBasket:
    """The basket that a form sent, with the change that its pressed button asks for. Reads only."""
    basket = _read(cinema, sent, at=at)
    if code := sent.get("promocode", "").replace("\x00", "").strip():
        try:
            promocode = find_promocode(code, at=at)
            parts = discounted_parts(
                promocode,
                cinema=cinema,
                tickets=[(basket.session, place.price) for place in basket.places if basket.session],
                snacks=[item.price * quantity for item, quantity in basket.snacks],
            )
            basket.discount = discount(promocode, sum(parts, ZERO))
        except PromocodeRefused as error:
            basket.promocode_refused = str(error)
    return basket


def use_points(basket: TillBasket, guest: User, *, typed: str) -> None:
    """Let as many of the guest's points pay as were typed and may. One query. Reads only."""
    balances = BonusAccount.objects.filter(user=guest).values_list("balance", flat=True)
    basket.guest_points = balances.first() or 0
    basket.points = min(number_of(typed), basket.most_points)


def number_of(typed: str) -> int:
    """A number of points as it was typed, or 0. Reads only."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS else 0


def _read(cinema: Cinema, sent: QueryDict, *, at: datetime) -> TillBasket:
    items = list(ConcessionItem.objects.on_sale().filter(cinema=cinema).order_by("name"))
    basket = TillBasket(sessions_at_till(cinema, at=at), items, available(items))
    wanted = sent.get("to_session") or sent.get("session", "")
    by_key = {str(session.pk): session for session in basket.sessions}
    basket.session = by_key.get(wanted) or next(iter(basket.sessions), None)
    basket.quantities = _quantities(items, sent)
    if basket.session is None:
        return basket
    basket.seats = TillSeats(basket.session, at=at)
    kept = str(basket.session.pk) == sent.get("session", "")
    keys: list[int] = list(valid_ids(sent.getlist("seat"))) if kept else []
    party = sent.get("best", "")
    if is_valid_id(party) and 0 < int(party) <= LARGEST_PARTY:
        keys = basket.seats.best(int(party))
        basket.no_room = not keys
    if is_valid_id(pressed := sent.get("press", "")):
        keys = [key for key in keys if key != int(pressed)] if int(pressed) in keys else [*keys, int(pressed)]
    basket.places = _places(basket.seats, keys, sent)
    return basket


def _places(seats: TillSeats, keys: list[int], sent: QueryDict) -> list[Place]:
    """The chosen seats that are free. A carer comes with a wheelchair space of the same sale."""
    places = []
    chosen = [seats.by_key[key] for key in sorted(set(keys)) if key in seats.by_key and key not in seats.taken]
    carers = sum(seat.kind == SeatKind.WHEELCHAIR for seat in chosen)
    for seat in chosen:
        types = [each for each in seats.types_for(seat) if carers or each.sold_to != TicketType.SoldTo.COMPANION]
        if not types:
            continue
        wanted = sent.get(f"type{seat.pk}", "")
        ticket_type = next((each for each in types if str(each.pk) == wanted), types[0])
        carers -= ticket_type.sold_to == TicketType.SoldTo.COMPANION
        places.append(Place(seat, ticket_type, types, seats.price(seat, ticket_type)))
    return places


def _quantities(items: list[ConcessionItem], sent: QueryDict) -> dict[int, int]:
    found = {}
    for item in items:
        text = sent.get(f"snack{item.pk}", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        number += (sent.get("add") == str(item.pk)) - (sent.get("less") == str(item.pk))
        if number > 0:
            found[item.pk] = number
    return found
