"""Refusals of the services of prices."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cinema.money import format_money
from cinema.status import ForbiddenMove, Refused


class PriceListRefused(Refused, code="price_list_not_valid"):
    """The price list is published already, has no rows, or the version would be valid from a day that has passed."""

    @classmethod
    def published(cls) -> "PriceListRefused":
        return cls(_("This price list is published already. Make a new version of it."))


class PriceTooLow(Refused, code="price_too_low"):
    """The price is below what the person may go down to, which is half of the screening's own price."""

    def __init__(self, lowest: Decimal) -> None:
        text = _("You may go down to %(least)s. Ask somebody who keeps the price list for a lower price.")
        super().__init__(text % {"least": format_money(lowest)})


class AlreadyFrozen(ForbiddenMove, code="price_frozen_already"):
    """The price of the session is frozen already."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s: the price is frozen already.") % {"session": session})


class NotFrozen(ForbiddenMove, code="price_not_frozen"):
    """The price of the session is not frozen, or not any more."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s: the price is not frozen.") % {"session": session})


class PriceNotMoving(ForbiddenMove, code="price_not_moving"):
    """The session is not on sale, so that its price does not move."""

    def __init__(self, session: Any) -> None:
        super().__init__(_("%(session)s is not on sale: its price does not move.") % {"session": session})


class AdviceChanged(ForbiddenMove, code="advice_changed"):
    """The programme or its forecasts have changed, so that the advice has no such line any more."""

    def __init__(self) -> None:
        super().__init__(_("The programme has changed in the meantime. Here is the advice for it as it is now."))


class NothingToTakeBack(Refused, code="nothing_to_take_back"):
    """No session was given that could be taken back."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to take back: everything on sale has tickets sold or reserved."))
