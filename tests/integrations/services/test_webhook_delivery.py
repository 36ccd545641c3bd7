"""Receivers hear of each event at least once, with one id, whatever happens to answers and senders."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from cinema.status import ForbiddenMove
from concessions.services import write_off
from integrations.errors import WebhooksOnAlready
from integrations.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from integrations.services import webhook_delivery
from integrations.services.webhook_delivery import renew_secret, send_again, switch_on
from orders.services import refund
from payments.services import mark_paid_out
from screenings.services import cancel_session
from tests.helpers.factories import NOON, a_paid_order, a_session, an_item
from tests.helpers.fakes.webhook_receiver import Receiver, an_endpoint, is_signed, receiver
from tests.helpers.partners import announce

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def there(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    with receiver() as here:
        yield here


def a_pass(at: datetime = NOON) -> None:
    call_command("send_webhooks", at=at.isoformat(), verbosity=0)


def test_what_happens_is_told_signed_and_once(there: Receiver) -> None:
    endpoint = an_endpoint(there.url)
    session = a_session()
    announce()
    order = a_paid_order(session, seats=2)
    back = refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    mark_paid_out(back, at=NOON)
    item = an_item(session.hall.cinema, stock=100, max_stock_quantity=100)
    write_off(item, quantity=95, reason="Water damage", at=NOON)

    for _ in range(2):
        a_pass()

    assert there.types == ["order.paid", "refund.paid", "session.published", "stock.low"]
    assert len(there.calls) == 4
    assert all(is_signed(headers, body, endpoint.secret) for _id, _content, headers, body in there.calls)
    paid = next(each for each in there.ledger.values() if each["type"] == "order.paid")
    assert paid["data"] == {"number": order.number, "cinema_id": order.cinema_id, "total": "700.00"}


def test_changes_and_cancellations_of_sessions_are_told(there: Receiver) -> None:
    an_endpoint(there.url)
    session = a_session()
    announce()
    type(session).objects.update(ticket_price=F("ticket_price") + 100)
    announce(NOON + MINUTE)
    cancel_session(session, reason="The projector broke", at=NOON + 2 * MINUTE)
    announce(NOON + 3 * MINUTE)

    a_pass(NOON + 4 * MINUTE)

    assert there.types == ["session.cancelled", "session.changed", "session.published"]


def test_a_lost_answer_brings_the_same_id_again(there: Receiver) -> None:
    an_endpoint(there.url)
    a_paid_order()
    there.next_answers = [0, 503]

    for minutes in (0, 1, 6):
        a_pass(NOON + minutes * MINUTE)

    assert len(there.calls) == 3
    assert len(there.ledger) == 1
    assert WebhookDelivery.objects.get().status == "SENT"


def test_a_receiver_is_told_of_its_cinema_and_types_only_and_not_of_the_past(there: Receiver) -> None:
    a_paid_order(at=NOON - HOUR)
    mine = a_session()
    an_endpoint(there.url, cinema=mine.hall.cinema, types=["order.paid"])
    a_paid_order()
    order = a_paid_order(mine)
    announce()

    a_pass()

    assert [each["data"]["number"] for each in there.ledger.values()] == [order.number]


def test_a_receiver_that_fails_for_days_is_switched_off_and_hears_everything_later(there: Receiver) -> None:
    endpoint = an_endpoint(there.url)
    a_paid_order()
    there.next_answers = [500] * 20
    at = NOON
    while at <= NOON + 4 * DAY:
        a_pass(at)
        at += 6 * HOUR
    endpoint.refresh_from_db()
    off, calls = endpoint.disabled_at, len(there.calls)
    a_paid_order(a_session(start=NOON + 6 * DAY), at=NOON + 4 * DAY)
    a_pass(NOON + 4 * DAY)

    assert off is not None
    assert len(there.calls) == calls
    there.next_answers = []
    switch_on(endpoint, at=NOON + 5 * DAY)
    a_pass(NOON + 5 * DAY)
    assert there.types == ["order.paid", "order.paid"]
    with pytest.raises(WebhooksOnAlready):
        switch_on(endpoint, at=NOON + 5 * DAY)


def test_a_receiver_that_is_gone_is_switched_off_at_once(there: Receiver) -> None:
    an_endpoint(there.url)
    a_paid_order()
    there.next_answers = [410]

    a_pass()

    assert WebhookEndpoint.objects.get().disabled_at == NOON


def test_a_receiver_may_ask_to_wait(there: Receiver) -> None:
    an_endpoint(there.url)
    a_paid_order()
    there.next_answers, there.headers = [429], {"Retry-After": "7200"}

    a_pass()

    assert WebhookDelivery.objects.get().next_attempt_at == NOON + 2 * HOUR


def test_the_former_secret_signs_too_while_a_receiver_changes(there: Receiver) -> None:
    endpoint = an_endpoint(there.url)
    following = renew_secret(endpoint, at=NOON)
    a_paid_order()
    a_pass()

    [(_id, _content, headers, body)] = there.calls
    assert is_signed(headers, body, endpoint.secret)
    assert is_signed(headers, body, following)


def test_people_send_again_what_was_sent_or_failed(there: Receiver) -> None:
    an_endpoint(there.url)
    a_paid_order()
    a_pass()
    delivery = WebhookDelivery.objects.get()

    send_again(delivery, at=NOON)
    with pytest.raises(ForbiddenMove):
        send_again(delivery, at=NOON)
    a_pass()

    assert (len(there.calls), len(there.ledger)) == (2, 1)


def test_a_sender_that_was_killed_after_its_claim_loses_nothing(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_endpoint(there.url)
    a_paid_order()

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(webhook_delivery, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            a_pass()
    a_pass(NOON + MINUTE)
    claimed = len(there.calls)
    a_pass(NOON + 6 * MINUTE)

    assert (claimed, len(there.calls), len(there.ledger)) == (1, 2, 1)
    assert WebhookDelivery.objects.get().status == "SENT"


def test_events_are_forgotten_after_a_month(there: Receiver) -> None:
    an_endpoint(there.url)
    a_paid_order()
    a_pass()

    a_pass(NOON + 31 * DAY)

    assert WebhookEvent.objects.count() == 0
    assert len(there.calls) == 1


def test_a_cinema_without_receivers_keeps_no_events() -> None:
    a_paid_order()

    a_pass()

    assert WebhookEvent.objects.count() == 0
