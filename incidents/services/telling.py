"""Tells guests what changed, with a link to keep or to return their tickets."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import translation

from concessions.models import ConcessionPreorder
from incidents.models import ChangedSession, ConcernedOrder, Incident
from incidents.services.alternatives import alternatives
from incidents.services.vouchers import replace_vouchers
from notifications.models import MessageKind, Notification, Status
from notifications.services import queue
from orders import notifications
from orders.models import Order, Ticket
from orders.services import refund_cancelled_sessions_locked
from orders.services.refunds.effects import RefundPlan
from payments.services import Returned, returned_by
from screenings.models import Session


@dataclass(frozen=True)
class Told:
    """What a guest gets back."""

    returned: Returned = field(default=Returned())
    points: int = 0

    @classmethod
    def of(cls, plans: Sequence[RefundPlan]) -> dict[int, "Told"]:
        """By the primary key of the order."""
        money = returned_by((plan.refund, plan.money_back) for plan in plans)
        return {plan.order.pk: cls(money[plan.refund.pk], plan.points_back) for plan in plans}

    def context(self) -> dict[str, Any]:
        return {**self.returned.context(), "points": self.points}


def showings_before(orders: Iterable[Order], *, sessions: Collection[Session]) -> dict[int, list[Any]]:
    """What each order (primary key) has at these sessions, as messages list it. Three queries. Reads only."""
    about = _about(list(orders), [each.pk for each in sessions])
    return {key: facts["showings"] for key, facts in about.items()}


def tell_changed(
    incident: Incident,
    orders: Iterable[Order],
    *,
    was: Mapping[int, list[Any]],
    returned: Mapping[int, Told],
    at: datetime,
) -> None:
    """One message an order and incident. Reminders that still wait are withdrawn: they name the former place and time.

    A constant number of queries. Must be called inside a transaction (the orders are locked).
    """
    orders, sessions = list(orders), list(incident.sessions.values_list("pk", flat=True))
    occasions = [f"{order.number} {key}" for order in orders for key in sessions]
    waiting = Notification.objects.filter(kind=MessageKind.TICKET_REMINDER, status=Status.QUEUED)
    for start in range(0, len(occasions), 500):
        waiting.filter(occasion__in=occasions[start : start + 500]).update(not_after=at)
    until = incident.refund_until
    local = incident.cinema.local(until).isoformat() if until else ""
    reachable = [order for order in orders if order.recipient and not _is_basket(order)]
    about = _about(reachable, sessions, actual=dict(incident.changed.values_list("session", "actual_start")))
    versions, others = _versions(incident), _others(incident, reachable if until else [], at=at)
    queue(
        [
            notifications.message_about(
                order,
                MessageKind.SESSION_CHANGED,
                occasion=f"{order.number} change {incident.pk}",
                context={
                    **about[order.pk],
                    "change": incident.kind,
                    "why": _why([incident], language=order.language),
                    "was": was.get(order.pk, []),
                    "versions": versions,
                    "refund_until": local if order.status in Order.SOLD else "",
                    "choice": choice_link(order, incident) if order.status in Order.SOLD else "",
                    "others": others.get(order.pk, []),
                    **returned.get(order.pk, Told()).context(),
                },
            )
            for order in reachable
        ],
        at=at,
    )


def refund_guests_locked(orders: Sequence[Order], *, at: datetime) -> int:
    """Refund a batch of orders with tickets for cancelled sessions, and tell the guests why and which others there are.

    Returns how many were not passed over. Must be called inside a transaction (the orders and, before them, their
    sessions are locked; the orders were read afterwards).
    """
    cancelled = Session.objects.filter(status=Session.Status.CANCELLED, tickets__order__in=orders).distinct()
    more = _of_cancelled(cancelled.select_related("hall"), at=at)
    done = refund_cancelled_sessions_locked(orders, more=more, at=at)
    replace_vouchers(orders, at=at)
    return done


def _of_cancelled(sessions: Iterable[Session], *, at: datetime) -> Callable[[Order, Sequence[Ticket]], dict[str, Any]]:
    """What messages about tickets for these cancelled sessions say besides: why, which others there are, and until when
    a voucher may be chosen. A constant number of queries, and then none. Reads only."""
    sessions = list(sessions)
    offered, explained = alternatives(sessions, at=at), explanations(sessions)

    def more(order: Order, tickets: Sequence[Ticket]) -> dict[str, Any]:
        known = [explained[key] for key in dict.fromkeys(each.session_id for each in tickets) if key in explained]
        choosing = [each.refund_until for each in known if tickets[0].session.refunds_wait(at) == "choice"]
        until = order.cinema.local(choosing[0]).isoformat() if choosing and choosing[0] else ""
        return {**offered.for_order(order, tickets), "why": _why(known, language=order.language), "choose_until": until}

    return more


def explanations(sessions: Iterable[Session]) -> dict[int, Incident]:
    """By cancelled session (primary key), the cancellation that says `why`. One query. Reads only."""
    rows = ChangedSession.objects.filter(session__in=[each.pk for each in sessions])
    cancelled = rows.filter(incident__kind=Incident.Kind.CANCELLED).select_related("incident").order_by("pk")
    return {row.session_id: row.incident for row in cancelled}


def _why(incidents: Iterable[Incident], *, language: str) -> str:
    with translation.override(language):
        return " ".join(dict.fromkeys(filter(None, [each.why for each in incidents])))


def _others(incident: Incident, orders: Sequence[Order], *, at: datetime) -> dict[int, list[dict[str, str]]]:
    """What is offered to each order (primary key) instead of the changed sessions. A constant number of queries."""
    sessions = former_sessions(incident) if orders else {}
    places: defaultdict[int, Counter[Session]] = defaultdict(Counter)
    tickets = Ticket.objects.filter(order__in=[order.pk for order in orders], session__in=sessions)
    for order, session in tickets.order_by("pk").values_list("order", "session"):
        places[order][sessions[session]] += 1
    offered = alternatives(sessions.values(), at=at)
    return {order.pk: offered.listed(places[order.pk], language=order.language) for order in orders}


def former_sessions(incident: Incident) -> dict[int, Session]:
    """The sessions of the incident by primary key, with the film that they were announced with; never to be saved. One
    query. Reads only."""
    rows = incident.changed.select_related("session__hall")
    for row in rows:
        row.session.film_id = row.film_id
    return {row.session_id: row.session for row in rows}


def _is_basket(order: Order) -> bool:
    """Whether nobody has paid, or has booked by name: an address that was typed in proves nothing, and whoever is about
    to pay sees the change."""
    return order.channel == Order.Channel.ONLINE and order.status in (*Order.UNPAID, Order.Status.CANCELLED)


def tell_times(sessions: Collection[int], *, at: datetime) -> None:
    """Tell the customers of paid and reserved orders when these sessions (primary keys) start by the cinema's clock."""
    tickets = Ticket.objects.live().filter(session__in=sessions)
    reserved = Q(status__in=Order.UNPAID, channel__in=[Order.Channel.RESERVATION, Order.Channel.GROUP])
    told = Order.objects.filter(Q(status=Order.Status.PAID) | reserved, pk__in=tickets.values("order")).order_by("pk")
    orders = [order for order in told if order.recipient]
    about, kind, stamp = _about(orders, sessions), MessageKind.SESSION_TIME_CHANGED, at.isoformat()
    message = notifications.message_about
    queue([message(each, kind, occasion=f"{each.number} {stamp}", context=about[each.pk]) for each in orders], at=at)


