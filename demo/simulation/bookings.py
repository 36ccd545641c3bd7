"""A simulated order: who books what and when, and how the order ends."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from concessions.models import ConcessionItem
from demo.chain import Venue
from orders.models import Order
from orders.services.selling.basket import TicketRequest
from screenings.models import Session

Channel = Order.Channel


class Outcome(enum.Enum):
    """How a simulated order ends."""

    ATTENDS = enum.auto()  # paid, scanned, snacks collected
    NO_SHOW = enum.auto()
    NEVER_PAYS = enum.auto()
    CANCELS = enum.auto()
    REFUNDS_ALL = enum.auto()
    REFUNDS_ONE = enum.auto()
    CHARGES_BACK = enum.auto()
    PAYS_LATE = enum.auto()  # after the order was cancelled
    PAYS_TWICE = enum.auto()
    EXTENDS = enum.auto()  # has the reservation extended, then pays
    STAYS_PAID = enum.auto()  # paid, and the demo does nothing further with it


@dataclass
class Booking:
    """A simulated order before it is made: it is held at `at`."""

    at: datetime
    venue: Venue
    session: Session | None
    places: list[TicketRequest]
    outcome: Outcome
    channel: str = Channel.ONLINE
    customer: User | None = None
    email: str = ""
    phone: str = ""
    snacks: list[tuple[ConcessionItem, int]] = field(default_factory=list)
    promocode: str | None = None
    points: int = 0

    @property
    def hold_arguments(self) -> dict[str, Any]:
        """The arguments of `orders.services.hold`, but for the instant."""
        return {
            "cinema": self.venue.cinema,
            "tickets": self.places,
            "snacks": self.snacks,
            "user": self.customer,
            "email": self.email,
            "phone": self.phone,
            "channel": self.channel,
            "promocode": self.promocode,
            "points": self.points,
            "actor": None if self.channel == Channel.ONLINE else self.venue.cashier,
        }
