"""Everyone who signs in at the shop is a customer there, staff included, and can open no page of the admin."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bonuses.models import BonusAccount
from bonuses.services import adjust
from notifications.models import MessageKind, Notification
from orders.models import Order
from tests.helpers.factories import NOON, an_order
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier() -> User:
    return someone("cashier", all_cinemas=True)


def sign_in_by_link(client: Client, person: User) -> None:
    client.post("/account/sign-in/link/", {"email": person.email})
    message = Notification.objects.filter(kind=MessageKind.SIGN_IN).latest("pk")
    client.post(message.context["link"].removeprefix(settings.SITE_URL))


def test_staff_who_sign_in_at_the_shop_by_link_are_customers_with_their_points(client: Client, cashier: User) -> None:
    adjust(BonusAccount.objects.create(user=cashier), amount=70, reason="Welcome", at=NOON)

    sign_in_by_link(client, cashier)

    assert client.get("/account/").status_code == 200
    assert "70" in client.get("/account/points/").text


def test_a_session_of_the_shop_opens_no_page_of_the_admin(client: Client, cashier: User) -> None:
    sign_in_by_link(client, cashier)

    pages = [reverse("admin:index"), reverse("admin:orders_order_changelist"), reverse("admin:password_change")]

    assert [client.get(page).status_code for page in pages] == [302, 302, 302]


def test_logging_in_to_the_admin_makes_a_guest_of_the_shop_again(client: Client, cashier: User) -> None:
    sign_in_by_link(client, cashier)

    client.post(reverse("admin:login"), {"username": cashier.email, "password": PASSWORD})

    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get("/account/").status_code == 302


def test_signing_in_at_the_shop_leaves_the_admin(cashier: User) -> None:
    client = browser(cashier)

    sign_in_by_link(client, cashier)

    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get("/account/").status_code == 200


def test_orders_typed_at_work_with_ones_own_address_are_not_claimed(client: Client, cashier: User) -> None:
    an_order(email=cashier.email)

    sign_in_by_link(client, cashier)

    assert Order.objects.get().user is None


def test_staff_do_not_set_their_password_at_the_shop(client: Client, cashier: User) -> None:
    sign_in_by_link(client, cashier)

    answer = client.post("/account/password/", {"new": "another open space"})

    assert answer["Location"] == "/account/profile/"
    assert User.objects.get(pk=cashier.pk).check_password(PASSWORD)
    assert "/account/password/" not in client.get("/account/profile/").text


def test_what_somebody_may_do_by_their_roles_and_by_themselves_is_read_once(django_assert_num_queries) -> None:
    person = someone("usher")
    of_role = Permission.objects.filter(group__user=person).count()
    person.user_permissions.add(Permission.objects.get(codename="view_costs"))

    with django_assert_num_queries(1):
        found = (person.has_perm("concessions.view_costs"), person.has_perm("orders.refund_order"))

    assert found == (True, False)
    assert len(person.get_all_permissions()) == of_role + 1
    assert User(is_active=False, is_superuser=True).get_all_permissions() == set()
    assert len(User(is_active=True, is_superuser=True).get_all_permissions()) == Permission.objects.count()
