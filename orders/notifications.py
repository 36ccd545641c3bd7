"""Turns events of orders into messages for customers. Orders without an address get none."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Approval, User
from cinema.money import ZERO
from concessions.models import ConcessionPreorder
from house_rules.translated import text_in
from notifications.models import MessageKind, Notification, Status
from notifications.services import Message, queue, was_queued
from orders.models import Order, OrderChange, Ticket
from payments.services import Returned, balances, gift_cards_of
from screenings.models import Cinema, Seat, Session

NOT_ABOUT_ORDERS = [MessageKind(kind) for kind in ("POINTS_EXPIRING", "LOW_STOCK", "SIGN_IN", "REFUNDS_TO_APPROVE")]
ListedSeat = tuple[Session, int, int]  # with its row and number


def send_tickets(
    order: Order,
    *,
    code_of: Callable[[Ticket], str],
    again: bool = False,
    moves: Iterable[tuple[Seat, Seat]] = (),
    at: datetime,
) -> None:
    """Queue the tickets of a paid order with their QR codes: once per order and address, or `again`.

    `again` after a change of seats: `moves` are the former and the new seat of each ticket that moved.
    """
    if not order.recipient:
        return
    tickets = list(
        order.tickets.for_visits().select_related("session__film", "session__hall", "seat").order_by(*_IN_ORDER)
    )
    codes = []
    for ticket in tickets:
        ticket.order = order
        codes.append([f"{order.number}-{ticket.seat.row}-{ticket.seat.number}", code_of(ticket)])
    snacks = list(order.preorders.select_related("concession_item").order_by("pk"))
    context = {
        **_about(
            order,
            order.cinema,
            map(_seat_of, tickets),
            ((each.concession_item.shown_in(order.language).name, each.quantity) for each in snacks),
        ),
        "amount": str(order.final_amount),
        "gift_cards": [[card.last4, str(amount)] for card, amount in gift_cards_of(order.pk)],
        "pickup_code": snacks[0].pickup_code if snacks else "",
        "codes": codes,
        "moves": [[old.row, old.number, new.row, new.number] for old, new in moves],
    }
    occasion = f"{order.number} {at.isoformat()}" if again else order.number
    queue([message_about(order, MessageKind.ORDER_PAID, occasion=occasion, context=context)], at=at)


def withdraw(order: Order, *, recipient: str, at: datetime) -> None:
    """Let no message about the order that still waits be sent to this address after `at`."""
    waiting = notifications_of(order, recipient=recipient).filter(status=Status.QUEUED)
    waiting.order_by().update(not_after=at)


def repeat_cancellations(order: Order, *, recipient: str, at: datetime) -> None:
    """Tell the order's address what `recipient` was told of cancelled sessions, even if it was told before."""
    kind, link = MessageKind.SESSION_CANCELLED, {"link": order.link}
    told = notifications_of(order, recipient=recipient).filter(kind=kind).exclude(occasion__contains=" again ")
    known = set(notifications_of(order, recipient=order.recipient).filter(kind=kind).values_list("occasion", flat=True))
    for each in told:
        occasion = f"{each.occasion} again {at.isoformat()}" if each.occasion in known else each.occasion
        queue([message_about(order, kind, occasion=occasion, context=each.context | link)], at=at)


def notify_address_changed(order: Order, *, recipient: str, by_staff: bool, at: datetime) -> None:
    """Tell the former address that the order has another one, and that its link and codes have stopped working."""
    about = {**_where(order.cinema, order.language), "number": order.number, "by_staff": by_staff}
    occasion = f"{order.number} {at.isoformat()}"
    message = message_about(order, MessageKind.ADDRESS_CHANGED, recipient=recipient, occasion=occasion, context=about)
    queue([message], at=at)


def send_link(order: Order, *, asked: bool = True, sparingly: bool = False, at: datetime) -> bool:
    """Queue the link to the page; returns whether. `sparingly`: one in `LINK_AGAIN`; not `asked`: corrected."""
    if sparingly and was_queued(MessageKind.ORDER_LINK, recipient=order.recipient, after=at - settings.LINK_AGAIN):
        return False
    kept = ConcessionPreorder.objects.exclude(status__in=ConcessionPreorder.RELEASED)
    about = about_orders([order], tickets=Ticket.objects.live(), preorders=kept)
    occasion = f"{order.number} {at.isoformat()}"
    context = {**about[order.pk], "asked": asked}
    queue([message_about(order, MessageKind.ORDER_LINK, occasion=occasion, context=context)], at=at)
    return True


