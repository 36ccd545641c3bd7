from bonuses.services.accrual import Earned, accrue
from bonuses.services.adjustment import adjust, last_adjustment
from bonuses.services.expiry import expire, expire_locked
from bonuses.services.expiry_warnings import warn_of_expiry, warn_of_expiry_locked
from bonuses.services.export import points_of_customer
from bonuses.services.refunds import RefundedOrder, reverse_points
from bonuses.services.spending import GivenBack, TakenBack, give_back, return_spent, spend, take_back
from bonuses.services.values import (
    money_for,
    most_points,
    points_earned,
    points_held,
    points_of,
    points_spent,
    points_to_earn,
    spent_and_earned,
)

__all__ = [
    "Earned",
    "GivenBack",
    "RefundedOrder",
    "TakenBack",
    "accrue",
    "adjust",
    "expire",
    "expire_locked",
    "give_back",
    "last_adjustment",
    "money_for",
    "most_points",
    "points_earned",
    "points_held",
    "points_of",
    "points_of_customer",
    "points_spent",
    "points_to_earn",
    "return_spent",
    "reverse_points",
    "spend",
    "spent_and_earned",
    "take_back",
    "warn_of_expiry",
    "warn_of_expiry_locked",
]
