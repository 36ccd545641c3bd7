from django.utils.translation import gettext as _

from cinema.status import ConcurrentChange, Refused


class NotEnoughPoints(Refused, code="not_enough_points"):
    """The customer has fewer points than they want to spend, or no bonus account."""

    def __init__(self, *, wanted: int, balance: int) -> None:
        super().__init__(
            _("Not enough points: you asked for %(wanted)d and the balance is %(balance)d. Use fewer points.")
            % {"wanted": wanted, "balance": balance}
        )


class AdjustmentRefused(Refused, code="adjustment_not_allowed"):
    """The adjustment is 0, out of bounds, or takes more points than the balance has."""


class OwnPoints(Refused, code="own_points"):
    """Staff cannot add points to their own account or take points from it, nor approve that."""

    def __str__(self) -> str:
        return _("You can’t change your own points. Ask a colleague to do it.")


class BalanceChanged(ConcurrentChange, code="points_adjusted_meanwhile"):
    """Someone else adjusted the balance after the page was opened."""
