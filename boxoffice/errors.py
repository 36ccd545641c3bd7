"""Refusals of the screens of till, door and bar."""

from decimal import Decimal

from django.utils.translation import gettext as _

from cinema.money import format_money
from cinema.status import Refused


class NoShift(Refused, code="no_open_shift"):
    """The cashier has no open shift, so nothing can be sold or given out."""

    def __init__(self) -> None:
        super().__init__(_("Open a shift first: without one nothing is sold or given out here."))


class GivenTooLittle(Refused, code="cash_given_too_little"):
    """The customer gave less cash than the order costs."""

    def __init__(self, *, given: Decimal, price: Decimal) -> None:
        text = _("%(given)s is less than %(price)s. Nothing was sold.")
        super().__init__(text % {"given": format_money(given), "price": format_money(price)})
