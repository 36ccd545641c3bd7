"""The VAT within an amount, computed by the database for each line."""

from itertools import pairwise

from django.db.models import BigIntegerField, Case, ExpressionWrapper, Value, When
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast

from cinema.money import MoneyField
from payments.models import Rates, Vat
from reports.days import Days

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


def included(amount: Combinable, percent: Combinable | int) -> Expression:
    """The VAT at `percent` that an amount of at least 0 includes: amount × percent / (100 + percent), rounded half up.

    Computed with whole minor units, so that both databases agree and the VAT of a sum of lines is the sum of theirs.
    """
    minor = Cast(amount, BigIntegerField())
    percent = Value(percent) if isinstance(percent, int) else percent
    return ExpressionWrapper((minor * 2 * percent + percent + 100) / ((percent + 100) * 2), output_field=MoneyField())


def percent_on(days: Days, *, subject: str, instant: str) -> Expression:
    """The VAT rate in percent on the business date of the instant in the field `instant`. One query, made here."""
    rates = Rates()
    percent_of = {day.date: PERCENT[Vat(rates.on(subject, day.date))] for day in days.days}
    cases = []
    for day, following in pairwise(days.days):
        if percent_of[day.date] != percent_of[following.date]:
            cases.append(When(**{f"{instant}__lt": day.ends_at}, then=Value(percent_of[day.date])))
    return Case(*cases, default=Value(percent_of[days.days[-1].date]), output_field=BigIntegerField())
