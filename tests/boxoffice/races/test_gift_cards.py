"""A gift card is spent at several tills at once. Not on SQLite, where only one transaction writes at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from boxoffice.services import sales
from boxoffice.services.gift_cards import pay_with_gift_card
from orders.models import Order
from orders.services import left_to_pay, refund, send_refunds
from payments import gift_cards
from payments.models import GiftCard, GiftCardMovement, Refund
from payments.services import take_back_gift_card
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import NOON, PRICE, a_session, an_adult, free_seats
from tests.reliability.run_job import invariant_violations

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """Run the steps at the same time; returns "done" or the name of the refusal of each, sorted."""

    def run(step: Callable[[], Any]) -> str:
        try:
            step()
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(run, steps))


def orders_at_tills(number: int) -> list[tuple[Order, Any]]:
    """Orders of two tickets, each held at a till of its own."""
    session = a_session(start=NOON + timedelta(minutes=30))
    seats = free_seats(session)
    found = []
    for index in range(number):
        shift = a_shift(session.hall.cinema)
        places = [(session, seat, an_adult()) for seat in seats[2 * index : 2 * index + 2]]
        found.append((sales.hold_at_till(shift, places=places, snacks=[], at=NOON, actor=shift.cashier), shift))
    return found


def test_several_tills_spend_no_more_than_is_on_the_card() -> None:
    tills = orders_at_tills(3)
    card = a_gift_card(tills[0][1], amount=3 * PRICE)

    def pay(order: Order, shift: Any) -> None:
        pay_with_gift_card(order, card=card, shift=shift, at=NOON, actor=shift.cashier)

    ends = at_once(*[lambda till=till: pay(*till) for till in tills])

    assert ends == ["GiftCardEmpty", "done", "done"]
    assert GiftCard.objects.get().balance == 0
    assert sorted(left_to_pay(order) for order, _shift in tills) == [0, PRICE, 2 * PRICE]
    assert invariant_violations() == []


def test_without_the_cards_lock_money_would_be_promised_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: both tills read the same balance; the database refuses the second."""
    [(first, shift), (second, _other)] = orders_at_tills(2)
    card = a_gift_card(shift, amount=3 * PRICE)
    stale = GiftCard.objects.get()
    monkeypatch.setattr("orders.services.payments.gift_card.lock_named", lambda card: stale)
    work = {"card": card, "shift": shift, "at": NOON, "actor": shift.cashier}

    pay_with_gift_card(first, **work)
    with pytest.raises(gift_cards.GiftCardEmpty):
        pay_with_gift_card(second, **work)

    assert left_to_pay(second) == 2 * PRICE
    assert invariant_violations() == []


def test_a_card_is_spent_or_taken_back_but_not_both() -> None:
    [(order, shift)] = orders_at_tills(1)
    card = a_gift_card(shift, amount=2 * PRICE)
    work: dict[str, Any] = {"shift": shift, "at": NOON, "actor": shift.cashier}

    ends = at_once(
        lambda: pay_with_gift_card(order, card=card, **work),
        lambda: take_back_gift_card(card, reason="Mistake", **work),
        lambda: take_back_gift_card(card, reason="Mistake", **work),
    )

    assert ends.count("done") == 1
    assert GiftCard.objects.get().balance == 0
    assert invariant_violations() == []


def test_two_senders_of_one_refund_book_it_onto_the_card_once() -> None:
    [(order, shift)] = orders_at_tills(1)
    card = a_gift_card(shift, amount=2 * PRICE)
    pay_with_gift_card(order, card=card, shift=shift, at=NOON, actor=shift.cashier)
    refund(order, reason="Ill", at=NOON)

    at_once(*[lambda: send_refunds(list(Refund.objects.to_send(NOON)), at=NOON)] * 3)

    assert GiftCard.objects.get().balance == 2 * PRICE
    assert GiftCardMovement.objects.filter(kind="REFUNDED").count() == 1
    assert invariant_violations() == []
