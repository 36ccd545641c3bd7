import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from cinema.db_functions import PerRowDelta, compiled_once, insert_from
from concessions.models import ConcessionItem, StockMovement
from tests.helpers.factories import NOON, a_cinema, an_item

pytestmark = pytest.mark.django_db


def test_one_update_adds_a_different_number_to_each_row(django_assert_num_queries):
    cinema = a_cinema()
    first, second, third = (an_item(cinema, stock=100) for _item in range(3))
    changes = {first.pk: -7, second.pk: 5, third.pk: 0}

    with django_assert_num_queries(1):
        ConcessionItem.objects.filter(pk__in=changes).update(stock_quantity=F("stock_quantity") + PerRowDelta(changes))

    assert list(ConcessionItem.objects.order_by("pk").values_list("stock_quantity", flat=True)) == [93, 105, 100]


def test_rows_outside_the_filter_are_not_changed():
    changed, other = an_item(stock=10), an_item(stock=10)

    ConcessionItem.objects.filter(pk=changed.pk).update(
        stock_quantity=F("stock_quantity") + PerRowDelta({changed.pk: 1, other.pk: 1})
    )

    assert list(ConcessionItem.objects.order_by("pk").values_list("stock_quantity", flat=True)) == [11, 10]


def test_it_takes_more_rows_than_a_statement_may_have_parameters():
    item = an_item(stock=10)
    changes = {item.pk + key: key + 1 for key in range(40_000)}

    ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=F("stock_quantity") + PerRowDelta(changes))

    item.refresh_from_db()
    assert item.stock_quantity == 11


def test_one_statement_inserts_a_row_for_each_row_of_a_queryset(django_assert_num_queries):
    cinema = a_cinema()
    items = [an_item(cinema, stock=stock) for stock in (3, 5)]
    others = an_item(cinema, stock=9)
    chosen = ConcessionItem.objects.exclude(pk=others.pk)

    with django_assert_num_queries(1):
        insert_from(
            chosen, StockMovement, concession_item=F("pk"), quantity=-F("stock_quantity"), kind="WRITE_OFF", at=NOON
        )

    rows = (
        StockMovement.objects.filter(kind="WRITE_OFF")
        .order_by("pk")
        .values_list("concession_item", "quantity", "kind", "at", "reason")
    )
    assert list(rows) == [(item.pk, -item.stock_quantity, "WRITE_OFF", NOON, "") for item in items]


def test_rows_that_a_constraint_forbids_are_not_inserted():
    an_item(stock=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_from(
            ConcessionItem.objects.all(), StockMovement, concession_item=F("pk"), quantity=0, kind="HOLD", at=NOON
        )

    assert not StockMovement.objects.filter(kind="HOLD").exists()


def test_a_field_that_the_model_does_not_have_is_refused(django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(TypeError, match="StockMovement has no field amount"):
        insert_from(ConcessionItem.objects.all(), StockMovement, amount=1)


def test_a_queryset_that_is_compiled_once_finds_the_rows_of_the_keys_of_each_call(django_assert_num_queries):
    cinema, built = a_cinema(), []
    items = [an_item(cinema, stock=stock) for stock in (3, 5, 9)]

    @compiled_once
    def stocked(keys, cinemas):
        built.append(len(keys))
        of_cinema = ConcessionItem.objects.filter(pk__in=keys, cinema__in=cinemas, stock_quantity__gt=3)
        return of_cinema.annotate(rest=F("stock_quantity") - 3).order_by("pk")

    with django_assert_num_queries(4):
        found = [
            [(row, row.rest) for row in stocked([item.pk for item in chosen], [cinema.pk])]
            for chosen in (items[:2], items[1:], items[::2], items)
        ]

    assert found == [[(items[1], 2)], [(items[1], 2), (items[2], 6)], [(items[2], 6)], [(items[1], 2), (items[2], 6)]]
    assert built == [2, 3]  # once for each number of keys
