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


class CardUnclear(Refused, code="card_unclear"):
    """Nobody knows yet whether the terminal took the money of this sale."""

    def __init__(self) -> None:
        super().__init__(_("Say first what the card terminal did: its journal tells whether the card was charged."))


class RefundTooLate(Refused, code="refund_too_late_at_till"):
    """The screening has started, and the cinema is not at fault."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The screening has started. At the guest’s wish tickets are refunded until the start; later only if "
                "the cinema is at fault. Nothing was refunded."
            )
        )


class NotVoidable(Refused, code="sale_not_voidable"):
    """The sale is of another shift, something of it was used or refunded, or it was not paid at the till."""

    def __init__(self) -> None:
        super().__init__(
            _("This sale can no longer be undone: something of it was used or refunded. Refund the items instead.")
        )


class SecondPersonNeeded(Refused, code="second_person_needed"):
    """This needs a second person who may decide it, and that person's PIN."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide this: choose a person who may, who then enters the PIN here."))
