"""Codes are found at once, however many rows there are; see also the searches of `make bench`."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from backoffice.framework.search import with_code
from orders.models import Order, OrderEvent
from tests.helpers.factories import an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

BY_CODES = [
    page
    for page in admin.site._registry.values()
    if page.search_fields and all(field.startswith("=") for field in page.search_fields)
]


@pytest.mark.parametrize("spelled", [str.upper, str.lower, lambda number: f" {number} "])
def test_a_list_finds_the_rows_of_an_order_by_its_number_however_it_is_typed(spelled):
    order, _other = an_order(), an_order()

    page = browser(someone("owner", all_cinemas=True)).get(
        reverse("admin:orders_orderevent_changelist"), {"q": spelled(order.number)}
    )

    assert {event.order_id for event in page.context["cl"].result_list} == {order.pk}


def test_a_part_of_a_code_finds_nothing():
    order = an_order()

    assert not with_code(OrderEvent.objects.all(), ["order__number"], order.number[:-1])
    assert with_code(OrderEvent.objects.all(), ["order__number"], order.number)


def test_a_row_is_found_by_any_of_the_codes_within_the_rows_of_the_list():
    first, second, third = (an_order() for _order in range(3))
    Order.objects.filter(pk__in=[second.pk, third.pk]).update(email=f"{first.number.lower()}@example.org")
    listed = Order.objects.exclude(pk=third.pk)

    assert set(with_code(listed, ["number", "email"], first.number)) == {first}
    assert set(with_code(listed, ["number", "email"], f"{first.number}@example.org")) == {second}


def test_what_is_found_by_one_code_is_not_looked_for_by_the_next(django_assert_num_queries):
    order = an_order()

    with django_assert_num_queries(1):
        found = with_code(Order.objects.all(), ["number", "email", "phone"], order.number)

    assert list(found) == [order]


@pytest.mark.parametrize("page", BY_CODES, ids=lambda page: page.model._meta.label_lower)
def test_a_code_is_compared_as_its_index_has_it(page):
    request = RequestFactory().get("/")
    request.user = someone("owner", all_cinemas=True)

    with CaptureQueriesContext(connection) as queries:
        _found, repeated = page.get_search_results(request, page.get_queryset(request), "AB12CD34")

    asked = [query["sql"] for query in queries if "AB12CD34" in query["sql"]]
    assert len(asked) >= len(page.search_fields)
    assert not repeated
    for sql in asked:
        assert "UPPER(" not in sql
        assert " LIKE " not in sql
        assert " OR " not in sql.partition("AB12CD34")[0].rpartition("WHERE")[2]
