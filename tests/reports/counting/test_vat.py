from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db.models import Value

from cinema.money import CENT, MoneyField
from payments.models import Vat
from reports.counting.vat import PERCENT, included
from screenings.models import TicketType


@pytest.mark.django_db
@pytest.mark.parametrize("percent", sorted(set(PERCENT.values())))
def test_the_database_rounds_the_vat_of_each_amount_half_up(percent):
    TicketType.objects.create(name="Row")
    for amount in map(Decimal, ("0.00", "0.01", "0.05", "0.11", "1.00", "300.00", "333.33", "99999.99")):
        in_python = (amount * percent / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        money = Value(amount, output_field=MoneyField())

        assert TicketType.objects.annotate(vat=included(money, percent)).values_list("vat", flat=True)[0] == in_python


def test_every_rate_has_its_percentage():
    assert PERCENT.keys() == set(Vat)
