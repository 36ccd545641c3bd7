"""Contracts in the admin: who may change those of the whole chain."""

from typing import Any

import pytest
from django.urls import reverse

from film_hire.models import Contract, Method
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


def entered(page: Any) -> dict[str, Any]:
    """What the form would send if nobody changed it."""
    values = {name: page.context["form"][name].value() for name in Contract.TERMS}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_another_calculation_is_tried_and_applied() -> None:
    contract = a_contract(a_session().film)
    person = browser(someone("accountant", all_cinemas=True))
    address = reverse("admin:film_hire_contract_try_terms", args=[contract.pk])
    terms = entered(person.get(address))
    terms |= {"method": Method.PER_HEAD, "amount": "120.00", "percents": ""}

    preview = person.post(address, terms)

    contract.refresh_from_db()
    assert (preview.status_code, contract.method) == (200, Method.PERCENT)
    assert "Apply these terms" in preview.text

    person.post(address, {**terms, "previewed": preview.context["form"]["previewed"].value()})

    contract.refresh_from_db()
    assert (contract.method, contract.amount, contract.without_vat) == (Method.PER_HEAD, 120, True)


@pytest.mark.parametrize(("changes", "where"), [({"method": "FIXED"}, "__all__"), ({"percents": "110"}, "percents")])
def test_terms_that_do_not_fit_each_other_are_refused(changes: dict[str, str], where: str) -> None:
    contract = a_contract(a_session().film)
    address = reverse("admin:film_hire_contract_try_terms", args=[contract.pk])
    person = browser(someone("accountant", all_cinemas=True))
    terms = entered(person.get(address))

    refused = person.post(address, {**terms, **changes}).context["form"]

    assert list(refused.errors) == [where]


def test_no_button_is_offered_for_what_is_refused() -> None:
    contract = a_contract(a_session().film)
    address = reverse("admin:film_hire_contract_change", args=[contract.pk])

    assert "try-terms" not in browser(someone("accountant", a_cinema())).get(address).text
    assert "try-terms" in browser(someone("accountant", email="chain@example.org", all_cinemas=True)).get(address).text
