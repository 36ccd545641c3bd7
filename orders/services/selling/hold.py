"""Holds an order: takes seats, stock, points and a promo code together, or none of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from bonuses.services import money_for, most_points, spend
from cinema.db_functions import insert_from
from cinema.money import ZERO, format_money
from cinema.status import start_as
from concessions.models import ConcessionItem, ConcessionPreorder
from concessions.services import holds
from house_rules.rules import rules
from house_rules.scope import rules_scope
from orders.errors import DetailsRefused, HoldEnds, NotEnoughPoints, PointsRefused, SeatTaken, SessionChanged
from orders.locks import lock_order, share_sessions
from orders.models import OnlineHold, Order, OrderChange, OrderEvent, Promocode, Ticket
from orders.services.selling import promocodes
from orders.services.selling.basket import Basket, TicketRequest, fill
from orders.services.selling.cancellation import CancelReason, cancel_expired, cancel_locked
from payments.gateways import smallest_payment
from screenings.models import Cinema, Session

Channel = Order.Channel
_COUNTED = {field.name for field in Order._meta.fields} - {"email", "phone", "language", "channel", "total_amount"}


@rules_scope()
def hold(
    *,
    cinema: Cinema,
    tickets: Iterable[TicketRequest] = (),
    snacks: Iterable[tuple[ConcessionItem, int]] = (),
    user: User | None = None,
    email: str = "",
    phone: str = "",
    language: str = "",
    channel: str = Channel.ONLINE,
    promocode: Promocode | str | None = None,
    points: int = 0,
    at: datetime,
    actor: User | None = None,
    instead_of: Order | None = None,
    expected_total: Decimal | None = None,
    online: OnlineHold | None = None,
    take_money: Callable[[Order], object] | None = None,
    agreed: Mapping[int, Decimal] | None = None,
) -> Order:
    """Take seats, snacks, points and a promo code for a customer, to be paid before the order's `payment_deadline`.

    `tickets` are (session, seat, ticket type), `snacks` (item, quantity). A guest has no `user`; the address and the
    language of a user who gives none are those of the account. Expired orders that hold a wanted seat are cancelled
    first. `instead_of` is an unpaid order that this one replaces in one step, for the same `user` whoever asks, and
    whose seats keep their price: a refusal leaves it as it was (`ForbiddenMove` if it is not unpaid). `expected_total`
    is what the customer was shown for seats and snacks, before discount and points; prices of the last quarter of an
    hour are honoured. A draft (`Order.is_draft`) becomes an order of `user`. `online` is saved with the order, so that
    nobody sees one without the other. With `take_money`, which is called at the end and may refuse, the order is paid
    from the start: see `sell`. `agreed` are prices of seats (primary keys) that were agreed with a group.

    Raises `BasketRefused`, `NotOnSale`, `SeatBroken`, `PriceChanged`, `HoldEnds`, `SeatTaken`, `PromocodeRefused`,
    `OutOfStock` or `NotEnoughPoints`, and then nothing is taken. Owns its transaction.
    """
    user = user if instead_of is None or instead_of.is_draft else instead_of.user
    # What it costs
    shown: dict[str, Any] = {"expected_total": expected_total, "instead_of": instead_of, "agreed": agreed or {}}
    basket = fill(cinema, tickets, snacks, channel, at=at, **shown)
    valid = promocodes.find_promocode(promocode, at=at) if promocode else None
    parts = promocodes.discounted_parts(
        valid,
        cinema=cinema,
        tickets=[(ticket.session, ticket.amount) for ticket in basket.tickets],
        snacks=[line.amount for line in basket.preorders],
    )
    discount = promocodes.discount(valid, sum(parts, ZERO))
    points_value = _money_for_points(points, left=basket.total - discount, user=user, channel=channel)
    basket.share(discount, points_value, discounted=parts)
    # Until when it is held
    latest = min(basket.latest, online.since + settings.HOLD_CEILING) if online else basket.latest
    to_pay, grace = rules().hold_limits[channel]
    deadline, expires = limit_deadlines(at + to_pay, grace, latest=latest)
    if deadline <= at and basket.latest > at:
        raise HoldEnds
    order = Order(
        cinema=cinema,
        user=user,
        email=(email or (user.email if user else "")).strip(),
        phone=(phone or (user.phone if user else "")).strip(),
        language=language or (user.preferred_language if user else settings.LANGUAGE_CODE),
        channel=channel,
        created_at=at,
        payment_deadline=deadline,
        expires_at=expires,
        refund_notice_minutes=rules().refund_notice_minutes,
        total_amount=basket.total,
        discount_amount=discount,
        bonus_amount=points_value,
        final_amount=basket.total - discount - points_value,
        promocode=valid,
        replaces=instead_of,
    )
    if take_money is not None:
        start_as([order], Order.Status.PAID, paid_at=at)
        start_as(basket.tickets, Ticket.Status.PAID)
    try:
        order.clean_fields(exclude=_COUNTED)
    except ValidationError as error:
        raise DetailsRefused(" ".join(error.messages)) from error
    if basket.contested:
        release_or_refuse(basket.tickets, instead_of, at=at)
    # All of it at once, or nothing
    with transaction.atomic():
        _refuse_changed(basket.sessions)
        if instead_of is not None:
            _cancel_replaced(instead_of, basket, valid, at=at, actor=actor)
        order.save(force_insert=True)
        if instead_of is not None:
            inherit_owner(order, former=instead_of)
        _record_events(order, at=at, actor=actor)
        if online is not None:
            online.order = order
            online.save(force_insert=True)
        take_seats(order, basket)
        if valid:
            promocodes.take_use(valid, order)
        if basket.preorders:
            holds.take_stock(basket.preorders, at=at)
        if points:
            spend(user, points=points, order=order.pk, at=at)
        if take_money is not None:
            take_money(order)
    return order


def inherit_owner(order: Order, *, former: Order) -> None:
    """Copy to an order that takes the place of a former one who entered its address and who sold it, and whether it was
    added to an account. One query. Must be called inside a transaction.
    """
    kinds = OrderChange.Kind
    known = former.changes.filter(kind__in=[kinds.ADDRESS, kinds.CLAIMED, kinds.PARTNER])
    same = {name: F(name) for name in ("kind", "at", "actor", "reason", "details")}
    insert_from(known, OrderChange, order=order.pk, **same)


def _record_events(order: Order, *, at: datetime, actor: User | None) -> None:
    """One row for each status that the new order has had. One query."""
    held, paid = Order.Status.PENDING_PAYMENT, Order.Status.PAID
    events = [OrderEvent(order=order, to_status=held, at=at, actor=actor)]
    if order.status == paid:
        events.append(OrderEvent(order=order, from_status=held, to_status=paid, at=at, actor=actor))
    OrderEvent.objects.bulk_create(events)


def _cancel_replaced(
    old: Order, basket: Basket, promocode: Promocode | None, *, at: datetime, actor: User | None
) -> None:
    """Cancel the order that another one replaces; sends no notification."""
    row = lock_order(old)
    # What it releases is taken again, so the rows of both orders are locked together, in the usual order.
    promocodes.lock_promocodes({key for key in (row.promocode_id, promocode and promocode.pk) if key})
    holds.lock_for(basket.preorders, replaced=row.preorders.all())
    cancel_locked([row], reason=CancelReason.CHANGED, at=at, actor=actor, notify=False)


def take_seats(order: Order, basket: Basket) -> None:
    """Save the order's lines. The unique index of live tickets decides who gets a seat; raises `SeatTaken`."""
    for line in basket.lines:
        line.order = order
    try:
        Ticket.objects.bulk_create(basket.tickets)
    except IntegrityError as error:  # sold to another customer between the check and the insert
        raise SeatTaken(_("One of these seats has just been taken. Choose other seats.")) from error
    ConcessionPreorder.objects.bulk_create(basket.preorders)


