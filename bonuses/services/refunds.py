"""What refunds do to the points of their orders: spent points return, earned points are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bonuses.models import BonusTransaction
from bonuses.services.spending import GivenBack, TakenBack, give_back, take_back
from bonuses.services.values import points_earned, points_of, spent_and_earned, with_extra
from house_rules.rules import rules
from house_rules.scope import rules_scope


@dataclass(frozen=True)
class RefundedOrder:
    """An order and its refund (primary keys), with amounts in money.

    `points_value` is what the lines refunded so far, these included, were paid with points; `bonus_amount` what the
    whole order was; `kept` is the money that the cinema keeps. `last`: nothing of the order is left.
    """

    order: int
    refund: int
    points_value: Decimal
    bonus_amount: Decimal
    kept: Decimal
    last: bool


@rules_scope()
def reverse_points(refunded: Sequence[RefundedOrder], *, at: datetime) -> dict[int, int]:
    """Return spent points, then take earned points back; returns how many points each order got back, by primary key.

    In this order, so that the returned points can cover those taken. Points that were earned longer ago than points are
    valid are not taken back. A constant number of queries. Must be called inside a transaction (the orders are locked;
    the accounts are locked here).
    """
    by_order = {each.order: each for each in refunded}
    spent, earned = spent_and_earned(by_order.keys())
    oldest = at - rules().bonus_validity
    returns = [_to_return(by_order[order], entry, so_far) for order, (entry, so_far) in spent.items()]
    give_back(returns, at=at)
    take_back(
        [
            _to_take_back(by_order[order], entry, so_far)
            for order, (entry, so_far) in earned.items()
            if entry.transaction_date >= oldest
        ],
        at=at,
    )
    return {each.order or 0: each.points for each in returns}


def _to_return(refunded: RefundedOrder, deduction: BonusTransaction, returned: int) -> GivenBack:
    """The points of the lines refunded so far, rounded down, less what was returned before; the last line returns the
    rest. A point is valued as when it was spent.
    """
    spent = -deduction.amount
    due = points_of(refunded.points_value, spent=spent, bonus_amount=refunded.bonus_amount)
    return GivenBack(
        deduction=deduction.pk,
        account=deduction.bonus_account_id,
        order=refunded.order,
        points=max((spent if refunded.last else due) - returned, 0),
        refund=refunded.refund,
    )


def _to_take_back(refunded: RefundedOrder, accrual: BonusTransaction, taken: int) -> TakenBack:
    """The points that were earned, less those taken before and those that the money kept still earns."""
    return TakenBack(
        accrual=accrual.pk,
        account=accrual.bonus_account_id,
        order=refunded.order,
        points=max(accrual.amount - taken - with_extra(points_earned(refunded.kept), accrual.extra_percent), 0),
        refund=refunded.refund,
    )
