import html
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinema import clock
from customers.services import correct_address
from notifications.models import Notification
from orders.models import Order
from orders.services import (
    TooLateToRefund,
    hold,
    mark_paid,
    receipt_sales,
    record_refund,
    refund,
    refund_by_customer,
    send_refunds,
    ticket_of,
)
from orders.services.visits.ticket_codes import UnknownCode, code_of
from payments.models import Receipt, Refund
from payments.services import mark_paid_out
from screenings.models import Session, TicketType
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, business_state
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def test_the_order_link_shows_tickets_codes_and_the_pick_up_code(client: Client) -> None:
    session = factories.a_session()
    order = factories.a_paid_order(session, seats=2, snacks=[(factories.an_item(session.hall.cinema), 1)])

    page = client.get(f"/order/{order.token}/").content.decode()

    assert page.count('class="qr"') == 2
    assert order.preorders.get().pickup_code in page
    assert "Your tickets" in page


def test_a_paid_order_says_so_and_after_a_refund_in_part_what_is_left_paid(client: Client) -> None:
    order = factories.a_paid_order(factories.a_session(), seats=2)
    paid = plain(client.get(f"/order/{order.token}/"))

    refund_by_customer(order, lines=[order.tickets.order_by("pk")[0]], at=NOON)
    after = plain(client.get(f"/order/{order.token}/"))

    assert "Paid. Show the code of each ticket at the entrance." in paid
    assert "Amount paid 700 ₽" in paid
    assert "Amount paid 700 ₽ Returned to you −350 ₽ Paid after refunds 350 ₽" in after


def test_a_printed_receipt_can_be_looked_at(client: Client, settings: Any) -> None:
    settings.RECEIPTS_SINCE = factories.LONG_AGO
    order = factories.a_paid_order()
    receipt_sales(list(order.payments.all()), at=NOON)
    receipts, address = Receipt.objects.filter(order=order), f"/order/{order.token}/"
    receipts.update(status="SENT", printed={"ofd_receipt_url": "javascript:alert(1)"})
    unsafe = client.get(address).content.decode()
    receipts.update(printed={"ofd_receipt_url": "https://ofd.example/1"})

    page = client.get(address).content.decode()

    assert "Fiscal receipt" not in unsafe
    assert '<a href="https://ofd.example/1" rel="noreferrer">Fiscal receipt: 350' in page


def test_the_order_page_is_not_stored_or_indexed_and_sends_no_referrer(client: Client) -> None:
    order = factories.a_paid_order()

    answer = client.get(f"/order/{order.token}/")

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"


def test_an_inexact_order_link_is_not_found(client: Client) -> None:
    order = factories.a_paid_order()

    for token in (order.token[:-1], order.token.swapcase(), order.number, order.token + "A", "x", "é"):
        assert client.get(f"/order/{token}/").status_code == 404


def test_wrong_order_links_are_rate_limited(client: Client) -> None:
    answers = [client.get(f"/order/guess-{number}/").status_code for number in range(70)]

    assert answers.count(404) == 60
    assert set(answers[60:]) == {429}


def test_wrong_links_at_an_address_do_not_shut_out_the_right_one(client: Client) -> None:
    order = factories.a_paid_order()
    for number in range(70):
        client.get(f"/order/guess-{number}/")

    pages = ["", "tickets.ics", "refund/"]
    assert [client.get(f"/order/{order.token}/{page}").status_code for page in pages] == [200] * 3


def test_expired_and_cancelled_orders_are_explained(client: Client) -> None:
    expired = factories.an_order(at=NOON - timedelta(hours=1))
    cancelled = factories.an_order(at=NOON - timedelta(days=3))

    assert "The time to pay has run out" in page_of(client, expired)
    client.post(f"/order/{cancelled.token}/give-up/")
    assert "This order is cancelled" in page_of(client, cancelled)


def test_a_cancelled_session_shows_no_ticket_and_leaves_the_calendar(client: Client) -> None:
    session = factories.a_session()
    order = factories.a_paid_order(session)
    added = calendar_of(client, order)
    cancel_session(session, reason="No power", at=NOON)

    page = page_of(client, order)

    removed = calendar_of(client, order)
    assert "This screening has been cancelled, and you’ll be refunded automatically." in page
    assert 'class="qr"' not in page
    assert "Remove from calendar" in page
    assert "Return your tickets here" not in page
    assert {"METHOD:PUBLISH", "STATUS:CONFIRMED", "SEQUENCE:0"} < added
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"} < removed
    assert uid_in(added) == uid_in(removed)


