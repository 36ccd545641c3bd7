"""Contracts in the admin: who may change those of the whole chain."""

import pytest
from django.urls import reverse

from tests.helpers.factories import a_cinema, a_session
from tests.helpers.film_hire_rows import a_contract
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_contract_of_all_cinemas_is_tried_with_other_terms_by_people_of_all_cinemas_only() -> None:
    contract = a_contract(a_session().film)
    address = reverse("admin:film_hire_contract_try_terms", args=[contract.pk])

    assert contract.cinema is None
    assert browser(someone("accountant", a_cinema())).get(address).status_code == 403
    assert browser(someone("accountant", email="chain@example.org", all_cinemas=True)).get(address).status_code == 200


def test_no_button_is_offered_for_what_is_refused() -> None:
    contract = a_contract(a_session().film)
    address = reverse("admin:film_hire_contract_change", args=[contract.pk])

    assert "try-terms" not in browser(someone("accountant", a_cinema())).get(address).text
    assert "try-terms" in browser(someone("accountant", email="chain@example.org", all_cinemas=True)).get(address).text
