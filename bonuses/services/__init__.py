from bonuses.services.accrual import Earned, accrue
from bonuses.services.adjustment import adjust, last_adjustment
from bonuses.services.expiry import expire, expire_locked
from bonuses.services.spending import GivenBack, TakenBack, give_back, spend, take_back

__all__ = [
    "Earned",
    "GivenBack",
    "TakenBack",
    "accrue",
    "adjust",
    "expire",
    "expire_locked",
    "give_back",
    "last_adjustment",
    "spend",
    "take_back",
]
