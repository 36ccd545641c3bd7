"""What is spelled outside the shop leads to its pages."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse

from accounts.throttling import locked_out
from orders.models import Order, new_token


def test_the_link_in_messages_leads_to_the_shop_s_page_of_the_order() -> None:
    token = new_token()

    assert settings.ORDER_PATH.format(token=token) == reverse("shop:order", args=[token])
    assert Order(token=token).link == settings.SITE_URL + reverse("shop:order", args=[token])


@pytest.mark.parametrize(("name", "says"), [("admin:login", "Back to sign-in"), ("shop:sign_in", "Send me a link")])
def test_who_is_locked_out_sees_a_page_in_the_looks_of_where_they_are(rf: RequestFactory, name: str, says: str) -> None:
    request = rf.get(reverse(name))
    request.session, request.user = {}, AnonymousUser()
    request.resolver_match = resolve(request.path)

    page = locked_out(request, HttpResponse(), {})

    assert (page.status_code, page["Retry-After"]) == (429, "900")
    assert says in page.content.decode()


def test_who_is_locked_out_elsewhere_is_answered_without_a_page(rf: RequestFactory) -> None:
    page = locked_out(rf.get("/"), HttpResponse(), {})

    assert (page.status_code, page["Retry-After"], page.content) == (429, "900", b"")
