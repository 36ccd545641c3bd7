"""Finds what happened, and queues it for the receivers of webhooks.

The row of an event is the mark on its fact: a fact without one is due. So nothing is lost between two passes, whatever
the order in which transactions commit, and a fact that is found twice is one event.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet

from concessions.models import ConcessionItem
from integrations.models import EventType, ListedSession, WebhookDelivery, WebhookEndpoint, WebhookEvent
from orders.models import Order
from payments.models import Refund
from reports.models import BusinessDay
from screenings.models import Cinema

READ_BACK = timedelta(days=3)  # jobs that stood still for longer do not tell what happened before
YES = [True]  # see `ConcessionItem.objects.low`


@dataclass(frozen=True)
class Fact:
    """Rows of `rows` since an instant are events of this type; `stamp` is the column that says when."""

    type: EventType
    stamp: str
    rows: Callable[[datetime], QuerySet[Any]]
    cinema: Callable[[Any], int]
    data: Callable[[Any], dict[str, Any]]

    def due(self, at: datetime) -> QuerySet[Any]:
        """The rows that happened by `at`, that somebody wants to hear of, and that have no event yet."""
        since = _wanted_since(self.type)
        rows = self.rows(at if since is None else max(since, at - READ_BACK)).filter(**{f"{self.stamp}__lte": at})
        if since is None:
            return rows.filter(pk__lt=0)
        known = WebhookEvent.objects.filter(type=self.type, subject=OuterRef("pk"), at=OuterRef(self.stamp))
        return rows.exclude(Exists(known))

    def queue(self, rows: Sequence[Any], _at: datetime) -> None:
        """Store the events of these rows, and their deliveries. Must be called inside a transaction."""
        _store([self._event(row) for row in rows], at=_at)

    def _event(self, row: Model) -> WebhookEvent:
        return WebhookEvent(
            type=self.type,
            subject=row.pk,
            cinema_id=self.cinema(row),
            at=getattr(row, self.stamp),
            data=self.data(row),
        )


def _orders(since: datetime) -> QuerySet[Order]:
    # By cinema, since that is how the index begins.
    return Order.objects.filter(cinema__in=list(Cinema.objects.values_list("pk", flat=True)), paid_at__gte=since)


def _order(order: Order) -> dict[str, Any]:
    return {"number": order.number, "cinema_id": order.cinema_id, "total": str(order.final_amount)}


def _refund(refund: Refund) -> dict[str, Any]:
    return {"order": refund.order.number, "cinema_id": refund.order.cinema_id, "amount": str(refund.amount)}


def _item(item: ConcessionItem) -> dict[str, Any]:
    return {"id": item.pk, "cinema_id": item.cinema_id, "name": item.name, "stock": item.stock_quantity}


def _day(day: BusinessDay) -> dict[str, Any]:
    return {"cinema_id": day.cinema_id, "date": day.date.isoformat()}


FACTS = (
    Fact(EventType.ORDER_PAID, "paid_at", _orders, lambda order: order.cinema_id, _order),
    Fact(
        EventType.REFUND_PAID,
        "succeeded_at",
        lambda since: Refund.objects.filter(succeeded_at__gte=since).select_related("order"),
        lambda refund: refund.order.cinema_id,
        _refund,
    ),
    Fact(
        EventType.STOCK_LOW,
        "low_since",
        lambda since: ConcessionItem.objects.filter(is_low__in=YES, is_active=True, low_since__gte=since),
        lambda item: item.cinema_id,
        _item,
    ),
    Fact(
        EventType.DAY_CLOSED,
        "closed_at",
        lambda since: BusinessDay.objects.filter(
            cinema__in=list(Cinema.objects.values_list("pk", flat=True)),
            date__gte=(since - 7 * READ_BACK).date(),
            closed_at__gte=since,
        ),
        lambda day: day.cinema_id,
        _day,
    ),
)


def queue_session_events(rows: Iterable[ListedSession], *, published: frozenset[int], at: datetime) -> None:
    """Tell receivers of sessions that were announced or taken back; `published` are the keys of those that are new.

    Must be called inside a transaction (that records what was announced). Three queries, one without receivers.
    """
    endpoints = _endpoints()
    if not endpoints:
        return
    by_state = {
        ListedSession.State.CANCELLED: EventType.SESSION_CANCELLED,
        ListedSession.State.WITHDRAWN: EventType.SESSION_WITHDRAWN,
        ListedSession.State.ON_SALE: EventType.SESSION_CHANGED,
    }
    events = []
    for row in rows:
        kind = by_state.get(ListedSession.State(row.state))  # a start is no event
        if kind is None:
            continue
        if row.session_id in published:
            kind = EventType.SESSION_PUBLISHED
        data = {
            "id": row.session_id,
            "cinema_id": row.cinema_id,
            "film_id": row.film_id,
            "starts_at": row.starts_at.isoformat(),
            "price": str(row.price),
            "version": row.version,
        }
        events.append(WebhookEvent(type=kind, subject=row.session_id, cinema_id=row.cinema_id, at=at, data=data))
    _store(events, at=at, endpoints=endpoints)


def _store(events: Sequence[WebhookEvent], *, at: datetime, endpoints: Sequence[WebhookEndpoint] | None = None) -> None:
    """Store events that are not known yet, and a delivery of each for each receiver that wants it."""
    if endpoints is None:
        endpoints = _endpoints()
    WebhookEvent.objects.bulk_create(events, ignore_conflicts=True)
    # Read again, because events that another copy has just stored keep its key.
    wanted = {(event.type, event.subject, event.at) for event in events}
    types, subjects = {event.type for event in events}, {event.subject for event in events}
    found = WebhookEvent.objects.filter(type__in=types, subject__in=subjects)
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(event=event, endpoint=endpoint, next_attempt_at=at)
            for event in found
            if (event.type, event.subject, event.at) in wanted
            for endpoint in endpoints
            if endpoint.wants(event)
        ],
        ignore_conflicts=True,
    )


def _endpoints() -> list[WebhookEndpoint]:
    """Receivers that are to be told; one that was switched off after failures hears everything later."""
    return list(WebhookEndpoint.objects.filter(is_active=True))


def _wanted_since(type_: str) -> datetime | None:
    return min((each.since for each in _endpoints() if type_ in each.types), default=None)
