"""What the process refuses. Every text says what was refused, why, and what to do; a refusal changes nothing."""

from bonuses.errors import NotEnoughPoints
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
    "ConcurrentChange",
    "ExtensionRefused",
    "ForbiddenMove",
    "GatewayError",
    "GatewayNotOffered",
    "GatewayRefused",
    "GatewayUnavailable",
    "NotAdmitted",
    "NotEnoughPoints",
    "NotForgotten",
    "NotOnSale",
    "NotPayable",
    "NotReminded",
    "NothingToRefund",
    "OutOfStock",
    "PromocodeRefused",
    "ReasonNeeded",
    "Refused",
    "SeatBroken",
    "SeatTaken",
    "WrongAmount",
]
