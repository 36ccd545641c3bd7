"""Sessions that a group has hired: its own alone until they are opened to everybody."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum

from allocations.errors import SessionIsPublic, SessionNotEmpty
from cinema.money import MoneyField
from orders.models import Ticket
from screenings.models import Seat, Session

SHOWN_AFTER = timedelta(days=1)


def make_private(session: Session) -> None:
    """Let nobody but its group see the session or buy seats of it. Sales that have begun are waited for.

    Raises `SessionNotEmpty` if anybody has a seat of it. Must be called inside a transaction (the session is locked).
    """
    list(Session.objects.select_for_update(of=("self",)).filter(pk=session.pk).values_list("pk"))
    if taken := Ticket.objects.live().filter(session=session).count():
        raise SessionNotEmpty(taken)
    session.is_private = True
    session.save(update_fields=["is_private"])


def open_to_public(session: Session) -> None:
    """Advertise and sell a private session to everybody; the group keeps what it has.

    Raises `SessionIsPublic`. Owns its transaction.
    """
    with transaction.atomic():
        row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if not row.is_private:
            raise SessionIsPublic
        row.is_private = session.is_private = False
        row.save(update_fields=["is_private"])


def hired_for_little(*, at: datetime) -> QuerySet[Session]:
    """Private sessions to come, or begun in the last day, whose group has paid less than half of what the hall costs
    and reserves nothing any more: what it gave up is counted nowhere else. Reads only.
    """
    tickets = Ticket.objects.live().filter(session=OuterRef("pk")).order_by()
    seats = Seat.objects.filter(hall=OuterRef("hall")).order_by()
    money = MoneyField()
    sessions = Session.objects.filter(
        ~Exists(tickets.filter(status=Ticket.Status.RESERVED)),
        is_private=True,
        start_datetime__gt=at - SHOWN_AFTER,
    ).exclude(status=Session.Status.CANCELLED)
    twice_paid = tickets.values("session").annotate(sum=ExpressionWrapper(Sum("price") * 2, output_field=money))
    number = Subquery(seats.values("hall").annotate(number=Count("pk")).values("number"))
    return sessions.annotate(
        twice_paid=Subquery(twice_paid.values("sum")),
        whole_hall=ExpressionWrapper(F("ticket_price") * number, output_field=money),
    ).filter(Q(twice_paid=None) | Q(twice_paid__lt=F("whole_hall")))
