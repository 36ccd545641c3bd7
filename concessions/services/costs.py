"""What the stock of an item is worth: at moving average cost, exact to the minor unit.

The value of the stock is the truth, the average follows from it. What leaves takes its share of the value with it, so
the values of all movements add up to the value of the stock, and an empty stock is worth nothing. The value is unknown
(None) until a cost has been entered while nothing was in stock, or for all that is in stock.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Self

from cinema.money import ZERO, rounded
from concessions.models import ConcessionItem


class Cost(NamedTuple):
    """What goods cost, as a movement records it; None where it is not known."""

    unit_cost: Decimal | None
    value: Decimal | None
    cost_assumed: bool = False


@dataclass
class ValuedStock:
    """The stock of an item, whose row is locked, while movements change it one after the other."""

    pk: int
    name: str
    quantity: int
    value: Decimal | None
    average: Decimal | None

    @classmethod
    def of(cls, item: ConcessionItem) -> Self:
        return cls(item.pk, item.name, item.stock_quantity, item.stock_value, item.average_cost)

    def take(self, quantity: int) -> Cost:
        """What this quantity of the stock costs as it leaves: its share of the value, the whole for all that is left.

        The movement's value is negative.
        """
        if self.value is None:
            self.quantity -= quantity
            return Cost(None, None)
        share = rounded(self.value * quantity / self.quantity)
        taken = Cost(self.average, -share)
        self._change(-quantity, -share)
        return taken

    def put(self, quantity: int, *, unit_cost: Decimal | None = None, value: Decimal | None = None) -> Cost:
        """What this quantity adds to the stock: `value`, or `unit_cost` for each; otherwise the average cost.

        While the cost of what is in stock is not known, goods of a known cost do not change that.
        """
        assumed = unit_cost is None and value is None
        if self.average is None and (assumed or self.quantity):
            self.quantity += quantity
            return Cost(unit_cost, None)
        if assumed:
            unit_cost = self.average
            value = self.at_average(quantity)
        elif value is None:
            assert unit_cost is not None
            value = unit_cost * quantity
        self._change(quantity, value)
        return Cost(unit_cost, value, assumed)

    def revalue(self, unit_cost: Decimal) -> Cost:
        """What changes if each unit in stock costs this."""
        value = unit_cost * self.quantity
        difference = value - (self.value or ZERO)
        self.value, self.average = value, unit_cost
        return Cost(unit_cost, difference)

    def at_average(self, quantity: int) -> Decimal:
        """What this quantity costs at the average, which is exact while something is in stock."""
        assert self.value is not None
        assert self.average is not None
        return rounded(self.value * quantity / self.quantity) if self.quantity else self.average * quantity

    def _change(self, quantity: int, value: Decimal) -> None:
        self.quantity += quantity
        self.value = (self.value or ZERO) + value
        if self.quantity:
            self.average = rounded(self.value / self.quantity)
