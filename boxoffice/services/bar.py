"""Snacks of tonight's orders at the bar: what is due next, prepared and handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from cinema.keyboards import readings
from concessions.models import ConcessionPreorder
from orders.models import Order, Ticket
from orders.services import collect, make_ready
from screenings.models import Cinema

SHOWN_AHEAD = timedelta(hours=12)  # orders whose screening starts later are not shown yet
DUE = timedelta(minutes=30)  # before the start, from when on a card is marked as due


@dataclass(frozen=True)
class Card:
    """The open snacks of one order. `start` is that of its first screening, None without tickets."""

    order: Order
    start: datetime | None
    snacks: list[ConcessionPreorder]
    is_due: bool

    @property
    def is_ready(self) -> bool:
        return all(each.status == ConcessionPreorder.Status.READY for each in self.snacks)

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(each.pickup_code for each in self.snacks))


def cards(cinema: Cinema, *, at: datetime) -> list[Card]:
    """Paid orders of tonight with snacks to prepare or to hand over, by start. Two queries. Reads only."""
    snacks: dict[Order, list[ConcessionPreorder]] = {}
    for each in open_snacks(cinema, at=at).order_by("pk"):
        snacks.setdefault(each.order, []).append(each)
    starts: dict[int, datetime] = {}
    tickets = Ticket.objects.for_visits().filter(order__in=[order.pk for order in snacks])
    for key, begins in tickets.values_list("order", "session__start_datetime"):
        starts[key] = min(begins, starts.get(key, begins))
    found = [
        Card(order, start, lines, start is None or start <= at + DUE)
        for order, lines in snacks.items()
        if (start := starts.get(order.pk)) is None or start <= at + SHOWN_AHEAD
    ]
    return sorted(found, key=lambda card: (card.start or at, card.order.pk))


def ready_codes(cinema: Cinema, *, at: datetime) -> list[str]:
    """The pick-up codes whose snacks are all ready, the latest first. One query. Reads only."""
    is_ready: dict[str, bool] = {}
    for each in open_snacks(cinema, at=at).order_by("-ready_at", "-pk"):
        ready = each.status == ConcessionPreorder.Status.READY
        is_ready[each.pickup_code] = is_ready.get(each.pickup_code, True) and ready
    return [code for code, ready in is_ready.items() if ready]


def prepare(order: Order, *, at: datetime, actor: User) -> list[ConcessionPreorder]:
    """Mark everything that the order still has to prepare as ready. Raises `OrderNotPaid` or `SnacksNotOpen`.

    All of it or nothing. Owns its transaction.
    """
    lines = order.preorders.filter(status=ConcessionPreorder.Status.PENDING).select_related("order").order_by("pk")
    with transaction.atomic():
        return [make_ready(each, at=at, actor=actor) for each in lines]


def hand_over(order: Order, *, at: datetime, actor: User) -> list[ConcessionPreorder]:
    """Hand everything over that the order has not got yet. Raises `OrderNotPaid` or `SnacksNotOpen`.

    All of it or nothing. Owns its transaction.
    """
    lines = order.preorders.filter(status__in=ConcessionPreorder.OPEN).select_related("order").order_by("pk")
    with transaction.atomic():
        return [collect(each, at=at, actor=actor) for each in lines]


def order_of_code(code: str, *, cinema: Cinema) -> Order | None:
    """The order of this cinema with open snacks under this pick-up code, however a scanner typed it. Reads only."""
    found = ConcessionPreorder.objects.filter(
        pickup_code__in=readings(code), order__cinema=cinema, status__in=ConcessionPreorder.OPEN
    )
    preorder = found.select_related("order").first()
    return preorder.order if preorder else None


def open_snacks(cinema: Cinema, *, at: datetime) -> QuerySet[ConcessionPreorder]:
    """Open snacks of paid orders of this cinema that can still be collected. One query. Reads only."""
    return ConcessionPreorder.objects.filter(
        status__in=ConcessionPreorder.OPEN,
        collection_deadline__gt=at,
        order__cinema=cinema,
        order__status__in=Order.SOLD,
    ).select_related("order", "concession_item")
