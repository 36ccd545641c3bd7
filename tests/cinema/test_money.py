import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Sum

from cinema.money import CENT, MAX_AMOUNT, ZERO, MoneyField, rounded, split
from concessions.models import ConcessionItem
from tests.helpers.factories import a_cinema, an_item

INVALID_AMOUNTS = ["0.005", "NaN", "sNaN", "Infinity", "-Infinity", "1e-3", "ten", "", " ", "1,50", [], object()]


# --- Splitting


def random_splits(seed: int) -> list[tuple[Decimal, list[Decimal]]]:
    """300 amounts with weights, small and large, often equal or 0; no amount exceeds the sum of its weights."""
    chance = random.Random(seed)
    cases = []
    for _case in range(300):
        most = chance.choice([1, 3, 100, 35_000, 9_999_999_999])
        weights = [Decimal(chance.randint(0, most)) * CENT for _line in range(chance.randint(1, 60))]
        if chance.random() < 0.3:
            weights = [weights[0]] * len(weights)
        total = sum(weights, ZERO)
        cases.append((Decimal(chance.randint(0, int(total / CENT))) * CENT, weights))
    return cases


@pytest.mark.parametrize("seed", range(10))
def test_shares_add_up_to_the_amount(seed):
    for amount, weights in random_splits(seed):
        shares = split(amount, weights)

        assert sum(shares, ZERO) == amount
        assert [share == share.quantize(CENT) for share in shares] == [True] * len(weights)


@pytest.mark.parametrize("seed", range(10))
def test_a_share_is_from_zero_to_its_weight(seed):
    for amount, weights in random_splits(seed):
        shares = split(amount, weights)

        assert [ZERO <= share <= weight for share, weight in zip(shares, weights, strict=True)] == [True] * len(weights)


@pytest.mark.parametrize("seed", range(10))
def test_a_share_differs_from_the_exact_one_by_less_than_a_cent(seed):
    for amount, weights in random_splits(seed):
        total = sum(weights, ZERO) or CENT
        exact = [amount * weight / total for weight in weights]

        shares = split(amount, weights)

        assert [abs(share - part) < CENT for share, part in zip(shares, exact, strict=True)] == [True] * len(weights)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("0.00", ["350.00", "120.00"], ["0.00", "0.00"]),
        ("470.00", ["350.00", "120.00"], ["350.00", "120.00"]),
        ("0.01", ["1.00", "1.00", "1.00"], ["0.01", "0.00", "0.00"]),
        ("0.02", ["1.00", "1.00", "1.00"], ["0.01", "0.01", "0.00"]),
        ("100.00", ["1.00", "1.00", "1.00"], ["33.34", "33.33", "33.33"]),
        ("0.01", ["0.01", "0.02"], ["0.00", "0.01"]),
        ("5.00", ["0.00", "10.00", "0.00"], ["0.00", "5.00", "0.00"]),
        ("0.00", [], []),
        ("0.00", ["0.00", "0.00"], ["0.00", "0.00"]),
    ],
)
def test_the_remaining_cents_go_to_the_largest_remainders(amount, weights, shares):
    assert split(Decimal(amount), [Decimal(weight) for weight in weights]) == [Decimal(share) for share in shares]


def test_an_amount_cannot_be_split_by_weights_of_zero():
    with pytest.raises(ValueError, match="nothing to split"):
        split(CENT, [ZERO, ZERO])


@pytest.mark.parametrize(
    ("exact", "amount"), [("12.345", "12.35"), ("12.344", "12.34"), ("0.005", "0.01"), ("0.015", "0.02")]
)
def test_half_a_cent_is_rounded_up(exact, amount):
    assert rounded(Decimal(exact)) == Decimal(amount)


# --- The field


def test_money_is_never_a_float():
    with pytest.raises(TypeError, match="never a float"):
        MoneyField().to_python(0.1)


@pytest.mark.django_db
def test_a_float_can_be_neither_stored_nor_compared():
    item = an_item()

    with pytest.raises(TypeError, match="never a float"), transaction.atomic():
        ConcessionItem.objects.filter(pk=item.pk).update(price=120.1)
    with pytest.raises(TypeError, match="never a float"):
        ConcessionItem.objects.filter(price=120.0).exists()

    item.refresh_from_db()
    assert item.price == Decimal("120.00")


@pytest.mark.parametrize("value", [value for value in INVALID_AMOUNTS if value != ""])
def test_an_invalid_amount_is_refused(value):
    with pytest.raises(ValidationError):
        MoneyField().to_python(value)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("0.001")])
def test_an_invalid_amount_is_not_stored(value):
    item = an_item()

    with pytest.raises(ValidationError), transaction.atomic():
        ConcessionItem.objects.filter(pk=item.pk).update(price=value)

    item.refresh_from_db()
    assert item.price == Decimal("120.00")


@pytest.mark.parametrize(
    ("value", "amount"),
    [(None, None), ("", None), (5, "5.00"), ("5.1", "5.10"), ("1e2", "100.00"), (Decimal("5.100"), "5.10")],
)
def test_an_amount_is_converted_to_two_places(value, amount):
    converted = MoneyField().to_python(value)

    assert str(converted) == str(amount)


@pytest.mark.django_db
def test_the_database_stores_an_integer_of_minor_units():
    item = an_item(price=Decimal("120.05"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT price FROM concessions_concessionitem WHERE id = %s", [item.pk])
        [stored] = cursor.fetchone()

    assert (type(stored), stored) == (int, 12005)


@pytest.mark.django_db
def test_sums_are_exact():
    cinema = a_cinema()
    for price in [Decimal("0.10")] * 3 + [MAX_AMOUNT]:
        an_item(cinema, price=price)

    sums = ConcessionItem.objects.aggregate(sum=Sum("price"), most=Max("price"))

    assert sums == {"sum": Decimal("100000000.29"), "most": MAX_AMOUNT}
    assert type(sums["sum"]) is Decimal


@pytest.mark.django_db
def test_an_amount_read_from_the_database_has_two_places():
    item = an_item(price=Decimal("5"))

    item.refresh_from_db()

    assert str(item.price) == "5.00"


@pytest.mark.django_db
@pytest.mark.parametrize("value", [-CENT, MAX_AMOUNT + CENT, Decimal(10) ** 15])
def test_the_database_refuses_an_amount_out_of_bounds(value):
    item = an_item()

    with pytest.raises(IntegrityError), transaction.atomic():
        ConcessionItem.objects.filter(pk=item.pk).update(price=value)

    item.refresh_from_db()
    assert item.price == Decimal("120.00")


@pytest.mark.django_db
@pytest.mark.parametrize("value", [ZERO, MAX_AMOUNT])
def test_the_bounds_are_allowed(value):
    item = an_item(price=value)

    item.refresh_from_db()

    assert item.price == value


@pytest.mark.parametrize("value", ["-0.01", "100000000.00", "0.001", "NaN"])
def test_a_form_refuses_invalid_amounts(value):
    with pytest.raises(ValidationError):
        MoneyField().formfield().clean(value)


def test_a_field_with_other_bounds_is_reconstructed_by_a_migration():
    _name, path, args, kwargs = MoneyField(lowest=-MAX_AMOUNT, highest=MAX_AMOUNT * 100).deconstruct()

    copy = MoneyField(*args, **kwargs)

    assert path == "cinema.money.MoneyField"
    assert (copy.lowest, copy.highest) == (-MAX_AMOUNT, MAX_AMOUNT * 100)
