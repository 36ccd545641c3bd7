"""Querysets that need both orders and tickets, whose models are in separate files."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, QuerySet

from house_rules.rules import rules
from orders.models import Order, Ticket
from screenings.models import Session


def taken_tickets(at: datetime) -> QuerySet[Ticket]:
    """Live tickets that keep their seat at `at`: all but the reserved ones of expired orders.

    The next sale of such a seat cancels the expired order first, so its seat is free whether or not the job has run.
    """
    return Ticket.objects.live().exclude(
        status=Ticket.Status.RESERVED, order__in=Order.objects.expired(at).values("pk")
    )


def tickets_to_remind(at: datetime) -> QuerySet[Ticket]:
    """Paid tickets of sessions that start within the reminder time of the house rules, bought before that,
    without a reminder so far, of customers with an e-mail address or a phone number."""
    ahead = rules().reminder_ahead
    soon = Session.objects.on_sale(at).filter(start_datetime__lte=at + ahead)
    return Ticket.objects.filter(
        ~Q(order__email="", order__phone=""),
        session__in=soon.values("pk"),
        status=Ticket.Status.PAID,
        reminder_sent_at__isnull=True,
        order__status=Order.Status.PAID,
        order__paid_at__lt=F("session__start_datetime") - ahead,
        order__paid_at__lte=at,
    )


def orders_to_remind(at: datetime, among: Collection[int] | None = None) -> QuerySet[Order]:
    """Orders with a ticket of `tickets_to_remind(at)`; with `among`, only the orders with these primary keys."""
    tickets = tickets_to_remind(at)
    if among is not None:
        tickets = tickets.filter(order__in=among)
    return Order.objects.filter(pk__in=tickets.values("order"))
