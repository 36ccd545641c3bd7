"""Gift cards at the till: sold as an advance, spent in part or in full, refunded onto the card, and taken back."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.errors import RateLimited
from boxoffice.services import gift_cards, refunds, sales
from orders.errors import AlreadyPaid
from orders.models import Order
from orders.services import cancel_expired, left_to_pay, refund, send_refunds
from payments.errors import (
    GiftCardEmpty,
    GiftCardExpired,
    GiftCardNotReturnable,
    GiftCardSoldBefore,
    GiftCardTooLarge,
    GiftCardUnknown,
)
from payments.models import GiftCard, GiftCardMovement, LegalEntity, Receipt, Refund
from payments.services import sell_gift_card, take_back_gift_card, totals_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_session, an_adult, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
WORTH = 2 * PRICE + 50


@pytest.fixture
def session():
    return a_session(start=NOON + 10 * MINUTE)


@pytest.fixture
def shift(session):
    return a_shift(session.hall.cinema)


def sold(shift, *, amount=WORTH, tender="cash", request=None):
    form = request or uuid.uuid4()
    return sell_gift_card(shift, amount=amount, tender=tender, request=form, at=NOON, actor=shift.cashier)


def held(shift, session, *, seats=2):
    places = [(session, seat, an_adult()) for seat in free_seats(session)[:seats]]
    return sales.hold_at_till(shift, places=places, snacks=[], at=NOON, actor=shift.cashier)


def pay(order, card, shift):
    return gift_cards.pay_with_gift_card(order, card=card, shift=shift, at=NOON, actor=shift.cashier)


def balance_of(card):
    return GiftCard.objects.get(pk=card.pk).balance


def send_all_refunds():
    send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)


def test_a_card_is_sold_for_cash_and_is_no_order(shift):
    card, code = sold(shift)

    assert cash_of(shift.cinema) == {"DRAWER": WORTH}
    assert (balance_of(card), card.last4) == (WORTH, code[-4:])
    assert not Order.objects.exists()
    assert not GiftCard.objects.filter(code_hash__contains=code).exists()
    assert invariant_violations() == []


def test_a_card_that_is_sold_by_card_counts_on_the_terminal(shift):
    card, _code = sold(shift, tender="card_terminal")
    assert (totals_of(shift).card_sales, totals_of(shift).expected_cash) == (WORTH, 0)

    take_back_gift_card(card, reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)

    assert totals_of(shift).expected_card == 0
    assert invariant_violations() == []


def test_a_form_that_is_sent_twice_sells_one_card(shift):
    form = uuid.uuid4()
    sold(shift, request=form)

    with pytest.raises(GiftCardSoldBefore):
        sold(shift, request=form)

    assert GiftCard.objects.count() == 1
    assert cash_of(shift.cinema) == {"DRAWER": WORTH}


def test_a_card_is_not_sold_for_more_than_the_limit(shift, settings):
    settings.GIFT_CARD_LARGEST = Decimal(1000)

    with pytest.raises(GiftCardTooLarge):
        sold(shift, amount=Decimal("1000.01"))

    assert not GiftCard.objects.exists()


def test_cards_expire_only_where_a_setting_says_so_and_what_is_on_them_stays_owed(shift, session, settings):
    forever, _code = sold(shift)
    settings.GIFT_CARD_VALIDITY = timedelta(days=30)
    card, _code = sold(shift)
    later = NOON + timedelta(days=30)
    order = held(shift, session)

    assert (forever.valid_until, card.valid_until) == (None, later)
    with raises_unchanged(GiftCardExpired):
        gift_cards.pay_with_gift_card(order, card=card, shift=shift, at=later, actor=shift.cashier)
    manager = someone("floor_manager", session.hall.cinema)
    work = {"shift": shift, "at": later, "actor": shift.cashier, "decided_by": manager}
    renewed, _code = gift_cards.replace(card, reason="Expired", **work)
    assert (renewed.balance, renewed.has_expired(later)) == (WORTH, False)
    assert pay(order, renewed, shift) == 2 * PRICE


def test_a_card_pays_an_order_and_keeps_the_rest(shift, session):
    card, _code = sold(shift)
    order = held(shift, session)

    paid = pay(order, card, shift)

    order.refresh_from_db()
    assert (order.status, paid, balance_of(card)) == (Order.Status.PAID, 2 * PRICE, 50)
    assert cash_of(shift.cinema) == {"DRAWER": WORTH}
    assert invariant_violations() == []


def test_what_a_card_does_not_cover_is_paid_in_cash(shift, session):
    card, _code = sold(shift, amount=PRICE)
    order = held(shift, session)

    pay(order, card, shift)
    assert left_to_pay(order) == PRICE
    with pytest.raises(GiftCardEmpty):
        pay(order, card, shift)
    sales.pay_cash(order, shift=shift, given=None, amount=PRICE, at=NOON, actor=shift.cashier)

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert invariant_violations() == []


def test_a_paid_order_takes_no_card(shift, session):
    card, _code = sold(shift)
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)

    with pytest.raises(AlreadyPaid):
        pay(order, card, shift)

    assert balance_of(card) == WORTH


def test_a_refund_goes_back_onto_the_card_once(shift, session):
    card, _code = sold(shift)
    order = held(shift, session)
    pay(order, card, shift)

    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    send_all_refunds()
    Refund.objects.update(status=Refund.Status.REQUESTED, external_id="")  # as if the answer had been lost
    send_all_refunds()

    assert balance_of(card) == 50 + PRICE
    assert GiftCardMovement.objects.filter(kind="REFUNDED").count() == 1
    assert invariant_violations() == []


def test_of_a_split_order_each_tender_gets_its_share(shift, session):
    card, _code = sold(shift, amount=PRICE)
    order = held(shift, session)
    pay(order, card, shift)
    sales.pay_cash(order, shift=shift, given=None, amount=PRICE, at=NOON, actor=shift.cashier)

    refunds.void(order, reason="Changed their mind", shift=shift, at=NOON, actor=shift.cashier)
    send_all_refunds()

    assert balance_of(card) == PRICE
    assert cash_of(shift.cinema) == {"DRAWER": PRICE}  # what was paid for the card
    assert invariant_violations() == []


def test_a_sale_that_lapses_gives_the_card_its_part_back(shift, session):
    card, _code = sold(shift, amount=PRICE)
    order = held(shift, session)
    pay(order, card, shift)

    cancel_expired([order.pk], at=order.expires_at)
    send_refunds(list(Refund.objects.to_send(order.expires_at)), at=order.expires_at)

    assert balance_of(card) == PRICE
    assert invariant_violations() == []


def test_the_sale_of_an_unused_card_is_undone_in_its_shift(shift):
    card, _code = sold(shift)

    take_back_gift_card(card, reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)

    assert (balance_of(card), cash_of(shift.cinema)) == (0, {"DRAWER": 0})
    assert list(gift_cards.sold_in(shift)) == []
    with pytest.raises(GiftCardNotReturnable):
        take_back_gift_card(card, reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)
    assert invariant_violations() == []


def test_a_used_card_and_one_of_another_shift_are_not_taken_back(shift, session):
    used, _code = sold(shift)
    pay(held(shift, session), used, shift)
    other, _code = sold(a_shift(shift.cinema))

    for card in (used, other):
        with pytest.raises(GiftCardNotReturnable):
            take_back_gift_card(card, reason="Mistake", shift=shift, at=NOON, actor=shift.cashier)


def test_a_code_is_found_as_people_and_scanners_type_it(shift):
    card, code = sold(shift)
    cashier = {"cinema": shift.cinema, "at": NOON, "actor": shift.cashier}

    typed = [code, code.lower(), f" {code[:4]}-{code[4:8]} {code[8:]} "]

    assert [gift_cards.look_up(each, **cashier) for each in typed] == [card] * 3


def test_wrong_codes_are_limited(shift):
    _card, code = sold(shift)
    cashier = {"cinema": shift.cinema, "at": NOON, "actor": shift.cashier}

    for _attempt in range(10):
        with pytest.raises(GiftCardUnknown):
            gift_cards.look_up("2222222222222222", **cashier)

    with pytest.raises(RateLimited):
        gift_cards.look_up(code, **cashier)


def test_a_card_of_another_legal_entity_is_unknown(shift):
    _card, code = sold(shift)
    other = a_session().hall.cinema
    other.legal_entity = LegalEntity.objects.create(name="Another", tax_number="7707083893")

    with pytest.raises(GiftCardUnknown):
        gift_cards.look_up(code, cinema=other, at=NOON, actor=shift.cashier)


def test_while_no_legal_entity_is_entered_a_card_is_valid_in_its_own_cinema_alone(shift):
    card, code = sold(shift)
    replaced = sold(shift)[0]
    decided_by = someone("cinema_manager", shift.cinema)
    _new, new_code = gift_cards.replace(
        replaced, reason="Lost", shift=shift, at=NOON, actor=shift.cashier, decided_by=decided_by
    )
    other = a_session().hall.cinema
    assert (shift.cinema.legal_entity, other.legal_entity) == (None, None)

    for each in (code, new_code):
        with pytest.raises(GiftCardUnknown):
            gift_cards.look_up(each, cinema=other, at=NOON, actor=shift.cashier)

    assert gift_cards.look_up(code, cinema=shift.cinema, at=NOON, actor=shift.cashier) == card
    assert list(gift_cards.taken_in(card)) == [shift.cinema]
    assert not gift_cards.lost_cards(other, last4=card.last4).exists()


def test_the_receipt_of_a_card_is_an_advance_and_that_of_the_order_is_not_missing(shift, session, settings):
    settings.RECEIPTS_SINCE = NOON - timedelta(days=1)
    settings.CALCULATED_VAT = True
    card, _code = sold(shift)
    pay(held(shift, session), card, shift)

    for _again in range(2):
        call_command("send_receipts", at=NOON.isoformat())

    receipts = Receipt.objects.order_by("pk").values_list("kind", "amount", "lines__subject", "lines__vat", "order")
    of_card = [each for each in receipts if each[4] is None]
    assert of_card == [("SALE", WORTH, "GIFT_CARDS", "22/122", None)]
    assert Receipt.objects.get(order__isnull=False).amount == 2 * PRICE
    assert list(Receipt.objects.values_list("status", flat=True)) == ["SENT"] * 2
