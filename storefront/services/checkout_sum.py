"""What a checkout comes to while it is being filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bonuses.services import money_for, most_points
from cinema.money import ZERO
from concessions.models import ConcessionItem
from orders.errors import PromocodeRefused, PromocodeUnknown
from orders.models import Promocode
from orders.services.selling.promocodes import discount, discounted_parts, find_promocode
from screenings.models import Session


@dataclass(frozen=True)
class CheckoutSum:
    """`points_used` pay `points` of the price; `refusal` says why the promo code does not count, `is_guess` that there
    is none of that name.
    """

    tickets: Decimal
    snacks: Decimal
    discount: Decimal = ZERO
    points_used: int = 0
    refusal: str = ""
    is_guess: bool = False

    @property
    def points(self) -> Decimal:
        return money_for(self.points_used)

    @property
    def has_parts(self) -> bool:
        return bool(self.snacks or self.discount or self.points)

    @property
    def total(self) -> Decimal:
        return self.tickets + self.snacks - self.discount - self.points


def checkout_sum(
    session: Session,
    *,
    prices: Iterable[Decimal],
    snacks: Iterable[tuple[ConcessionItem, int]],
    promocode: Promocode | str | None,
    points: int,
    at: datetime,
) -> CheckoutSum:
    """The sum of these tickets and snacks, with the promo code if it is valid and as many points as may pay.

    Holding the order decides: this is what it would come to now. One query with a code. Reads only.
    """
    places = [(session, price) for price in prices]
    lines = [item.price * quantity for item, quantity in snacks]
    tickets, goods = sum((price for _session, price in places), ZERO), sum(lines, ZERO)
    less, refusal, is_guess = ZERO, "", False
    if promocode:
        try:
            valid = promocode if isinstance(promocode, Promocode) else find_promocode(promocode, at=at)
            parts = discounted_parts(valid, cinema=session.hall.cinema, tickets=places, snacks=lines)
            less = discount(valid, sum(parts, ZERO))
        except PromocodeRefused as refused:
            refusal, is_guess = str(refused), isinstance(refused, PromocodeUnknown)
    return CheckoutSum(tickets, goods, less, min(points, most_points(tickets + goods - less)), refusal, is_guess)
