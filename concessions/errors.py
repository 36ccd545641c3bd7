"""What the bar refuses. The texts are for people: what was refused, why, what to do."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cinema.lives import Refused


class OutOfStock(Refused):
    """There is less of some items than was asked for. `items` holds them, by their names."""

    def __init__(self, items: Iterable[object]) -> None:
        self.items = [str(item) for item in items]
        super().__init__(
            _("Not enough in stock: %(items)s. Take less of it, or receive goods first.")
            % {"items": ", ".join(self.items)}
        )


class WrongQuantity(Refused):
    """A quantity that cannot be: none, negative, or more than any bar holds."""

    def __init__(self, quantity: int, *, lowest: int, highest: int) -> None:
        super().__init__(
            _("%(quantity)s is not a quantity. Enter a whole number from %(lowest)s to %(highest)s.")
            % {"quantity": quantity, "lowest": lowest, "highest": highest}
        )


class ReasonNeeded(Refused):
    """Staff change the stock by hand only with a reason."""


class CountDiffers(ReasonNeeded):
    """The shelf holds so much less or more than the books say that a reason is due."""

    def __init__(self, item: str, *, on_shelf: int, expected: int) -> None:
        super().__init__(
            _(
                "%(item)s: %(on_shelf)s counted, %(expected)s expected. Count again; "
                "if it is so, say why, and the stock is put right."
            )
            % {"item": item, "on_shelf": on_shelf, "expected": expected}
        )
