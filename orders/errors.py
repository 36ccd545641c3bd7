"""What the process refuses. Every text says what was refused, why, and what to do; a refusal changes nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bonuses.errors import NotEnoughPoints
from cinema.money import format_money
from cinema.status import ConcurrentChange, ForbiddenMove, Refused
from cinema.validators import ReasonNeeded
from concessions.errors import OutOfStock
from payments.errors import GatewayError, GatewayRefused, GatewayUnavailable


class BasketRefused(Refused):
    """What was asked for cannot be one order: nothing in it, too much, or things of another cinema."""


class SeatTaken(Refused):
    """Somebody else has one of the seats."""


class SeatBroken(Refused):
    """One of the seats is out of use when the session runs."""


class NotOnSale(Refused):
    """A session has started, is over or is cancelled."""

    @classmethod
    def any_more(cls, film: Any) -> "NotOnSale":
        return cls(_("%(film)s is not on sale any more. Choose another session.") % {"film": film})


class PriceChanged(Refused):
    """The basket costs another sum than the customer was shown: `expected` then, `total` now."""

    def __init__(self, *, expected: Decimal, total: Decimal) -> None:
        self.expected, self.total = expected, total
        super().__init__(
            _("The price has changed from %(expected)s to %(total)s. Check the order and confirm it again.")
            % {"expected": format_money(expected), "total": format_money(total)}
        )


class ChoiceRefused(Refused):
    """Seats or ticket types that are not sold in this way online: companions without a wheelchair place, too many, a
    type that is not for everybody."""

    @classmethod
    def of_type(cls, seat: Any, ticket_type: Any) -> "ChoiceRefused":
        return cls(
            _("A ticket “%(type)s” is not sold for %(seat)s here. Choose another type.")
            % {"type": ticket_type, "seat": seat}
        )


class SeatLeftAlone(Refused):
    """The choice would leave single seats that nobody takes. `seats` holds them."""

    def __init__(self, seats: Sequence[Any]) -> None:
        self.seats = list(seats)
        super().__init__(
            ngettext(
                "%(seats)s would be left alone between two others. Please take it too, or move by one seat.",
                "These seats would be left alone between others: %(seats)s. Please take them too, or move by one seat.",
                len(self.seats),
            )
            % {"seats": "; ".join(str(seat) for seat in self.seats)}
        )


class TooMuchHeld(Refused):
    """A visitor, or an address, holds more unpaid seats than are lent online at once."""

    def __init__(self) -> None:
        super().__init__(_("You hold other seats that are not paid. Pay for them or let them go first."))


class HoldEnds(Refused):
    """The online hold has been extended as far as it goes."""

    def __init__(self) -> None:
        super().__init__(_("The seats cannot be held any longer. Please pay now, or choose again."))


class PromocodeRefused(Refused):
    """The code is unknown, not valid now, or used up."""


class WrongAmount(Refused):
    """Money taken by hand is not what the order costs."""


class AlreadyPaid(Refused):
    """Money taken by hand for an order that has been paid."""


class NotPayable(Refused):
    """The order is paid, cancelled, out of time, or costs nothing, so that no payment can begin."""


class GatewayNotOffered(Refused):
    """Customers cannot pay through this gateway here."""


class NothingToRefund(Refused):
    """All that the order paid has been given back, or what was named cannot be."""


class ExtensionRefused(Refused):
    """The new deadline is not one."""


class NotReminded(Refused):
    """The customer cannot be written to, or has just been."""


class NotForgotten(Refused):
    """The customer cannot be forgotten yet, or is no customer."""


class NotAdmitted(Refused):
    """The door or the bar refuses: not paid, used, collected, refunded."""


__all__ = [
    "AlreadyPaid",
    "BasketRefused",
    "ChoiceRefused",
    "ConcurrentChange",
    "ExtensionRefused",
    "ForbiddenMove",
    "GatewayError",
    "GatewayNotOffered",
    "GatewayRefused",
    "GatewayUnavailable",
    "HoldEnds",
    "NotAdmitted",
    "NotEnoughPoints",
    "NotForgotten",
    "NotOnSale",
    "NotPayable",
    "NotReminded",
    "NothingToRefund",
    "OutOfStock",
    "PriceChanged",
    "PromocodeRefused",
    "ReasonNeeded",
    "Refused",
    "SeatBroken",
    "SeatLeftAlone",
    "SeatTaken",
    "TooMuchHeld",
    "WrongAmount",
]
