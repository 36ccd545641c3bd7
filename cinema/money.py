"""Money: a `Decimal` with two places in Python, an integer of minor units in the database.

Integers keep sums, comparisons and CHECKs exact on both databases; SQLite would add decimals as floats.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MINOR_UNITS = 2
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
SIGNS = {"RUB": "₽", "EUR": "€", "USD": "$", "GBP": "£", "KZT": "₸", "BYN": "Br"}
MAX_AMOUNT = Decimal("99_999_999.99")  # larger than any order; also keeps out NaN and overflow


def rounded(amount: Decimal) -> Decimal:
    """The amount to two places, rounded half up: 12.345 becomes 12.35."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """The amount with its currency in the current language, such as `1 350 ₽`; without minor units if they are 0."""
    return _format(amount, get_language(), settings.CURRENCY)


@lru_cache(maxsize=1024)  # a page shows a few prices hundreds of times
def _format(amount: Decimal, _language: str | None, currency: str) -> str:
    places = 0 if amount == amount.to_integral_value() else 2
    number = number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{number}\N{NO-BREAK SPACE}{SIGNS.get(currency, currency)}"


def currency_sign() -> str:
    """The sign of the installation's currency, such as `₽`; its code where it has none."""
    return SIGNS.get(settings.CURRENCY, settings.CURRENCY)


def from_minor_units(stored: int) -> Decimal:
    """The amount that a column of the database holds."""
    return Decimal(stored).scaleb(-MINOR_UNITS)


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` in proportion to `weights` into shares of whole minor units that add up to exactly `amount`.

    Uses the largest remainder method: each share is rounded down, and the minor units left over go one each to the
    largest remainders, the earlier one first if two are equal. No share exceeds its weight if `amount` does not exceed
    the sum of the weights. Raises `ValueError` if all weights are 0 and `amount` is not.
    """
    total = sum(weights, ZERO)
    if not total:
        if amount:
            raise ValueError("nothing to split an amount over")
        return [ZERO for _weight in weights]
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(CENT, ROUND_DOWN) for share in exact]
    left = int((amount - sum(shares, ZERO)) / CENT)
    by_remainder = sorted(range(len(weights)), key=lambda line: (shares[line] - exact[line], line))
    for line in by_remainder[:left]:
        shares[line] += CENT
    return shares


class MoneyField(models.Field):
    """An amount in `CURRENCY`, from `lowest` to `highest`. Add the CHECK that `between` returns to the model."""

    description = _("Amount of money with two decimal places")

    def __init__(self, *args: Any, lowest: Decimal = ZERO, highest: Decimal = MAX_AMOUNT, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.lowest != ZERO:
            kwargs["lowest"] = self.lowest
        if self.highest != MAX_AMOUNT:
            kwargs["highest"] = self.highest
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    @property
    def validators(self) -> Any:
        return [*super().validators, MinValueValidator(self.lowest), MaxValueValidator(self.highest)]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else from_minor_units(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, float):
            raise TypeError("Money is never a float, which cannot hold exact amounts. Pass a Decimal.")
        try:
            amount = Decimal(value)
            exact = amount == amount.quantize(CENT)
        except (ArithmeticError, ValueError, TypeError):
            exact = False
        if not exact:
            raise ValidationError(_("Enter an amount with at most two decimal places."), code="invalid")
        return amount.quantize(CENT)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        amount = self.to_python(value)
        return None if amount is None else int(amount.scaleb(MINOR_UNITS))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(
            **{
                "form_class": forms.DecimalField,
                "max_digits": 12,
                "decimal_places": MINOR_UNITS,
                "min_value": self.lowest,
                "max_value": self.highest,
                **kwargs,
            }
        )


def between(field: str, lowest: Any = ZERO, highest: Any = MAX_AMOUNT, *, name: str) -> models.CheckConstraint:
    """A CHECK constraint: `field` is NULL or from `lowest` to `highest`, both included."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__gte": lowest, f"{field}__lte": highest}),
        name=name,
        violation_error_message=_("This value is out of bounds."),
    )
