"""The page of gift cards at the till: sold and printed once, looked up, spent on an order, and taken back."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.services.pins import set_pin
from boxoffice.services import sales
from cinema import clock
from orders.models import Order
from payments.models import GiftCard, GiftCardMovement
from tests.helpers.box_office import PIN, a_device, at_work
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import PRICE, a_session, an_adult, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

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