def test_refunded_tickets_leave_the_calendar(client: Client) -> None:
    order = factories.a_paid_order(seats=2)
    refund_by_customer(order, lines=order.tickets.all(), at=NOON)

    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} < calendar_of(client, order)
    assert "Remove from calendar" in page_of(client, order)


def test_an_order_that_was_never_paid_is_in_no_calendar(client: Client) -> None:
    assert not [line for line in calendar_of(client, factories.an_order()) if "VEVENT" in line]


def calendar_of(client: Client, order: Order) -> set[str]:
    return set(client.get(f"/order/{order.token}/tickets.ics").text.split("\r\n"))


def uid_in(calendar: set[str]) -> list[str]:
    return [line for line in calendar if line.startswith("UID:")]


def test_ten_tickets_take_as_many_queries_as_one(client: Client) -> None:
    def queries(seats: int) -> int:
        session = factories.a_session(factories.a_hall(rows=["ssssssssssss"]))
        items = [(factories.an_item(session.hall.cinema), 1) for _each in range(seats)]
        order = factories.a_paid_order(session, seats=seats, snacks=items)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/order/{order.token}/").status_code == 200
        return len(seen)

    assert queries(1) == queries(10) <= 16


# --- Refunds by the customer


@pytest.mark.parametrize(
    ("value", "words"),
    [("1.00", "You’ll earn 17 points for this order."), ("2.50", "You’ll earn 7 points for this order.")],
)
def test_an_unpaid_order_shows_the_points_it_will_earn(client: Client, settings: Any, value: str, words: str) -> None:
    settings.BONUS_POINT_VALUE = Decimal(value)
    order = factories.an_order(customer=factories.a_customer())

    assert words in page_of(client, order)


def test_spent_points_are_shown_at_the_value_they_had(client: Client, settings: Any) -> None:
    settings.BONUS_POINT_VALUE = Decimal("2.50")
    order = factories.a_paid_order(customer=factories.a_customer(points=7), points=7)
    settings.BONUS_POINT_VALUE = Decimal("1.00")

    assert "7 points" in page_of(client, order)


def test_the_exact_refund_is_shown_before_a_ticket_is_refunded(client: Client) -> None:
    order = factories.a_paid_order(seats=2)
    ticket = order.tickets.first()
    before = business_state()

    shown = client.get(f"/order/{order.token}/refund/", {"line": f"ticket-{ticket.pk}"}).content.decode()
    assert "350\N{NO-BREAK SPACE}₽" in shown
    assert business_state() == before

    client.post(f"/order/{order.token}/refund/", {"line": f"ticket-{ticket.pk}"})
    order.refresh_from_db()
    assert Refund.objects.get().amount == 350
    assert order.status == Order.Status.PAID
    assert page_of(client, order).count('class="qr"') == 1


def test_snacks_to_return_have_their_names_in_the_visitors_language(client: Client) -> None:
    item = factories.an_item(texts={"de": {"name": "Wasser"}})
    order = factories.a_paid_order(snacks=[(item, 2)], at=clock.now())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    for chosen in ({}, {"line": f"concessionpreorder-{order.preorders.get().pk}"}):
        page = client.get(f"/order/{order.token}/refund/", chosen).content.decode()
        assert "2 × Wasser" in page
        assert item.name not in page


def test_a_code_for_a_sum_is_given_back_as_a_whole_and_the_page_says_so(client: Client) -> None:
    code = factories.a_promocode(discount_percent=50, least_total=1400)
    order = factories.a_paid_order(seats=4, promocode=code)
    path, lines = f"/order/{order.token}/refund/", [f"ticket-{each.pk}" for each in order.tickets.all()]

    for send in (client.get, client.post):
        answer = send(path, {"line": lines[1:]})
        assert answer.status_code == 409
        assert "The promo code of this order is for orders from 1,400" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert not Refund.objects.exists()
    client.post(path, {"line": lines})

    assert Refund.objects.get().amount == 700


