"""Gift cards in the shop, without JavaScript: named, shown, and only then paid with."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from cinema.money import format_money
from orders.models import Order
from orders.services import cancel_expired
from payments.models import GiftCard, LegalEntity, Payment
from payments.services import sell_gift_card
from tests.helpers.cash import a_shift
from tests.helpers.factories import NOON, PRICE, a_session, an_adult, an_order, free_seats
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db(transaction=True)


def a_code(order_or_session, amount) -> str:
    cinema = getattr(order_or_session, "cinema", None) or order_or_session.hall.cinema
    shift = a_shift(cinema)
    work = {"tender": "cash", "request": uuid4(), "at": NOON, "actor": shift.cashier}
    return sell_gift_card(shift, amount=Decimal(amount), **work)[1]


def balance() -> Decimal:
    return GiftCard.objects.get().balance


def post(client: Client, order: Order, path: str = "", **fields: str) -> str:
    return client.post(f"/order/{order.token}/gift-card/{path}", fields, follow=True).text


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/order/{order.token}/").text


def test_a_code_shows_what_it_covers_and_then_pays(client: Client) -> None:
    order = an_order(seats=2)
    code = a_code(order, 2 * PRICE + 50)

    shown = post(client, order, gift_card=f" {code[:8].lower()}-{code[8:]} ")
    untouched = balance()
    paid = post(client, order, "pay/")

    order.refresh_from_db()
    assert f"Pay {format_money(2 * PRICE)} with the gift card" in shown
    assert code not in shown
    assert untouched == 2 * PRICE + 50
    assert order.status == Order.Status.PAID
    assert f"Gift card •••• {code[-4:]}" in paid
    assert balance() == 50
    assert invariant_violations() == []


def test_an_expired_card_covers_nothing(client: Client) -> None:
    order = an_order(seats=2)
    code = a_code(order, PRICE)
    GiftCard.objects.update(valid_until=NOON)

    assert "This gift card has expired" in post(client, order, gift_card=code)


def test_the_rest_is_paid_online(client: Client) -> None:
    order = an_order(seats=2)
    post(client, order, gift_card=a_code(order, PRICE))

    page = post(client, order, "pay/")
    client.post(f"/order/{order.token}/pay/", {"gateway": "demo"})

    assert f"Pay {format_money(PRICE)}" in page
    assert Payment.objects.get(gateway="demo").amount == PRICE


def test_another_browser_with_the_link_does_not_spend_the_card(client: Client) -> None:
    order = an_order(seats=2)
    post(client, order, gift_card=a_code(order, PRICE))

    answer = post(Client(), order, "pay/")

    assert "We have no gift card with this code" in answer
    assert balance() == PRICE


def test_a_card_that_was_named_need_not_be_used(client: Client) -> None:
    order = an_order()
    shown = post(client, order, gift_card=a_code(order, PRICE))

    assert "with the gift card" in shown
    assert "with the gift card" not in post(client, order)


def test_a_card_is_named_at_the_checkout(client: Client) -> None:
    session = a_session()
    seat = free_seats(session)[0]
    code = a_code(session, 1000)
    fields = {"email": "anna@example.org", f"type-{seat.pk}": an_adult().pk, "accept": "on"}
    path = f"/sessions/{session.pk}/checkout/?seat={seat.pk}"

    wrong = client.post(path, {**fields, "gift_card": "2222222222222222"})
    nothing_held = not Order.objects.exists()
    page = client.post(path, {**fields, "gift_card": code}, follow=True).text

    assert wrong.status_code == 409
    assert "We have no gift card with this code" in wrong.text
    assert nothing_held
    assert f"Pay {format_money(PRICE)} with the gift card" in page
    assert "2222222222222222" not in str(dict(client.session))


def test_a_lapsed_order_says_that_the_money_is_back_on_the_card(client: Client) -> None:
    order = an_order(seats=2)
    post(client, order, gift_card=a_code(order, PRICE))
    post(client, order, "pay/")

    cancel_expired([order.pk], at=order.expires_at)

    page = page_of(client, order)
    assert f"{format_money(PRICE)} is back on your gift card." in page
    assert "arrived after" not in page
    assert balance() == PRICE


def test_wrong_codes_are_limited_by_address_and_the_right_one_is_still_served(client: Client) -> None:
    order = an_order()
    code = a_code(order, 1000)

    for _ in range(40):
        post(client, order, gift_card="2222222222222222")
    limited = client.post(f"/order/{order.token}/gift-card/", {"gift_card": "2222222222222222"})

    assert limited.status_code == 429
    assert "with the gift card" in post(client, order, gift_card=code)


def test_a_card_of_another_legal_entity_is_unknown(client: Client) -> None:
    code = a_code(a_session(), 1000)
    order = an_order()
    order.cinema.legal_entity = LegalEntity.objects.create(name="Another", tax_number="7707083893")
    order.cinema.save()

    assert "We have no gift card with this code" in post(client, order, gift_card=code)


def test_the_e_mail_says_what_the_card_paid(client: Client, mailoutbox) -> None:
    order = an_order(seats=2)
    code = a_code(order, 2 * PRICE)
    post(client, order, gift_card=code)
    post(client, order, "pay/")

    run("deliver_notifications")

    assert f"With gift card •••• {code[-4:]}: {format_money(2 * PRICE)}" in mailoutbox[-1].body
