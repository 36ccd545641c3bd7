"""Security rules for every page of the shop, including pages added later; docs/security.md refers to these tests."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cinema.logs import MaskSecrets, mask
from orders.models import Order
from screenings.models import Cinema, Film
from storefront import urls as shop
from storefront.views import programme
from tests.helpers import factories
from tests.helpers.factories import business_state

pytestmark = pytest.mark.django_db

# The audience of each page. A new page must be added here, or a test fails.
OPEN = {
    "home",
    "search",
    "film",
    "title_card",
    "session",
    "taken",
    "session_calendar",
    "checkout",
    "manifest",
    "robots",
    "sitemap",
    "find_order",
    "sign_in",
    "link",
    "contacts",
    "page",
    "page_version",
    "face_css",
    "logo",
    "font",
}
#: Of everybody, and no page: tests/storefront/views/test_pictures.py, tests/backoffice/house_rules/test_face.py.
FILES = {"picture", "trailer", "icon"}
BY_SECRET_LINK = {
    "order",
    "order_seats",
    "change",
    "paid",
    "refund",
    "tickets_calendar",
    "changed",
    "ticket",
    "apple_wallet",
}
BY_SECRET_LINK |= {"subscribe", "unsubscribe", "ticket", "apple_wallet", "google_wallet"}
SIGNED_IN = {"account", "lists", "points", "profile", "password", "my_data", "delete_account"}
ONLY_POST = {"extend", "cancel", "confirm", "correct_address", "pay", "language", "send_link", "sign_out"}
ONLY_POST |= {"hold", "news", "order_news", "sms", "telegram", "my_cinema", "gift_card", "pay_gift_card"}
ONLY_POST |= {"send_again", "watch", "wait", "new_code"}


@pytest.fixture
def order() -> Order:
    return factories.a_paid_order(seats=2, customer=factories.a_customer())


def address(name: str, order: Order, *, token: str = "") -> str:
    ticket = order.tickets.select_related("session").first()
    path = next(str(each.pattern) for each in shop.urlpatterns if each.name == name)
    key = str(ticket.session.film_id if name in ("film", "title_card", "watch") else ticket.session_id)
    secret = "<str:token>" if name == "link" else "<slug:token>"
    path = path.replace("<slug:slug>", "terms").replace("<slug:language>", "en").replace("<int:number>", "1")
    path = path.replace("<int:key>", key).replace("<int:incident>", "1").replace(secret, token or order.token)
    assert "<" not in path, "the URL was not filled in"
    return f"/{path}"


def test_every_page_has_a_documented_audience() -> None:
    assert {each.name for each in shop.urlpatterns} == OPEN | FILES | BY_SECRET_LINK | SIGNED_IN | ONLY_POST


def test_an_order_opens_only_with_its_secret_token(client: Client, order: Order) -> None:
    client.force_login(factories.a_customer())
    other = factories.a_paid_order()
    answers = set()

    for name in BY_SECRET_LINK | {"extend", "cancel", "confirm", "pay"}:
        for wrong in (order.number, str(order.pk), other.token[:-1]):  # fewer than are counted as an attack
            ask = client.get if name in BY_SECRET_LINK else client.post
            answer = ask(address(name, order, token=wrong))
            answers.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.content.decode())))

    assert {status for status, _page in answers} == {404}
    assert len(answers) == 1  # all the same


def test_customer_pages_are_not_shown_to_others(order: Order) -> None:
    for name in SIGNED_IN:
        assert Client().get(address(name, order))["Location"].startswith("/account/sign-in/")


def test_changes_need_a_post_with_a_csrf_token(order: Order) -> None:
    held = factories.an_order()
    strict = Client(enforce_csrf_checks=True)
    before = business_state()

    for name in ONLY_POST:
        path = address(name, held)
        assert Client().put(path).status_code == 405, name
        assert Client().get(path, follow=True).status_code == 200, name  # redirected to the page with the button
        assert strict.post(path).status_code == 403, name
    for name in ("checkout", "change", "refund", "sign_in", "find_order", "link"):
        assert strict.post(address(name, held)).status_code == 403, name
    assert business_state() == before


def test_only_webhooks_the_api_and_unsubscribing_are_exempt_from_csrf_protection() -> None:
    """The API knows no cookie: whoever calls it sends a key, or reads what anybody may. Mail servers unsubscribe their
    users by the secret address alone (RFC 8058). What providers of SMS and newsletters report is asked back.
    """
    spared = {route for route, view in _views(get_resolver()) if getattr(view, "csrf_exempt", False)}

    others = {route for route in spared if not route.startswith(("webhooks/", "api/"))}
    assert others == {"unsubscribe/<slug:token>/", "sms/callback/", "receipts/atol/", "lists/<uuid:uid>/", "telegram/"}


def test_every_page_has_security_headers_and_no_inline_code(client: Client, order: Order) -> None:
    client.force_login(order.user)
    pages = [
        address(name, order)
        for name in (OPEN - {"manifest", "robots", "sitemap", "taken"}) | BY_SECRET_LINK | SIGNED_IN
    ]
    for path in [*pages, "/nothing/"]:
        answer = client.get(path, follow=True)
        policy = answer["Content-Security-Policy"]
        html = answer.content.decode()

        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "http" not in policy, path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["Referrer-Policy"] == "same-origin", path
        assert "camera=(), " in answer["Permissions-Policy"], path
        if answer["Content-Type"].startswith("text/html"):
            assert not re.search(
                r"<style|\sstyle=|\son[a-z]+=|<script(?! src=| type=\"application/ld\+json\")", html
            ), path
            html = re.sub(r'<link rel="(canonical|alternate)"[^>]*>', "", html)  # which browsers do not follow
            assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", html), path
            assert len(answer.content) < 100_000, path


def test_the_admin_has_its_own_content_security_policy(client: Client) -> None:
    policy = client.get("/admin/login/")["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert re.search(r"style-src 'self' 'nonce-[^' ]{22,}'", policy)
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy


def test_user_input_is_escaped(client: Client, order: Order) -> None:
    payload = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{ 7|add:7 }}"
    texts = dict.fromkeys(("description", "director", "starring", "content_warnings", "country"), payload)
    Film.objects.update(title=payload, featured=1, **texts)
    Cinema.objects.update(name=payload, city=payload[:60], address=payload)
    order.user.first_name = payload[:80]
    order.user.save()
    client.force_login(order.user)
    session = order.tickets.first().session
    seat = factories.free_seats(session)[0]

    files = {"manifest", "robots", "sitemap", "taken", "session_calendar", "tickets_calendar", "my_data"}
    pages = [address(name, order) for name in (OPEN | BY_SECRET_LINK | SIGNED_IN) - files]
    bodies = [
        client.get(path).content.decode()
        for path in [*pages, f"/search/?q={payload}", f"/?genre={payload}&day={payload}"]
    ]
    bodies.append(
        client.post(
            f"/sessions/{session.pk}/checkout/?seat={seat.pk}",
            {"email": payload, "phone": payload, "promocode": payload[:40], f"type-{seat.pk}": payload},
        ).content.decode()
    )

    for body in bodies:
        assert "<img src=x" not in body
        assert "<script>alert" not in body
        assert "14" not in re.findall(r"script&gt;(\d+)", body)


def test_forged_prices_in_a_request_are_ignored(client: Client) -> None:
    session = factories.a_session()
    seat = factories.free_seats(session)[0]
    lies = {"price": "1", "final_amount": "1", "discount_amount": "349", "status": "PAID", "points": "300", "user": "1"}

    client.post(
        f"/sessions/{session.pk}/checkout/?seat={seat.pk}",
        {"email": "a@example.org", "phone": "", "promocode": "", f"type-{seat.pk}": factories.an_adult().pk, **lies},
    )

    order = Order.objects.get()
    assert (order.final_amount, order.status, order.user) == (350, Order.Status.PENDING_PAYMENT, None)


def test_a_server_error_shows_our_own_page_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme.programme, "showings", lambda **_given: 1 / 0)

    answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert '<html lang="en">' in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()


def test_logs_hold_neither_addresses_nor_secret_links(
    client: Client, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(MaskSecrets())
    caplog.set_level(logging.DEBUG, logger="django.request")

    client.post(f"/order/{order.token}/refund/", {"line": "ticket-0"})
    client.post(f"/order/{order.token}/pay/", {"gateway": "none"})
    client.post("/account/link/secret-token/")
    client.post("/account/sign-in/", {"username": order.email, "password": "wrong"})

    assert "/order/***/refund/" in caplog.text
    for secret in (order.token, "secret-token", order.email):
        assert secret not in caplog.text


def test_the_secret_of_every_link_is_masked_in_logs(order: Order) -> None:
    for name in BY_SECRET_LINK | {"link"}:
        path = address(name, order, token="secret-token")

        assert "secret-token" in path
        assert "secret-token" not in mask(path)


#: Parts of addresses that are texts and no secrets.
OPEN_PARTS = {"slug", "language", "gateway", "method", "object_id", "content_type_id", "kind"}


def test_no_part_of_any_address_that_may_be_a_secret_stands_in_logs() -> None:
    routes = [route for route, _view in _views(get_resolver())]
    parts = {route: set(re.findall(r"<(?:str|slug|uuid|path):(\w+)>", route)) - OPEN_PARTS for route in routes}
    secret = {route: names for route, names in parts.items() if names}

    shown = [
        route
        for route, names in secret.items()
        if "the-secret" in mask("/" + re.sub(rf"<\w+:(?:{'|'.join(names)})>", "the-secret", route))
    ]

    assert any("set-password" in route for route in secret)
    assert shown == []


def test_cookies_are_secure_and_http_only() -> None:
    assert live_settings.SESSION_COOKIE_SECURE
    assert live_settings.CSRF_COOKIE_SECURE
    assert live_settings.LANGUAGE_COOKIE_SECURE
    assert live_settings.SESSION_COOKIE_HTTPONLY
    assert live_settings.SECURE_HSTS_SECONDS >= 31_536_000
    assert live_settings.SESSION_COOKIE_SAMESITE == "Lax"


def _views(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield before + str(each.pattern), each.callback
        else:
            yield from _views(each, before + str(each.pattern))
