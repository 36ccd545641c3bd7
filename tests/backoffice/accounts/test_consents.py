"""Consents of customers in the admin."""

import pytest
from django.urls import reverse

from tests.helpers.factories import a_cinema
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_only_people_of_all_cinemas_see_what_customers_agreed_to() -> None:
    address = reverse("admin:accounts_marketingconsent_changelist")

    assert browser(someone("owner", a_cinema())).get(address).status_code == 403
    assert browser(someone("owner", email="chain@example.org", all_cinemas=True)).get(address).status_code == 200
