"""What the bar refuses. The texts are for people: what was refused, why, what to do."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cinema.status import Refused


class OutOfStock(Refused):
    """There is less of some items than was asked for. `items` holds their names."""

    def __init__(self, items: Iterable[object]) -> None:
        self.items = [str(item) for item in items]
        super().__init__(
            _("Not enough in stock: %(items)s. Take less of it, or receive goods first.")
            % {"items": ", ".join(self.items)}
        )


class PromisedToCustomers(Refused):
    """The shelf holds less than customers have ordered, and the stock cannot fall below nothing."""

    def __init__(self, item: object, *, on_shelf: int, promised: int) -> None:
        super().__init__(
            _(
                "%(item)s: %(on_shelf)s counted, but customers have ordered %(promised)s. "
                "Receive goods or refund orders first, then count again."
            )
            % {"item": item, "on_shelf": on_shelf, "promised": promised}
        )


class WrongQuantity(Refused):
    """A quantity that cannot be: none, negative, or more than any bar holds."""

    def __init__(self, quantity: object, *, lowest: int, highest: int) -> None:
        super().__init__(
            _("%(quantity)s cannot be the quantity here. Enter a whole number from %(lowest)s to %(highest)s.")
            % {"quantity": quantity, "lowest": lowest, "highest": highest}
        )


class CountDiffers(Refused):
    """The shelf holds so much less or more than the books say that a reason is due."""

    def __init__(self, item: object, *, on_shelf: int, expected: int) -> None:
        self.on_shelf, self.expected = on_shelf, expected
        super().__init__(
            _(
                "%(item)s: %(on_shelf)s counted, %(expected)s expected. Count again; "
                "if it is so, say why, and the stock is put right."
            )
            % {"item": item, "on_shelf": on_shelf, "expected": expected}
        )


class NothingToOrder(Refused):
    """The shelf is full, or what it lacks has been ordered."""
