"""Forms of the admin cannot change fields that services keep, and pages show no secrets.

Tests that read every page (tests/browser) or send hostile input (test_hostile_input.py) check that all pages open.
"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from orders.models import Order
from tests.helpers import factories

pytestmark = pytest.mark.django_db

ADMIN = admin.site
KEPT_BY_SERVICES = [
    ("orders.Order", {"status", "total_amount", "final_amount"}),
    ("orders.Ticket", {"status", "price"}),
    ("orders.Promocode", {"used_count"}),
    ("concessions.ConcessionItem", {"stock_quantity"}),
    ("concessions.ConcessionPreorder", {"status"}),
    ("bonuses.BonusAccount", {"balance", "owed"}),
    ("payments.Payment", {"status", "amount"}),
    ("screenings.Session", {"status", "archived_at"}),
]


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("owner@example.com", "secret"))
    return client


@pytest.fixture
def sold() -> Order:
    customer = factories.a_customer(points=100)
    return factories.a_paid_order(customer=customer, points=50, promocode=factories.a_promocode())


@pytest.mark.parametrize(("label", "fields"), KEPT_BY_SERVICES)
def test_a_form_has_no_fields_that_services_keep(owner, sold, rf, label, fields):
    model = apps.get_model(label)
    page = ADMIN._registry[model]
    request = rf.get("/")
    request.user = User.objects.get(email="owner@example.com")

    editable = set()
    if page.has_change_permission(request):
        editable = set(page.get_form(request, model._base_manager.first()).base_fields)

    assert editable & fields == set()


def test_the_token_of_an_order_is_on_no_page(owner, sold):
    answer = owner.get(reverse("admin:orders_order_change", args=[sold.pk]))

    assert sold.token not in answer.content.decode()


def test_the_list_of_orders_costs_at_most_25_queries(owner, django_assert_max_num_queries):
    session = factories.a_session()
    for _number in range(10):
        factories.a_paid_order(session)

    with django_assert_max_num_queries(25):
        owner.get(reverse("admin:orders_order_changelist"))