def test_one_link_selects_all_lines(client: Client) -> None:
    session = factories.a_session()
    order = factories.a_paid_order(session, seats=2, snacks=[(factories.an_item(session.hall.cinema), 1)])
    path = f"/order/{order.token}/refund/"

    [every] = re.findall(r'href="(\?line=[^"]*)"', client.get(path).content.decode())
    shown = client.get(path + html.unescape(every)).content.decode()

    assert len(re.findall(r'name="line"', shown)) == 3
    assert re.search(r"<tfoot>.*820", shown)


def test_customers_cannot_refund_shortly_before_the_start(client: Client) -> None:
    start = NOON + timedelta(minutes=settings.SELF_SERVICE_REFUND_UNTIL)
    order = factories.a_paid_order(factories.a_session(start=start))
    ticket = order.tickets.get()

    with raises_unchanged(TooLateToRefund):
        refund_by_customer(order, lines=[ticket], at=NOON)

    answer = client.post(f"/order/{order.token}/refund/", {"line": f"ticket-{ticket.pk}"})
    assert answer.status_code == 409
    assert not Refund.objects.exists()


def test_a_late_purchase_shows_no_refund_terms(client: Client) -> None:
    soon = factories.an_order(factories.a_session(start=NOON + timedelta(minutes=settings.SELF_SERVICE_REFUND_UNTIL)))
    later = factories.an_order(
        factories.a_session(start=NOON + timedelta(minutes=settings.SELF_SERVICE_REFUND_UNTIL + 1))
    )

    assert "Return your tickets here" in page_of(client, later)
    page = page_of(client, soon)
    assert "Return your tickets here" not in page
    assert "These tickets can no longer be refunded online" in page


def test_customers_can_refund_until_the_deadline(client: Client) -> None:
    start = NOON + timedelta(minutes=settings.SELF_SERVICE_REFUND_UNTIL + 1)
    order = factories.a_paid_order(factories.a_session(start=start))

    refund_by_customer(order, lines=[order.tickets.get()], at=NOON)

    assert Refund.objects.get().amount == 350


def test_a_ticket_of_another_order_is_not_refunded(client: Client) -> None:
    order, other = factories.a_paid_order(), factories.a_paid_order()
    before = business_state()

    answer = client.post(f"/order/{order.token}/refund/", {"line": f"ticket-{other.tickets.get().pk}"})

    assert answer.status_code == 409
    assert business_state() == before


# --- Codes


def test_a_code_finds_its_ticket_however_it_was_typed() -> None:
    ticket = factories.a_paid_order().tickets.get()

    code = code_of(ticket)

    assert re.fullmatch(r"T\d+-[A-Z2-7]{28}", code)  # 28 base-32 characters are 140 bits, 136 of them used
    assert ticket_of(f" {code.lower()} ") == ticket


def test_a_forged_ticket_code_is_refused() -> None:
    first, second = factories.a_paid_order(seats=2).tickets.order_by("pk")
    code = code_of(first)
    key, _dash, seal = code.partition("-")

    strange = [f"T{second.pk}-{seal}", f"{key}-{seal[:-1]}", f"{key}-{seal[::-1]}", f"T0-{seal}", "", "T1-", "💥"]
    strange += [f"{key}-{seal[:place]}{'A' if seal[place] != 'A' else 'B'}{seal[place + 1 :]}" for place in range(27)]
    for wrong in strange:
        with pytest.raises(UnknownCode):
            ticket_of(wrong)


def test_a_ticket_code_stays_valid_after_a_change_of_secret_key(settings: object) -> None:
    ticket = factories.a_paid_order().tickets.get()
    code = code_of(ticket)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]  # type: ignore[attr-defined]

    assert ticket_of(code) == ticket
    assert code_of(ticket) != code


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/order/{order.token}/").content.decode()


def test_refund_terms_are_shown_before_the_screening(client: Client) -> None:
    ahead = factories.a_paid_order()
    past = factories.a_paid_order(factories.a_session(start=NOON - timedelta(hours=1)), at=NOON - timedelta(hours=5))
    terms = "If the screening is cancelled, you’ll be refunded automatically."

    assert terms in page_of(client, ahead)
    assert terms not in page_of(client, past)


def test_a_changed_order_is_refused_without_naming_statuses(client: Client) -> None:
    order = factories.a_paid_order()

    answer = client.post(f"/order/{order.token}/give-up/")

    assert answer.status_code == 409
    assert "This order has changed in the meantime." in answer.content.decode()
    assert "cannot go from" not in answer.content.decode()
    order.refresh_from_db()
    assert order.status == "PAID"


