"""The effects of refunds: releases seats and snacks and returns points, each once, for one order or for hundreds."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from bonuses.services import RefundedOrder, reverse_points
from cinema.money import ZERO
from cinema.status import transition
from concessions.models import ConcessionPreorder
from concessions.services import holds
from orders.models import Order, OrderLine, RefundLine, Ticket
from orders.services.closing.summaries import recount
from payments.models import Refund


@dataclass
class RemainingLines:
    """The lines of one order: those not refunded yet, and how those refunded before were paid."""

    tickets: list[Ticket] = field(default_factory=list)
    preorders: list[ConcessionPreorder] = field(default_factory=list)
    refunded_money: Decimal = ZERO
    refunded_points_value: Decimal = ZERO

    @property
    def unrefunded(self) -> list[OrderLine]:
        return [*self.tickets, *self.preorders]

    @property
    def refundable(self) -> list[OrderLine]:
        """The unrefunded lines without snacks that were collected or expired: those are refunded only when named."""
        return [*self.tickets, *(each for each in self.preorders if each.status in ConcessionPreorder.OPEN)]


@dataclass
class RefundPlan:
    """One refund and its lines, and those `along` with it. `last`: nothing of the order is left afterwards."""

    order: Order
    refund: Refund
    chosen: Sequence[OrderLine]
    lines: RemainingLines
    along: Sequence[Refund] = ()
    points_back: int = 0
    money_stays: bool = False  # only points go back: the guest is given something else instead of the money

    @property
    def last(self) -> bool:
        return len(self.chosen) == len(self.lines.unrefunded)

    @property
    def money_back(self) -> Decimal:
        """The money paid for the lines; it may differ from the refund's own amount."""
        return ZERO if self.money_stays else sum((line.paid for line in self.chosen), ZERO)

    @property
    def ends_order(self) -> bool:
        """Whether nothing is left, not even the money that a voucher stands for."""
        return self.last and self.order.final_amount == self.lines.refunded_money + self.money_back

    def for_points(self) -> RefundedOrder:
        """What `bonuses` has to know of the refund."""
        return RefundedOrder(
            order=self.order.pk,
            refund=self.refund.pk,
            points_value=self.lines.refunded_points_value + sum((line.bonus_share for line in self.chosen), ZERO),
            bonus_amount=self.order.bonus_amount,
            kept=self.order.final_amount - self.lines.refunded_money - self.money_back,
            last=self.last,
        )


def remaining_lines(orders: Collection[int]) -> dict[int, RemainingLines]:
    """The lines of each order that has been sold. Four queries."""
    found: defaultdict[int, RemainingLines] = defaultdict(RemainingLines)
    unrefunded = {"order__in": orders, "refund_line__isnull": True}
    for ticket in Ticket.objects.live().filter(**unrefunded).order_by("pk"):
        found[ticket.order_id].tickets.append(ticket)
    kept = ConcessionPreorder.objects.exclude(status__in=ConcessionPreorder.RELEASED)
    for preorder in kept.filter(**unrefunded).select_related("concession_item").order_by("pk"):
        found[preorder.order_id].preorders.append(preorder)
    for order, (money, points_value) in refunded_so_far(orders).items():
        found[order].refunded_money = money
        found[order].refunded_points_value = points_value
    return found


def refunded_so_far(orders: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """How much of each order's refunded lines was paid in money and how much with points. Two queries."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for kind in ("ticket", "preorder"):
        back = (
            RefundLine.objects.filter(**{f"{kind}__order__in": orders})
            .order_by()
            .values_list(f"{kind}__order")
            .annotate(money=Sum("amount"), points=Sum(f"{kind}__bonus_share"))
        )
        for order, money, points_value in back:
            money_before, points_before = found.get(order, (ZERO, ZERO))
            found[order] = money_before + money, points_before + points_value
    return found


def apply_refund_effects(plans: Sequence[RefundPlan], *, at: datetime) -> None:
    """Write the refund lines and release what they hold; sets `points_back` of each plan.

    The orders, and before them their sessions, are locked. A constant number of queries.
    """
    RefundLine.objects.bulk_create(
        [
            RefundLine(
                refund=plan.refund,
                ticket=line if isinstance(line, Ticket) else None,
                preorder=line if isinstance(line, ConcessionPreorder) else None,
                amount=ZERO if plan.money_stays else line.paid,
            )
            for plan in plans
            for line in plan.chosen
        ]
    )
    chosen = [line for plan in plans for line in plan.chosen]
    tickets = [line for line in chosen if isinstance(line, Ticket)]
    transition(tickets, Ticket.Status.AVAILABLE)
    snacks = [
        line for line in chosen if isinstance(line, ConcessionPreorder) and line.status in ConcessionPreorder.OPEN
    ]
    if snacks:
        holds.release(snacks, ConcessionPreorder.Status.AVAILABLE, at=at)
    returned = reverse_points([plan.for_points() for plan in plans], at=at)
    for plan in plans:
        plan.points_back = returned.get(plan.order.pk, 0)
    recount({ticket.session_id for ticket in tickets})
