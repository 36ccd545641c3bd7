"""A form that was opened before its visitor signed in in another tab."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from tests.helpers import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def token_in(answer: Any) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)[1]  # type: ignore[index]


def signed_in_elsewhere(visitor: Client) -> None:
    """What signing in does to the cookies of a browser."""
    visitor.get("/account/sign-in/")
    visitor.force_login(factories.a_customer())
    visitor.cookies["csrftoken"] = "a" * 32


def test_a_checkout_goes_on_with_what_was_typed_after_signing_in_in_another_tab(visitor: Client) -> None:
    session = factories.a_session()
    [seat] = factories.free_seats(session)[:1]
    address = f"/sessions/{session.pk}/checkout/?seat={seat.pk}"
    typed = {"email": "me@example.org", "phone": "+79035550199", f"type-{seat.pk}": factories.an_adult().pk}
    old = token_in(visitor.get(address))
    signed_in_elsewhere(visitor)

    shown = visitor.post(address, {**typed, "csrfmiddlewaretoken": old})

    assert shown.status_code == 409
    assert 'value="+79035550199"' in shown.text
    assert "signed in or out in another tab" in shown.text
    assert not Order.objects.exists()
    assert visitor.post(address, {**typed, "csrfmiddlewaretoken": token_in(shown)}).status_code == 302
    assert Order.objects.get().phone == "+79035550199"


def test_the_change_of_an_order_goes_on_as_well(visitor: Client) -> None:
    order = factories.an_order(channel="ONLINE")
    address = f"/order/{order.token}/change/"
    old = token_in(visitor.get(address))
    signed_in_elsewhere(visitor)

    shown = visitor.post(address, {"email": "new@example.org", "csrfmiddlewaretoken": old})

    assert shown.status_code == 409
    assert "new@example.org" in shown.text


def test_requests_without_a_token_and_other_forms_are_refused(visitor: Client) -> None:
    session = factories.a_session()
    address = f"/sessions/{session.pk}/checkout/?seat={factories.free_seats(session)[0].pk}"
    old = token_in(visitor.get(address))
    assert visitor.post(address, {"email": "me@example.org"}).status_code == 403
    signed_in_elsewhere(visitor)

    assert visitor.post("/account/profile/", {"csrfmiddlewaretoken": old}).status_code == 403
    assert visitor.post(address, {"csrfmiddlewaretoken": old}, HTTP_ORIGIN="https://evil.example").status_code == 403