def test_an_order_of_snacks_does_not_mention_tickets(client: Client) -> None:
    order = factories.a_paid_order(snacks=[(factories.an_item(factories.a_cinema()), 1)])

    page = page_of(client, order)

    assert "Refund order" in page
    assert not re.search("tickets?[^.]", page.partition("<main")[2].partition("</main>")[0].lower())


def plain(answer: Any) -> str:
    """The text of a page, with plain spaces and without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize(
    ("gateway", "preview", "page"),
    [
        ("cash", "Refund in cash at the box office", "350 ₽ in cash is waiting for you at the box office"),
        ("card_terminal", "Refund to your card at the box office", "We’ll refund 350 ₽ to your card at the box office"),
    ],
)
def test_money_paid_by_hand_waits_at_the_box_office(client: Client, gateway: str, preview: str, page: str) -> None:
    order = factories.a_paid_order(gateway=gateway)
    lines, path = {"line": f"ticket-{order.tickets.get().pk}"}, f"/order/{order.token}/"

    shown = plain(client.get(f"{path}refund/", lines))
    client.post(f"{path}refund/", lines)
    waiting = plain(client.get(path))
    mark_paid_out(Refund.objects.get(), at=NOON)
    paid = plain(client.get(path))

    assert preview in shown
    assert page in waiting
    assert f": {order.number}." in waiting
    assert "ank" not in shown + waiting + paid
    assert "We’ve paid 350 ₽ back to you." in paid


@pytest.mark.parametrize(
    ("gateway", "page"),
    [
        ("bank_transfer", "We’re refunding 350 ₽ to your original payment method."),
        ("account", "You’ll get 350 ₽ back from whoever sold you the tickets."),
    ],
)
def test_money_that_is_not_paid_at_the_box_office_is_not_promised_there(
    client: Client, gateway: str, page: str
) -> None:
    order = factories.a_paid_order(gateway=gateway)
    refund(order, reason="Ill", at=NOON)

    shown = plain(client.get(f"/order/{order.token}/"))

    assert page in shown
    assert "box office" not in shown


def test_the_preview_says_of_each_payment_by_which_way_it_goes_back(client: Client) -> None:
    order = factories.an_order(factories.a_session(), seats=2)
    mark_paid(order, gateway="demo", amount=Decimal("450.00"), external_id="x", part=True, at=NOON)
    mark_paid(order, gateway="cash", amount=Decimal("250.00"), part=True, at=NOON)

    shown = plain(
        client.get(f"/order/{order.token}/refund/", {"line": [f"ticket-{each.pk}" for each in order.tickets.all()]})
    )

    assert "Refund in cash at the box office 250 ₽ Refund to your original payment method 450 ₽" in shown


def test_a_refund_through_the_gateway_is_on_its_way_and_then_done(client: Client) -> None:
    order = factories.paid_at_the_bank(factories.a_session())
    refund_by_customer(order, lines=list(order.tickets.all()), at=NOON)

    on_its_way = plain(client.get(f"/order/{order.token}/"))
    send_refunds(list(Refund.objects.all()), at=NOON)
    done = plain(client.get(f"/order/{order.token}/"))

    assert "We’re refunding 350 ₽ to your original payment method." in on_its_way
    assert "We’ve refunded 350 ₽ to your original payment method." in done


def test_the_preview_promises_only_what_is_still_to_be_sent(client: Client) -> None:
    order = factories.paid_at_the_bank(factories.a_session(), seats=2)
    record_refund(order, amount=Decimal("500.00"), external_id="bank", at=NOON)
    lines = {"line": [f"ticket-{ticket.pk}" for ticket in order.tickets.all()]}

    shown = plain(client.get(f"/order/{order.token}/refund/", lines))

    assert "Returned to you earlier −500 ₽" in shown
    assert "Refund to your original payment method 200 ₽" in shown


def test_the_link_is_sent_again_to_the_orders_own_address_once_in_a_while(client: Client) -> None:
    order = factories.a_paid_order(email="anna@example.org")
    unpaid = factories.an_order(email="anna@example.org")
    assert f'action="/order/{order.token}/again/"' in client.get(f"/order/{order.token}/").text

    answers = [client.post(f"/order/{each.token}/again/", follow=True).text for each in (order, order, unpaid)]

    sent = Notification.objects.filter(kind="ORDER_LINK").values_list("recipient", "context__number")
    assert list(sent) == [("anna@example.org", order.number)]
    assert ["again" in answer and "sending the link to anna@example.org" in answer for answer in answers] == [
        *[True] * 2,
        False,
    ]


# --- A wrong address


def test_whoever_has_the_link_corrects_the_address_and_is_led_to_the_new_page(client: Client) -> None:
    order = factories.a_paid_order(email="anna@gmial.example")
    old = f"/order/{order.token}/"
    assert 'name="email"' in client.get(old).content.decode()

    answer = client.post(f"/order/{order.token}/address/", {"email": "anna@gmail.example"})

    order.refresh_from_db()
    assert order.email == "anna@gmail.example"
    assert answer["Location"] == f"/order/{order.token}/"
    assert client.get(old).status_code == 404


def test_a_wrong_address_is_refused_in_words_and_changes_nothing(client: Client) -> None:
    order = factories.a_paid_order(email="anna@gmial.example")

    answer = client.post(f"/order/{order.token}/address/", {"email": "anna"})

    assert (answer.status_code, "valid email address" in answer.content.decode()) == (409, True)
    order.refresh_from_db()
    assert order.email == "anna@gmial.example"


def test_an_order_sends_its_tickets_to_few_addresses_a_day(client: Client) -> None:
    order = factories.a_paid_order(email="anna@gmial.example")
    for number in range(4):
        client.post(f"/order/{order.token}/address/", {"email": f"a{number}@example.org"})
        order.refresh_from_db()

    assert order.email == "a2@example.org"


def sold_together(rows: str, seats: list[int], *, carer: bool) -> Order:
    session = factories.a_session(factories.a_hall(rows=[rows]))
    types = [factories.an_adult()] * len(seats)
    if carer:
        types[1] = TicketType.objects.create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)
    chosen = [session.hall.seats.get(number=number) for number in seats]
    tickets = [(session, seat, ticket_type) for seat, ticket_type in zip(chosen, types, strict=True)]
    return factories.pay(hold(cinema=session.hall.cinema, tickets=tickets, email="guest@example.org", at=NOON))


@pytest.mark.parametrize(("rows", "carer", "amount"), [("wcs", True, 350), ("lls", False, 700)])
def test_what_is_sold_together_is_refunded_together(client: Client, rows: str, carer: bool, amount: int) -> None:
    order = sold_together(rows, [1, 2, 3], carer=carer)
    lines = [f"ticket-{ticket.pk}" for ticket in order.tickets.order_by("seat__number")]
    path = f"/order/{order.token}/refund/"

    page = client.get(path, {"line": lines[0]}).content.decode()
    client.post(path, {"line": re.findall('name="line" value="([^"]+)"', page)})

    assert "Some of these seats are sold together only" in page
    assert re.findall('name="line" value="([^"]+)"', page) == lines[:2]
    assert f"{amount}\N{NO-BREAK SPACE}₽" in page
    assert order.refunds.get().amount == amount
    assert list(order.tickets.order_by("seat__number").values_list("status", flat=True)) == [
        "AVAILABLE", "AVAILABLE", "PAID"
    ]  # fmt: skip


def test_half_of_a_paid_love_seat_sent_alone_is_refused(client: Client) -> None:
    order = sold_together("lls", [1, 2, 3], carer=False)
    path = f"/order/{order.token}/refund/"

    answer = client.post(path, {"line": f"ticket-{order.tickets.first().pk}"})

    assert answer.status_code == 409
    assert "These seats are sold together only. Refund them too: row 1, seat 2." in answer.content.decode()
    assert not order.refunds.exists()


# --- A corrected address


def correct(client: Client, order: Order, *, email: str, proof: str) -> HttpResponse:
    return client.post(f"/order/{order.token}/address/", {"email": email, "proof": proof})


def proof_in(page: str) -> str:
    return re.search(r'name="proof" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]


def test_a_second_press_of_the_correction_leads_to_the_order(client: Client) -> None:
    order = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(days=1)), at=clock.now())
    proof = proof_in(page_of(client, order))
    first = correct(client, order, email="right@example.org", proof=proof)

    second = correct(client, order, email="right@example.org", proof=proof)

    assert (second.status_code, second["Location"]) == (302, first["Location"])


@pytest.mark.parametrize(("email", "whose"), [("guess@example.org", "own"), ("right@example.org", "made up")])
def test_the_former_link_opens_nothing_after_a_correction(client: Client, email: str, whose: str) -> None:
    order = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(days=1)), at=clock.now())
    proof = proof_in(page_of(client, order))
    correct(client, order, email="right@example.org", proof=proof)

    answer = correct(client, order, email=email, proof=proof if whose == "own" else whose)

    assert answer.status_code == 404


def test_a_stranger_who_opened_the_former_link_cannot_guess_the_way_to_the_new_one(client: Client) -> None:
    order = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(days=1)), at=clock.now())
    strangers, own = proof_in(page_of(Client(), order)), proof_in(page_of(client, order))
    correct(client, order, email="right@example.org", proof=own)

    answer = correct(Client(), order, email="right@example.org", proof=strangers)

    assert answer.status_code == 404


def test_a_change_that_corrects_the_address_does_not_show_the_new_order_to_the_former_one(client: Client) -> None:
    session = factories.a_session(start=clock.now() + timedelta(days=1))
    former = factories.an_order(session, email="wrong@example.org", at=clock.now())
    order = factories.an_order(session, instead_of=former, email="right@example.org", at=clock.now())

    assert order.token not in page_of(client, former)


def test_an_order_that_was_changed_does_not_lead_past_a_correction(client: Client) -> None:
    session = factories.a_session(start=clock.now() + timedelta(days=1))
    former = factories.an_order(session, at=clock.now())
    order = factories.an_order(session, instead_of=former, email=former.email, at=clock.now())
    assert client.get(f"/order/{former.token}/")["Location"] == f"/order/{order.token}/"
    factories.pay(order, at=clock.now())
    correct_address(order, email="right@example.org", reason="Typed wrong", at=clock.now(), actor=someone("owner"))
    order.refresh_from_db()

    page = page_of(client, former)

    assert order.token not in page


def test_refused_corrections_do_not_use_up_the_limit(client: Client) -> None:
    order = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(days=1)), at=clock.now())
    for _ in range(20):
        assert correct(client, order, email=order.email, proof="").status_code == 409

    assert correct(client, order, email="right@example.org", proof="").status_code == 302


def test_the_refund_page_of_a_refunded_order_says_so(client: Client) -> None:
    order = factories.a_paid_order(factories.a_session(start=clock.now() + timedelta(days=1)), at=clock.now())
    refund(order, reason="Ill", at=clock.now())

    assert "This order has already been refunded." in client.get(f"/order/{order.token}/refund/").content.decode()


@pytest.mark.parametrize(
    ("held", "told"), [(False, "and you’ll be refunded automatically"), (True, "We’re confirming your refund")]
)
def test_the_refund_page_of_a_cancelled_screening_says_what_happens(client: Client, held: bool, told: str) -> None:
    session = factories.a_session(start=clock.now() + timedelta(days=1))
    order = factories.a_paid_order(session, at=clock.now())
    cancel_session(session, reason="No power", at=clock.now())
    Session.objects.update(refunds_held=held)

    page = client.get(f"/order/{order.token}/refund/").content.decode()

    assert told in page
    assert "refunds close" not in page


def test_one_address_gets_a_link_again_once_in_five_minutes_and_ten_times_a_day_whatever_the_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, answers = clock.now(), []
    orders = [factories.a_paid_order(email="victim@example.org", at=start) for _ in range(2)]
    for number in range(12):
        monkeypatch.setattr("cinema.clock.now", lambda minutes=6 * number: start + timedelta(minutes=minutes))
        answers += [client.post(f"/order/{order.token}/again/").status_code for order in orders]

    assert Notification.objects.filter(kind="ORDER_LINK").count() == 10
    assert answers == [302] * 19 + [429] * 5


def test_presses_that_send_nothing_leave_the_owner_of_an_address_all_links_of_the_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    strangers, own = (factories.a_paid_order(email="victim@example.org", at=start) for _ in range(2))
    for _press in range(12):
        client.post(f"/order/{strangers.token}/again/")
    monkeypatch.setattr("cinema.clock.now", lambda: start + timedelta(minutes=6))

    answer = client.post(f"/order/{own.token}/again/")

    assert answer.status_code == 302
    assert Notification.objects.filter(kind="ORDER_LINK").count() == 2
