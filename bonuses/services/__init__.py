from bonuses.services.adjusting import adjust, last_adjustment
from bonuses.services.earning import Earned, accrue
from bonuses.services.expiring import expire
from bonuses.services.spending import GivenBack, TakenBack, give_back, spend, take_back

__all__ = [
    "Earned",
    "GivenBack",
    "TakenBack",
    "accrue",
    "adjust",
    "expire",
    "give_back",
    "last_adjustment",
    "spend",
    "take_back",
]
