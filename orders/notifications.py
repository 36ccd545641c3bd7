"""What customers are told of their orders: which fact becomes which message. Orders without an address are left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from notifications.models import Kind, Notification
from notifications.services import Message, queue
from orders.models import Order, Ticket
from screenings.models import Cinema


def send_tickets(order: Order, *, code_of: Callable[[Ticket], str], at: datetime) -> None:
    """The order is paid: its tickets, the QR code of each, and where they are. Once an order."""
    if not order.recipient:
        return
    cinema = order.cinema
    showings: dict[int, dict[str, Any]] = {}
    codes = []
    tickets = order.tickets.select_related("session__film", "session__hall", "seat")
    for ticket in tickets.order_by("session__start_datetime", "session", "seat__row", "seat__number"):
        session = ticket.session
        facts = {
            "film": session.film.title,
            "starts": cinema.local(session.start_datetime).isoformat(),
            "hall": session.hall.name,
            "seats": [],
        }
        showings.setdefault(session.pk, facts)["seats"].append([ticket.seat.row, ticket.seat.number])
        ticket.order = order
        codes.append([f"{order.number}-{ticket.seat.row}-{ticket.seat.number}", code_of(ticket)])
    queue(
        [
            Message(
                kind=Kind.ORDER_PAID,
                recipient=order.recipient,
                occasion=order.number,
                language=order.language,
                context={
                    "number": order.number,
                    "link": order.link,
                    "cinema": cinema.name,
                    "showings": list(showings.values()),
                    "amount": str(order.final_amount),
                    "pickup_code": order.preorders.values_list("pickup_code", flat=True).first() or "",
                    "codes": codes,
                },
            )
        ],
        at=at,
    )


def send_link(order: Order, *, at: datetime) -> None:
    """To who asked for it by number and address; each time it is asked."""
    queue(
        [
            Message(
                kind=Kind.ORDER_LINK,
                recipient=order.email,
                occasion=f"{order.number} {at.isoformat()}",
                language=order.language,
                context={"number": order.number, "link": order.link},
            )
        ],
        at=at,
    )


def notify_overdue(orders: Iterable[Order], *, at: datetime, again: bool = False) -> None:
    """Once a deadline: an extended order that is late again is told of again; and whenever staff want it `again`."""
    orders = _reachable(orders)
    cinemas = _cinemas(orders)
    queue(
        [
            Message(
                kind=Kind.ORDER_OVERDUE,
                recipient=order.recipient,
                occasion=f"{order.number} {(at if again else order.payment_deadline).isoformat()}",
                language=order.language,
                context={
                    "number": order.number,
                    "link": order.link,
                    "amount": str(order.final_amount),
                    "cancelled_at": cinemas[order.cinema_id].local(order.expires_at).isoformat(),
                },
                not_after=order.expires_at,
            )
            for order in orders
        ],
        at=at,
    )


def notify_cancelled(orders: Iterable[Order], *, at: datetime) -> None:
    orders = _reachable(orders)
    cinemas = _cinemas(orders)
    queue(
        [
            Message(
                kind=Kind.ORDER_CANCELLED,
                recipient=order.recipient,
                occasion=order.number,
                language=order.language,
                context={"number": order.number, "cinema": cinemas[order.cinema_id].name},
            )
            for order in orders
        ],
        at=at,
    )


def notify_refunded(order: Order, *, refund: int, amount: Decimal, points: int, at: datetime) -> None:
    queue(
        [
            Message(
                kind=Kind.ORDER_REFUNDED,
                recipient=order.recipient,
                occasion=f"{order.number} {refund}",
                language=order.language,
                context={"number": order.number, "amount": str(amount), "points": points},
            )
        ],
        at=at,
    )


def notify_payment_returned(order: Order, *, payment: int, amount: Decimal, at: datetime) -> None:
    """Money came that the order cannot take any more."""
    queue(
        [
            Message(
                kind=Kind.LATE_PAYMENT_REFUNDED,
                recipient=order.recipient,
                occasion=f"{order.number} {payment}",
                language=order.language,
                context={"number": order.number, "amount": str(amount)},
            )
        ],
        at=at,
    )


def notify_sessions_cancelled(
    orders: Iterable[Order],
    *,
    tickets: Mapping[int, Sequence[Ticket]],
    amounts: Mapping[int, Decimal],
    points: Mapping[int, int],
    at: datetime,
) -> None:
    """One message an order and set of sessions; `tickets` come with their session and film."""
    orders = _reachable(orders)
    cinemas = _cinemas(orders)
    queue(
        [
            Message(
                kind=Kind.SESSION_CANCELLED,
                recipient=order.recipient,
                occasion=f"{order.number} {' '.join(str(key) for key in sorted(showings))}",
                language=order.language,
                context={
                    "number": order.number,
                    "cinema": cinemas[order.cinema_id].name,
                    "showings": [
                        {
                            "film": session.film.title,
                            "starts": cinemas[order.cinema_id].local(session.start_datetime).isoformat(),
                        }
                        for session in sorted(showings.values(), key=lambda session: session.start_datetime)
                    ],
                    "amount": str(amounts.get(order.pk, Decimal("0.00"))),
                    "points": points.get(order.pk, 0),
                },
            )
            for order in orders
            if (showings := {ticket.session_id: ticket.session for ticket in tickets[order.pk]})
        ],
        at=at,
    )


def notify_upcoming_sessions(groups: Iterable[Sequence[Ticket]], *, at: datetime) -> None:
    """One message for the tickets of one order at one session, useless after its start. They come with all it tells."""
    queue(
        [
            Message(
                kind=Kind.TICKET_REMINDER,
                recipient=tickets[0].order.recipient,
                occasion=f"{tickets[0].order.number} {tickets[0].session_id}",
                language=tickets[0].order.language,
                context={
                    "number": tickets[0].order.number,
                    "film": tickets[0].session.film.title,
                    "starts": tickets[0].session.hall.cinema.local(tickets[0].session.start_datetime).isoformat(),
                    "cinema": tickets[0].session.hall.cinema.name,
                    "hall": tickets[0].session.hall.name,
                    "seats": [[ticket.seat.row, ticket.seat.number] for ticket in tickets],
                    "link": tickets[0].order.link,
                },
                not_after=tickets[0].session.start_datetime,
            )
            for tickets in groups
        ],
        at=at,
    )


def notifications_of(order: Order) -> QuerySet[Notification]:
    """What the order's customer was told of it, in the order in which it happened: each occasion begins with the
    order's number. An index serves it."""
    about = Notification.objects.filter(
        Q(occasion=order.number) | Q(occasion__startswith=f"{order.number} "),
        kind__in=[kind for kind in Kind if kind not in (Kind.POINTS_EXPIRING, Kind.LOW_STOCK, Kind.SIGN_IN)],
        recipient=order.recipient.strip(),
    )
    return about.order_by("created_at", "pk")


def _reachable(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.recipient]


def _cinemas(orders: Iterable[Order]) -> dict[int, Cinema]:
    keys = {order.cinema_id for order in orders}
    return Cinema.objects.in_bulk(keys) if keys else {}
