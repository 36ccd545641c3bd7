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


class BalanceChanged(ConcurrentChange, code="points_adjusted_meanwhile"):
    """Someone else adjusted the balance after the page was opened."""