def _about(
    orders: Sequence[Order], sessions: Collection[int], *, actual: Mapping[int, datetime | None] | None = None
) -> dict[int, dict[str, Any]]:
    """What messages say of each order (primary key), with these sessions only, at their `actual` starts where these
    differ. Three queries."""
    tickets = Ticket.objects.live().filter(session__in=sessions)
    about = notifications.about_orders(orders, tickets=tickets, preorders=ConcessionPreorder.objects.none())
    starts = [start for start in (actual or {}).values() if start]
    for order in orders if starts else ():
        for showing in about[order.pk]["showings"]:  # only the start of one session is recorded at a time
            showing["starts"] = order.cinema.local(starts[0]).isoformat()
    return about


def _versions(incident: Incident) -> list[list[str]]:
    """Format, language and subtitles, before and after, of the session whose version was corrected. One query."""
    if incident.kind != Incident.Kind.CORRECTED:
        return []
    row = incident.changed.select_related("session").get()
    return [[each.format, each.language, each.subtitles] for each in (row, row.session)]


def choice_link(order: Order, incident: Incident) -> str:
    """The address of the page on which the guest decides. Opening it decides nothing. Reads only."""
    return f"{order.link}changed/{incident.pk}/"


def concerned(order: Order, incident: int) -> ConcernedOrder | None:
    """The order's row in this incident (primary key). One query. Reads only."""
    rows = order.incidents.filter(incident=incident).select_related("incident__cinema")
    found: ConcernedOrder | None = rows.first()
    return found
