"""The VAT within an amount, computed by the database for each line."""

from django.db.models import BigIntegerField, ExpressionWrapper, Value
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast

from cinema.money import MoneyField
from payments.models import Vat

PERCENT = {
    Vat.NONE: 0,
    Vat.ZERO: 0,
    Vat.FIVE: 5,
    Vat.SEVEN: 7,
    Vat.TEN: 10,
    Vat.TWENTY: 20,
    Vat.TWENTY_TWO: 22,
    Vat.FIVE_OF_105: 5,
    Vat.SEVEN_OF_107: 7,
    Vat.TEN_OF_110: 10,
    Vat.TWENTY_OF_120: 20,
    Vat.TWENTY_TWO_OF_122: 22,
}

RATES = {
    percent: [vat for vat, each in PERCENT.items() if each == percent] for percent in sorted(set(PERCENT.values()))
}


def included(amount: Combinable, percent: Combinable | int) -> Expression:
    """The VAT at `percent` that an amount of at least 0 includes: amount × percent / (100 + percent), rounded half up.

    Computed with whole minor units, so that both databases agree and the VAT of a sum of lines is the sum of theirs.
    """
    minor = Cast(amount, BigIntegerField())
    percent = Value(percent) if isinstance(percent, int) else percent
    return ExpressionWrapper((minor * 2 * percent + percent + 100) / ((percent + 100) * 2), output_field=MoneyField())