def _refuse_changed(sessions: list[Session]) -> None:
    """Raise `SessionChanged` if a session was moved, hired or cancelled since it was read; from here on none is."""
    now = share_sessions([session.pk for session in sessions]) if sessions else {}
    for was in sessions:
        *facts, status = now[was.pk]
        if status == Session.Status.CANCELLED or facts != [was.hall_id, was.start_datetime, was.is_private]:
            raise SessionChanged


def release_or_refuse(tickets: list[Ticket], instead_of: Order | None = None, *, at: datetime) -> None:
    """Release what expired orders hold of these seats; raise `SeatTaken` if others have some of them."""
    release_stale_holds(tickets, at=at)
    taken = Ticket.objects.live().filter(_on_the_same_seats(tickets)).select_related("seat").order_by("pk")
    if instead_of is not None:
        taken = taken.exclude(order=instead_of)
    if seats := [str(ticket.seat) for ticket in taken]:
        raise SeatTaken(_("Already taken: %(seats)s. Choose other seats.") % {"seats": "; ".join(seats)})


def release_stale_holds(tickets: Iterable[Ticket], *, at: datetime) -> None:
    """Cancel the expired orders that hold these seats, in a separate transaction, without waiting for cron."""
    tickets = list(tickets)
    if not tickets:
        return
    sitting = Ticket.objects.filter(_on_the_same_seats(tickets), status=Ticket.Status.RESERVED)
    orders = set(sitting.order_by().values_list("order", flat=True))
    stale = list(Order.objects.expired(at).filter(pk__in=orders).values_list("pk", flat=True))
    if stale:
        cancel_expired(stale, at=at)


def _on_the_same_seats(tickets: Iterable[Ticket]) -> Q:
    seats: dict[int, list[int]] = {}
    for ticket in tickets:
        seats.setdefault(ticket.session_id, []).append(ticket.seat_id)
    return Q(*(Q(session=session, seat__in=wanted) for session, wanted in seats.items()), _connector=Q.OR)


def _money_for_points(points: int, *, left: Decimal, user: User | None, channel: str) -> Decimal:
    """The money that the points pay: at most a share of what is left; online all of it or leaving a payable rest."""
    if not points:
        return ZERO
    if not isinstance(points, int) or points < 0:
        raise PointsRefused(_("Enter a whole number of points."))
    if user is None:
        raise NotEnoughPoints(wanted=points, balance=0)
    most = most_points(left)
    if points > most:
        raise PointsRefused(
            _("You can use up to %(most)d points for this order. Enter a smaller number.") % {"most": most}
        )
    value = money_for(points)
    if channel == Channel.ONLINE and ZERO < left - value < (least := smallest_payment()):
        raise PointsRefused(
            _("Online payments start at %(least)s, and only %(left)s would be left to pay. Use fewer points.")
            % {"least": format_money(least), "left": format_money(left - value)}
        )
    return value


def limit_deadlines(deadline: datetime, distance: timedelta, *, latest: datetime) -> tuple[datetime, datetime]:
    """A payment deadline and the time of cancellation `distance` later, neither after `latest`."""
    return min(deadline, latest), min(deadline + distance, latest)
