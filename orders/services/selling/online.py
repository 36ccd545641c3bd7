"""Online holds: `hold`, limited to what the shop sells and to what one visitor may hold at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Aggregate, Count, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import User
from accounts.services import rate_limits
from accounts.services.rate_limits import fingerprint
from bonuses.services import points_held
from concessions.models import ConcessionItem, ConcessionPreorder
from house_rules.rules import rules
from orders.availability.seat_map import SeatMap
from orders.errors import HoldEnds, NotEnoughPoints, PromocodeUnknown, TooMuchHeld
from orders.models import OnlineHold, Order, Ticket
from orders.services.selling.cancellation import cancel_by_customer
from orders.services.selling.extension import extend
from orders.services.selling.hold import hold
from screenings.models import Seat, TicketType


@dataclass(frozen=True)
class Buyer:
    """A buyer online: an account or a guest, in a browser (`visitor` is its random name), at an address."""

    visitor: str
    address: str | None
    email: str
    phone: str = ""
    language: str = ""
    user: User | None = None
    network: str = ""  # the fingerprint of the address, where only that is known

    def counted_as(self) -> dict[str, str]:
        """The arguments of `rate_limits` for this buyer: an account is proved, a guest's address only claimed."""
        if self.user is not None:
            return {"person": f"user {self.user.pk}"}
        return {"claimed": self.email} if self.email else {"person": self.visitor}

    def person(self) -> str:
        """The fingerprint by which `OnlineHold` counts what one person holds at once."""
        if person := self.counted_as().get("person"):
            return fingerprint("person", person)
        return fingerprint("claim", rate_limits.claim(self.email, self.address))

    def from_network(self) -> str:
        """The fingerprint by which it counts what is held at once from one address; empty if that is not known."""
        return fingerprint("line", self.address) if self.address else self.network


def hold_online(
    seat_map: SeatMap,
    *,
    places: Sequence[tuple[Seat, TicketType]],
    snacks: Sequence[tuple[ConcessionItem, int]] = (),
    buyer: Buyer,
    promocode: str = "",
    points: int = 0,
    expected_total: Decimal | None = None,
    at: datetime,
) -> Order:
    """Hold these seats, replacing the order that the map belongs to, if any. Only its customer can add points to that.

    A buyer without an e-mail address holds a draft (`Order.is_draft`), so that nobody types it for seats that are lost
    meanwhile. It counts like any other hold; the order that its buyer makes of it is no further attempt.

    Raises what `SeatMap.check`, `SeatMap.check_types` and `orders.services.hold` raise, and `RateLimited` and
    `TooMuchHeld`. Owns its transaction.
    """
    seat_map.check([seat for seat, _type in places])
    seat_map.check_types(places)
    old = seat_map.order
    if not (old and old.is_draft and buyer.email):
        rate_limits.hit("hold", **buyer.counted_as(), address=buyer.address, at=at)
    _check_held(buyer, seats=len(places), snacks=sum(number for _item, number in snacks), instead_of=old, at=at)
    if old and not old.is_draft and old.user != buyer.user and points > (held := points_held(old.pk)):
        raise NotEnoughPoints(wanted=points, balance=held)
    if promocode:
        rate_limits.check("promocode", person=buyer.visitor, address=buyer.address, at=at)
    replaced = OnlineHold.objects.filter(order=old).first() if old else None
    same_address = bool(old and replaced and old.email == buyer.email)
    try:
        order = hold(
            cinema=seat_map.session.hall.cinema,
            tickets=[(seat_map.session, seat, ticket_type) for seat, ticket_type in places],
            snacks=snacks,
            user=buyer.user if buyer.email else None,
            email=buyer.email,
            phone=buyer.phone,
            language=buyer.language,
            promocode=promocode or None,
            points=points,
            expected_total=expected_total,
            at=at,
            instead_of=old,
            online=OnlineHold(
                visitor=fingerprint("visitor", buyer.visitor),
                person=buyer.person(),
                address=buyer.from_network(),
                since=replaced.since if replaced else at,
                may_write=replaced.may_write if replaced and same_address else True,
            ),
        )
    except PromocodeUnknown:
        rate_limits.hit("promocode", person=buyer.visitor, address=buyer.address, at=at)
        raise
    if not same_address and not _may_write(buyer, at=at):
        OnlineHold.objects.filter(order=order).update(may_write=False)
    try:
        _check_held(buyer, seats=0, snacks=0, instead_of=None, at=at)
    except TooMuchHeld:  # concurrent holds may all have passed the first check; the later ones are refused here
        cancel_by_customer(order, at=at)
        raise
    return order


def _may_write(buyer: Buyer, *, at: datetime) -> bool:
    """Whether to notify the address if this hold expires.

    Anybody can type anybody's address: a guest's address is notified at most once a day, and only a few addresses for
    each IP address, so that holds cannot be used to send messages to strangers.
    """
    if buyer.user is not None or not buyer.email:
        return True
    return rate_limits.allowed("hold_expired", person=buyer.email, address=buyer.address, at=at)


def extend_online(order: Order, *, at: datetime) -> Order:
    """Restart the time to pay, up to `HOLD_CEILING` after the seats were first held. Raises `HoldEnds`.

    Owns its transaction.
    """
    latest = _held_since(order) + settings.HOLD_CEILING
    until = min(at + rules().hold_limits[order.channel][0], latest)
    if until <= order.payment_deadline < latest:
        return order  # the button was pressed twice at once
    if until <= order.payment_deadline:
        raise HoldEnds
    extended = extend(order, until=until, at=at)
    if extended.payment_deadline <= order.payment_deadline:  # the session starts before
        raise HoldEnds
    return extended


def may_extend(order: Order) -> bool:
    """Whether `extend_online` would do something now. Reads only."""
    return order.payment_deadline < _held_since(order) + settings.HOLD_CEILING


def _held_since(order: Order) -> datetime:
    since = OnlineHold.objects.filter(order=order).values_list("since", flat=True).first()
    return since or order.created_at


def _check_held(buyer: Buyer, *, seats: int, snacks: int, instead_of: Order | None, at: datetime) -> None:
    """Raise `TooMuchHeld` if so many more were above the limits of a visitor or an address. Two queries."""
    tickets = Ticket.objects.filter(status=Ticket.Status.RESERVED)
    pieces = ConcessionPreorder.objects.filter(status=ConcessionPreorder.Status.PENDING)
    held = Order.objects.held(at).exclude(pk__in=[instead_of.pk] if instead_of else [])
    held = held.annotate(places=_of_order(tickets, Count("pk")), pieces=_of_order(pieces, Sum("quantity")))
    by_buyer = Q(online_hold__visitor=fingerprint("visitor", buyer.visitor)) | Q(online_hold__person=buyer.person())
    whose = {"visitor": by_buyer}
    if network := buyer.from_network():
        whose["address"] = Q(online_hold__address=network)
    for limit, orders in whose.items():
        sums = held.filter(orders).aggregate(seats=Sum("places", default=0), snacks=Sum("pieces", default=0))
        if sums["seats"] + seats > settings.HELD_SEATS[limit] or sums["snacks"] + snacks > settings.HELD_SNACKS[limit]:
            raise TooMuchHeld


def _of_order(lines: QuerySet[Any], number: Aggregate) -> Subquery:
    return Subquery(lines.filter(order=OuterRef("pk")).order_by().values("order").annotate(of=number).values("of"))
