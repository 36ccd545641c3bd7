"""One order to come: by whom, when, of what, and how it ends."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from concessions.models import ConcessionItem
from orders.demo.chain import Venue
from orders.models import Order
from orders.services.selling.basket import Place
from screenings.models import Session

Channel = Order.Channel


class Fate(enum.Enum):
    """How an order ends."""

    COMES = enum.auto()  # paid, scanned, snacks collected
    STAYS_AWAY = enum.auto()
    NEVER_PAYS = enum.auto()
    CANCELS = enum.auto()
    RETURNS_ALL = enum.auto()
    RETURNS_ONE = enum.auto()
    CHARGES_BACK = enum.auto()
    PAYS_LATE = enum.auto()  # after the order was cancelled
    PAYS_TWICE = enum.auto()
    ASKS_FOR_TIME = enum.auto()
    WAITS = enum.auto()  # paid, and the demo does nothing more about it


@dataclass
class Visit:
    """One order to come."""

    at: datetime
    venue: Venue
    session: Session | None
    places: list[Place]
    fate: Fate
    channel: str = Channel.ONLINE
    customer: User | None = None
    email: str = ""
    phone: str = ""
    snacks: list[tuple[ConcessionItem, int]] = field(default_factory=list)
    promocode: str | None = None
    points: int = 0

    @property
    def order(self) -> dict[str, Any]:
        """What `hold` is called with."""
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
