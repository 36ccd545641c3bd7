from django.utils.translation import gettext as _

from cinema.status import Refused


class NotEnoughPoints(Refused):
    """The account's balance is smaller than the points that were to be spent, or there is no account."""

    def __init__(self, *, wanted: int, balance: int) -> None:
        super().__init__(
            _("%(wanted)d points are not there to spend: the balance is %(balance)d. Choose fewer points.")
            % {"wanted": wanted, "balance": balance}
        )


class AdjustmentRefused(Refused):
    """Staff gave an amount that changes nothing or more than the account holds."""
