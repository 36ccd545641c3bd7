"""Refusals of the bar. Each text tells people what was refused, why, and what to do."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cinema.status import ConcurrentChange, Refused


class OutOfStock(Refused, code="out_of_stock"):
    """Some items have less in stock than was ordered."""

    def __init__(self, items: Iterable[object]) -> None:
        self.items = [str(item) for item in items]
        super().__init__(
            _("Not enough in stock: %(items)s. Reduce the quantity or receive stock first.")
            % {"items": ", ".join(self.items)}
        )


class SoldAsCombo(Refused, code="snacks_sold_as_combo"):
    """A customer wants to return a part of a combo, and keep the rest at the combo's price."""

    def __init__(self, rest: Iterable[object]) -> None:
        super().__init__(
            _("These snacks were sold as a combo. Refund them together, also: %(items)s.")
            % {"items": ", ".join(str(item) for item in rest)}
        )


class NotStocked(Refused, code="item_not_stocked"):
    """The item is made of others and has no stock of its own."""

    def __init__(self, item: object) -> None:
        super().__init__(
            _("%(item)s is made of other items and has no stock of its own. Do this for what it is made of.")
            % {"item": item}
        )


class PromisedToCustomers(Refused, code="stock_promised"):
    """The count is lower than the quantity that customers have ordered."""

    def __init__(self, item: object, *, on_shelf: int, promised: int) -> None:
        super().__init__(
            _(
                "%(item)s: you counted %(on_shelf)s, but customers have ordered %(promised)s. Receive stock "
                "or refund orders first, then count again."
            )
            % {"item": item, "on_shelf": on_shelf, "promised": promised}
        )


class WrongQuantity(Refused, code="quantity_invalid"):
    """The quantity is not a whole number within the limits."""

    def __init__(self, quantity: object, *, lowest: int, highest: int) -> None:
        super().__init__(
            _("The quantity can’t be %(quantity)s. Enter a whole number from %(lowest)s to %(highest)s.")
            % {"quantity": quantity, "lowest": lowest, "highest": highest}
        )


class WrongCost(Refused, code="cost_invalid"):
    """The cost is not an amount of money from 0 up."""

    def __init__(self, unit_cost: object) -> None:
        super().__init__(
            _("The cost can’t be %(cost)s. Enter an amount from 0 up, with at most two decimal places.")
            % {"cost": unit_cost}
        )


class NothingInStock(Refused, code="nothing_in_stock"):
    """A cost is set for what is in stock, and nothing is."""

    def __init__(self, item: object) -> None:
        super().__init__(_("%(item)s: nothing is in stock. Enter the cost when you receive goods.") % {"item": item})


class CountDiffers(Refused, code="count_differs"):
    """The count differs so much from the expected stock that it needs a reason."""

    def __init__(self, item: object, *, on_shelf: int, expected: int) -> None:
        self.on_shelf, self.expected = on_shelf, expected
        super().__init__(
            _(
                "%(item)s: you counted %(on_shelf)s, but %(expected)s were expected. Count again. If the "
                "count is right, enter a reason."
            )
            % {"item": item, "on_shelf": on_shelf, "expected": expected}
        )


class NothingToOrder(Refused, code="nothing_to_order"):
    """The stock is at its maximum, so there is nothing to order."""


class StockChanged(ConcurrentChange, code="stock_changed_meanwhile"):
    """Someone else changed the stock of the item after the page was opened."""


class AlreadyOnSale(ConcurrentChange, code="item_on_sale_already"):
    """The item is already on sale."""


class AlreadyOffSale(ConcurrentChange, code="item_off_sale_already"):
    """The item is already off sale."""


class AlreadyOrdered(NothingToOrder, code="item_on_order_already"):
    """The item is already on order from the supplier."""