def notify_overdue(orders: Iterable[Order], *, at: datetime, again: bool = False) -> None:
    """Tell customers that payment is overdue: once per deadline, or `again` at the request of staff."""
    orders, messages = _reachable(orders), []
    about, cinemas, taken = about_orders(orders), _cinemas(orders), balances([order.pk for order in orders])
    for order in orders:
        occasion = f"{order.number} {(at if again else order.payment_deadline).isoformat()}"
        ends = cinemas[order.cinema_id].local(order.expires_at).isoformat()
        left = order.final_amount - (taken[order.pk].kept if order.pk in taken else ZERO)
        context = {**about[order.pk], "amount": str(left), "cancelled_at": ends}
        late = {"occasion": occasion, "context": context, "not_after": order.expires_at}
        messages.append(message_about(order, MessageKind.ORDER_OVERDUE, **late))
    queue(messages, at=at)


def notify_cancelled(orders: Iterable[Order], *, at: datetime) -> None:
    orders = _reachable(orders)
    about, kind = about_orders(orders), MessageKind.ORDER_CANCELLED
    contexts = {order.pk: {**about[order.pk], "points_used": order.bonus_amount > 0} for order in orders}
    queue([message_about(each, kind, occasion=each.number, context=contexts[each.pk]) for each in orders], at=at)


def notify_refunded(order: Order, *, refund: int, returned: Returned, points: int, at: datetime) -> None:
    """Tell customers what the refund with the primary key `refund` returns: tickets and snacks, money and points."""
    about = about_orders(
        [order],
        tickets=Ticket.objects.filter(refund_line__refund=refund),
        preorders=ConcessionPreorder.objects.filter(refund_line__refund=refund),
    )
    context = {**about[order.pk], **returned.context(), "points": points}
    occasion = f"{order.number} {refund}"
    queue([message_about(order, MessageKind.ORDER_REFUNDED, occasion=occasion, context=context)], at=at)


def notify_payment_returned(order: Order, *, payment: int, amount: Decimal, at: datetime) -> None:
    """Tell the customer that a payment which the order cannot take any more is being returned."""
    about = about_orders([order])
    context = {**about[order.pk], "amount": str(amount)}
    occasion = f"{order.number} {payment}"
    queue([message_about(order, MessageKind.LATE_PAYMENT_REFUNDED, occasion=occasion, context=context)], at=at)


def notify_sessions_cancelled(
    orders: Iterable[Order],
    *,
    tickets: Mapping[int, Sequence[Ticket]],
    returned: Mapping[int, Returned],
    points: Mapping[int, int],
    held: Collection[int] = (),
    awaiting: Mapping[int, Sequence[Ticket]],
    more: Callable[[Order, Sequence[Ticket]], dict[str, Any]] | None = None,
    at: datetime,
) -> None:
    """One message per order and set of sessions. Another comes first about an order that is `held` until a bank has
    decided a dispute, and about tickets whose refunds are `awaiting`. All come with their seat, session, film and hall.
    """
    orders = _reachable(orders)
    cinemas = _cinemas(orders)
    told = [(order, tickets[order.pk], "disputed" if order.pk in held else "") for order in orders]
    told += [(each, late, late[0].session.refunds_wait(at)) for each in orders if (late := awaiting[each.pk])]
    queue(
        [
            message_about(
                order,
                MessageKind.SESSION_CANCELLED,
                occasion=" ".join(
                    [order.number, *map(str, sorted({ticket.session_id for ticket in cancelled})), *filter(None, [why])]
                ),
                context={
                    **_about(order, cinemas[order.cinema_id], map(_seat_of, sorted(cancelled, key=_in_order)), []),
                    **(Returned() if why else returned.get(order.pk, Returned())).context(),
                    "points": 0 if why else points.get(order.pk, 0),
                    "disputed": why == "disputed",
                    "waits": why == "waits",
                    **(more(order, cancelled) if more else {}),
                },
            )
            for order, cancelled, why in told
            if cancelled
        ],
        at=at,
    )


def ask_to_approve_refunds(
    approval: Approval, *, session: Session, amount: Decimal, to: Iterable[User], at: datetime
) -> None:
    """Tell these people, each in their own language, that refunds of a cancelled session wait for one of them."""
    cinema = session.hall.cinema
    context = {
        "cinema": cinema.name,
        "film": session.film.title,
        "starts": cinema.local(session.start_datetime).isoformat(),
        "amount": str(amount),
        "asked_by": str(approval.asked_by),
        "reason": session.cancel_reason,
        "page": settings.SITE_URL + settings.APPROVAL_PATH.format(pk=approval.pk),
    }
    kind, occasion = MessageKind.REFUNDS_TO_APPROVE, f"approval {approval.pk}"
    message = partial(Message, kind=kind, occasion=occasion, cinema=cinema.pk, context=context)
    queue([message(recipient=each.email, language=each.preferred_language) for each in to], at=at)


