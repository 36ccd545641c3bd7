"""The page of gift cards at the till: sold and printed once, looked up, spent on an order, and taken back."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.services.pins import set_pin
from boxoffice.services import sales
from cinema import clock
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.services import pay_with_gift_card, refund, send_refunds
from payments.errors import GiftCardBlocked
from payments.models import GiftCard, GiftCardMovement, GiftCardReplacement, LegalEntity, Refund
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import PRICE, a_session, an_adult, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db

CARDS = "/boxoffice/till/gift-cards/"


@pytest.fixture
def session():
    return a_session(start=clock.now() + timedelta(minutes=15))


@pytest.fixture
def shift(session):
    return a_shift(session.hall.cinema, at=clock.now())


@pytest.fixture
def client(shift):
    return at_work(shift.cashier, a_device(shift.cinema))


def sell(client, *, amount="1000", tender="cash", form=None):
    return client.post(
        f"{CARDS}sell/", {"amount": amount, "tender": tender, "form": form or uuid.uuid4(), "paper": "roll"}
    )


def code_on(page):
    return re.search(r'<p class="code">([A-Z0-9 ]{19})</p>', page).group(1)


def test_a_card_is_sold_printed_once_and_pays_an_order(session, shift, client):
    printed = sell(client)
    code = code_on(printed.text)
    place = (session, free_seats(session)[0], an_adult())
    order = sales.hold_at_till(shift, places=[place], snacks=[], at=clock.now(), actor=shift.cashier)
    page = client.get(f"/boxoffice/till/orders/{order.pk}/").text

    paid = client.post(f"/boxoffice/till/orders/{order.pk}/gift-card/", {"code": code}, follow=True)

    order.refresh_from_db()
    assert "Code of the gift card" in page
    assert "no-store" in printed["Cache-Control"]
    assert order.status == Order.Status.PAID
    assert "Left on the card: " in paid.text
    assert GiftCard.objects.get().balance == Decimal(1000) - PRICE
    assert code not in client.get(CARDS).text
    assert invariant_violations() == []


def test_what_is_left_on_a_card_is_looked_up(client):
    code = code_on(sell(client, amount="750.50").text)

    assert client.post(CARDS, {"code": code.replace(" ", "").lower()}).context_data["found"].balance == Decimal(
        "750.50"
    )
    assert "We have no gift card with this code" in client.post(CARDS, {"code": "wrong"}).text


@pytest.mark.parametrize(
    "change", [{"amount": "x"}, {"amount": "0"}, {"amount": "50000.01"}, {"tender": "points"}, {"form": "x"}]
)
def test_what_is_not_clear_sells_no_card(client, shift, change):
    answer = sell(client, **change)

    assert answer["Location"] == CARDS
    assert not GiftCard.objects.exists()
    assert cash_of(shift.cinema) == {"DRAWER": 0}


def take_back(client, **fields):
    return client.post(f"{CARDS}take-back/", {"reason": "Wrong amount", **fields}, follow=True).text


def test_a_sale_is_undone_with_the_code_and_a_reason_and_the_cash_given_out(client, shift):
    code = code_on(sell(client).text)
    without_reason = take_back(client, code=code, reason=" ")
    kept = GiftCard.objects.get().balance

    answer = take_back(client, code=code)

    assert "Enter a reason" in without_reason
    assert kept == 1000
    assert "from the drawer" in answer
    assert cash_of(shift.cinema) == {"DRAWER": 0}
    assert GiftCardMovement.objects.get(kind="TAKEN_BACK").reason == "Wrong amount"


def test_without_the_code_a_second_person_decides_it(client, shift):
    sell(client)
    card = GiftCard.objects.get()
    boss = someone("floor_manager", shift.cinema, email="boss@example.org")
    set_pin(boss, pin=PIN, at=clock.now())

    alone = take_back(client, card=card.pk)
    kept = GiftCard.objects.get().balance
    decided = take_back(client, card=card.pk, person=boss.pk, pin=PIN)

    assert "Somebody else has to decide this" in alone
    assert kept == 1000
    assert "from the drawer" in decided
    undone = GiftCardMovement.objects.get(kind="TAKEN_BACK")
    assert (undone.actor, undone.cash_movement.actor) == (boss, shift.cashier)


def test_above_the_limit_for_refunds_nobody_takes_a_card_back_alone(client, shift, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(1500)}
    first, second = (code_on(sell(client).text) for _index in range(2))

    take_back(client, code=first)
    refused = take_back(client, code=second)

    assert "above the limit of one person" in refused
    assert sorted(GiftCard.objects.values_list("balance", flat=True)) == [0, 1000]


def test_a_card_of_another_shift_is_not_taken_back_and_an_usher_sells_none(client, shift):
    elsewhere = a_session().hall.cinema
    code = code_on(sell(client).text)
    other = a_shift(elsewhere, at=clock.now())
    usher = at_work(someone("usher", shift.cinema), a_device(shift.cinema, name="Door A"))

    take_back(at_work(other.cashier, a_device(elsewhere)), code=code)

    assert GiftCard.objects.get().balance == 1000
    assert usher.get(CARDS).status_code == 403
    assert sell(usher).status_code == 403


def test_without_a_shift_no_card_is_sold(shift):
    client = at_work(someone("cashier", shift.cinema), a_device(shift.cinema))

    assert client.get(CARDS)["Location"] == "/boxoffice/till/shift/"
    assert sell(client)["Location"] == CARDS
    assert not GiftCard.objects.exists()


# --- Lost cards, and cards that are sent


def a_boss(shift):
    boss = someone("floor_manager", shift.cinema, email="boss@example.org")
    set_pin(boss, pin=PIN, at=clock.now())
    return boss


def replace(client, card, **fields):
    return client.post(f"{CARDS}replace/", {"card": card.pk, "reason": "Lost in a taxi", **fields}, follow=True)


def test_a_lost_card_is_found_blocked_and_printed_with_another_code_by_two_people(client, shift):
    code = code_on(sell(client).text).replace(" ", "")
    boss = a_boss(shift)

    found = client.post(CARDS, {"last4": code[-4:].lower(), "sold_for": ""}).text
    by_amount = client.post(CARDS, {"last4": "", "sold_for": "1000"}).context_data["lost"]
    alone = replace(client, GiftCard.objects.get())
    unchanged = GiftCard.objects.get().last4
    new = code_on(replace(client, GiftCard.objects.get(), person=boss.pk, pin=PIN).text).replace(" ", "")

    assert "Block it and print a new code" in found
    assert len(by_amount) == 1
    assert "Somebody else has to decide this" in alone.text
    assert unchanged == code[-4:]
    assert client.post(CARDS, {"code": new}).context_data["found"].balance == 1000
    assert "reported lost and replaced" in client.post(CARDS, {"code": code}).text
    row = GiftCardReplacement.objects.get()
    assert (row.actor, row.decided_by, row.balance, row.former_last4) == (shift.cashier, boss, 1000, code[-4:])
    assert invariant_violations() == []


def test_above_the_limit_of_whoever_decides_no_card_is_replaced(client, shift, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(500)}
    sell(client)
    boss = a_boss(shift)

    answer = replace(client, GiftCard.objects.get(), person=boss.pk, pin=PIN)

    assert "above the limit of one person" in answer.text
    assert not GiftCardReplacement.objects.exists()


def test_a_card_that_was_named_before_it_was_replaced_pays_nothing(client, shift, session):
    sell(client)
    named = GiftCard.objects.get()
    place = (session, free_seats(session)[0], an_adult())
    order = sales.hold_at_till(shift, places=[place], snacks=[], at=clock.now(), actor=shift.cashier)
    replace(client, named, person=a_boss(shift).pk, pin=PIN)

    with pytest.raises(GiftCardBlocked):
        pay_with_gift_card(order, card=named, shift=shift, at=clock.now(), actor=shift.cashier)

    assert GiftCard.objects.get().balance == 1000


def test_a_refund_goes_onto_the_card_that_replaced_the_lost_one(client, shift, session):
    sell(client)
    place = (session, free_seats(session)[0], an_adult())
    order = sales.hold_at_till(shift, places=[place], snacks=[], at=clock.now(), actor=shift.cashier)
    pay_with_gift_card(order, card=GiftCard.objects.get(), shift=shift, at=clock.now(), actor=shift.cashier)
    new = code_on(replace(client, GiftCard.objects.get(), person=a_boss(shift).pk, pin=PIN).text)

    refund(order, reason="Ill", at=clock.now())
    send_refunds(list(Refund.objects.to_send(clock.now())), at=clock.now())

    assert client.post(CARDS, {"code": new}).context_data["found"].balance == 1000


def test_a_card_is_sent_by_e_mail_and_its_code_leaves_the_message(client, shift, mailoutbox):
    form = {"amount": "1000", "tender": "cash", "form": uuid.uuid4(), "email": "Friend@Example.org"}
    printed = client.post(f"{CARDS}sell/", form).text
    queued = Notification.objects.get(kind=MessageKind.GIFT_CARD).context

    run("deliver_notifications", at=clock.now())

    assert queued["gift_code"] == code_on(printed)
    assert code_on(printed) in mailoutbox[-1].body
    assert shift.cinema.name in mailoutbox[-1].body
    assert mailoutbox[-1].to == ["friend@example.org"]
    assert "gift_code" not in Notification.objects.get(kind=MessageKind.GIFT_CARD).context


def test_a_card_is_not_sold_for_an_address_that_is_none(client, shift):
    client.post(f"{CARDS}sell/", {"amount": "1000", "tender": "cash", "form": uuid.uuid4(), "email": "friend"})

    assert not GiftCard.objects.exists()
    assert cash_of(shift.cinema) == {"DRAWER": 0}


def test_the_slip_says_where_the_card_is_taken(client, shift):
    entity = LegalEntity.objects.create(name="Aurora", tax_number="7707083893")
    other, strange = a_session().hall.cinema, a_session().hall.cinema
    for cinema in (shift.cinema, other):
        cinema.legal_entity = entity
        cinema.save()

    slip = sell(client).text

    assert f"{shift.cinema.name}, {other.name}" in slip
    assert strange.name not in slip
