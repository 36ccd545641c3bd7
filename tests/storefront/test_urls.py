"""URLs of the shop that other apps build resolve to its pages."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse

from accounts.models.consents import SUBSCRIBE_PATH, UNSUBSCRIBE_PATH
from accounts.throttling import locked_out
from orders.models import Order, new_token
from screenings.listings import film_link, session_link


def test_the_link_in_messages_opens_the_order_page() -> None:
    token = new_token()

    assert SUBSCRIBE_PATH.format(token=token) == reverse("shop:subscribe", args=[token])
    assert UNSUBSCRIBE_PATH.format(token=token) == reverse("shop:unsubscribe", args=[token])
    assert settings.ORDER_PATH.format(token=token) == reverse("shop:order", args=[token])
    assert session_link(7) == settings.SITE_URL + reverse("shop:session", args=[7])
    assert film_link(7) == settings.SITE_URL + reverse("shop:film", args=[7])
    assert Order(token=token).link == settings.SITE_URL + reverse("shop:order", args=[token])


@pytest.mark.parametrize(("name", "says"), [("admin:login", "Back to sign-in"), ("shop:sign_in", "Send me a link")])
def test_the_lockout_page_matches_the_site_it_appears_on(rf: RequestFactory, name: str, says: str) -> None:
    request = rf.get(reverse(name))
    request.session, request.user = {}, AnonymousUser()
    request.resolver_match = resolve(request.path)

    page = locked_out(request, HttpResponse(), {})

    assert (page.status_code, page["Retry-After"]) == (429, "900")
    assert says in page.content.decode()


def test_lockout_on_other_urls_has_an_empty_body(rf: RequestFactory) -> None:
    page = locked_out(rf.get("/"), HttpResponse(), {})

    assert (page.status_code, page["Retry-After"], page.content) == (429, "900", b"")