def notify_upcoming_sessions(groups: Iterable[Sequence[Ticket]], *, at: datetime) -> None:
    """One message for each group of tickets of one order and session. It is not sent after the start."""
    queue([_reminder(tickets) for tickets in groups], at=at)


def _reminder(tickets: Sequence[Ticket]) -> Message:
    order, session = tickets[0].order, tickets[0].session
    about = _about(order, session.hall.cinema, map(_seat_of, tickets), [])
    [showing] = about.pop("showings")
    return message_about(
        order,
        MessageKind.TICKET_REMINDER,
        occasion=f"{order.number} {session.pk}",
        context={**about, **showing},
        not_after=session.start_datetime,
    )


def notifications_of(order: Order, *, recipient: str = "") -> QuerySet[Notification]:
    """Messages about this order to its customer, former addresses included, or to `recipient` only, oldest first."""
    recipients = {recipient} if recipient else {order.recipient.strip(), *OrderChange.objects.former_addresses([order])}
    about = Notification.objects.filter(
        Q(occasion=order.number) | Q(occasion__startswith=f"{order.number} "),
        kind__in=[kind for kind in MessageKind if kind not in NOT_ABOUT_ORDERS],
        recipient__in=recipients,
    )
    return about.order_by("created_at", "pk")


def message_about(order: Order, kind: MessageKind, **fields: Any) -> Message:
    """A message to the order's customer, unless another `recipient` is named, in the order's language."""
    about = {"recipient": order.recipient, "language": order.language, "cinema": order.cinema_id}
    return Message(kind=kind, **{**about, **fields})


def _reachable(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.recipient]


def _cinemas(orders: Iterable[Order]) -> dict[int, Cinema]:
    keys = {order.cinema_id for order in orders}
    return Cinema.objects.in_bulk(keys) if keys else {}


def about_orders(
    orders: Sequence[Order],
    *,
    tickets: QuerySet[Ticket] | None = None,
    preorders: QuerySet[ConcessionPreorder] | None = None,
) -> dict[int, dict[str, Any]]:
    """The common part of messages, by order: everything bought, or only these tickets and snacks. At most 4 queries."""
    keys = [order.pk for order in orders]
    chosen = (Ticket.objects.all() if tickets is None else tickets).filter(order__in=keys).order_by(*_IN_ORDER)
    # No instances: a batch has thousands of tickets, of a few sessions.
    places = list(chosen.values_list("order_id", "session_id", "seat__row", "seat__number"))
    sessions = Session.objects.select_related("film", "hall__cinema").in_bulk({place[1] for place in places})
    cinemas = {session.hall.cinema_id: session.hall.cinema for session in sessions.values()}
    cinemas |= _cinemas([order for order in orders if order.cinema_id not in cinemas])
    seats: defaultdict[int, list[ListedSeat]] = defaultdict(list)
    for order, session, row, number in places:
        seats[order].append((sessions[session], row, number))
    snacks: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    wanted = (ConcessionPreorder.objects.all() if preorders is None else preorders).filter(order__in=keys)
    spoken = {order.pk: order.language for order in orders}
    items = ("concession_item__name", "concession_item__texts")
    for order, name, texts, quantity in wanted.order_by("pk").values_list("order_id", *items, "quantity"):
        snacks[order].append((text_in(spoken[order], texts, "name", name), quantity))
    return {order.pk: _about(order, cinemas[order.cinema_id], seats[order.pk], snacks[order.pk]) for order in orders}


_IN_ORDER = ("session__start_datetime", "session", "seat__row", "seat__number")
_in_order = attrgetter("session.start_datetime", "session_id", "seat.row", "seat.number")


def _seat_of(ticket: Ticket) -> ListedSeat:
    return ticket.session, ticket.seat.row, ticket.seat.number


def _where(cinema: Cinema, language: str) -> dict[str, str]:
    return {"cinema": cinema.shown_in(language).name, "address": cinema.address_in(language)}


def _about(
    order: Order, cinema: Cinema, seats: Iterable[ListedSeat], snacks: Iterable[tuple[str, int]]
) -> dict[str, Any]:
    """The order, its cinema, its screenings with their seats in the order given, and its snacks, named in the order's
    language. Sessions were read with film and hall: no query.
    """
    showings: dict[int, dict[str, Any]] = {}
    for session, row, number in seats:
        if session.pk not in showings:
            showings[session.pk] = {
                "film": session.film.shown_in(order.language).title,
                "rating": session.film.age_rating,
                "starts": cinema.local(session.start_datetime).isoformat(),
                "hall": session.hall.shown_in(order.language).name,
                "seats": [],
            }
        showings[session.pk]["seats"].append([row, number])
    return {
        "number": order.number,
        "link": order.link,
        **_where(cinema, order.language),
        "showings": list(showings.values()),
        "snacks": [list(snack) for snack in snacks],
    }
