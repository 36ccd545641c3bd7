"""While the bank decides about a payment, its order is refunded only if staff insist."""

from datetime import timedelta

import pytest

from cinema import clock
from consistency.invariants import violations
from notifications.models import MessageKind, Notification
from orders.approvals import RefundApproval
from orders.errors import PaymentDisputed
from orders.models import Order
from orders.services import (
    preview_refund,
    refund,
    refund_by_customer,
    refundable_by_customer,
)
from payments.models import Dispute, Refund
from payments.services import mark_paid_out, send_again
from screenings.services import cancel_session
from tests.helpers.factories import NOON, PRICE, a_hall, a_session, business_state, dispute, paid_at_the_bank
from tests.helpers.pages.admin_pages import dashboard_texts, messages_of, run_action
from tests.helpers.users import browser, someone
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
ON_HOLD = "1 refund on hold until the bank decides a dispute"


@pytest.fixture
def order() -> Order:
    """Two seats, paid at a gateway; the bank disputes the payment."""
    order = paid_at_the_bank(session=a_session(start=NOON + timedelta(days=3)), seats=2)
    dispute(order)
    return order


def decide(status: str) -> None:
    Dispute.objects.update(status=status, decided_at=LATER)


@pytest.mark.parametrize("status", Dispute.UNDECIDED)
def test_customers_cannot_refund_a_disputed_order(order, status):
    Dispute.objects.update(status=status)
    before = business_state()

    with pytest.raises(PaymentDisputed):
        refund_by_customer(order, lines=list(order.tickets.all()), at=NOON)

    assert refundable_by_customer(order, at=NOON) == []
    assert business_state() == before


def test_customers_can_refund_it_after_the_dispute_is_won(order):
    decide(Dispute.Status.WON)

    back = refund_by_customer(order, lines=list(order.tickets.all()), at=LATER)

    assert back.amount == 2 * PRICE


def test_the_shop_says_why_a_disputed_order_cannot_be_refunded(order, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    url = f"/order/{order.token}/"
    sent = {"line": [f"ticket-{ticket.pk}" for ticket in order.tickets.all()]}

    pages = [client.get(url), client.get(f"{url}refund/"), client.post(f"{url}refund/", sent)]

    assert [page.status_code for page in pages] == [200, 200, 409]
    assert all(page.text.count("Your bank is still deciding") == 1 for page in pages)
    assert "refund/" not in pages[0].text
    assert "confirm" not in pages[2].text
    assert not Refund.objects.exists()


def test_staff_must_confirm_the_refund_of_a_disputed_order(order):
    with pytest.raises(PaymentDisputed):
        refund(order, reason="Ill", at=NOON)
    assert preview_refund(order, at=NOON).money == 2 * PRICE

    back = refund(order, reason="Ill", despite_dispute=True, at=NOON)

    assert (back.amount, back.despite_dispute) == (2 * PRICE, True)
    assert list(Refund.objects.to_send(NOON)) == [back]


def test_the_form_of_a_refund_tells_staff_of_the_dispute(order, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    page = browser(someone("floor_manager", order.cinema))

    refused = run_action(page, order, "refund_whole", reason="Ill")
    assert "The bank has not decided yet" in refused.text
    assert "Refund although the payment is disputed" in refused.text
    assert not Refund.objects.exists()

    done = run_action(page, order, "refund_whole", reason="Ill", despite_dispute="on")
    assert messages_of(done) == [f"Order {order}: refund of 700\xa0₽ issued."]
    assert Refund.objects.get().despite_dispute


def test_a_refund_that_was_requested_before_the_dispute_waits_for_the_decision():
    order = paid_at_the_bank(session=a_session())
    back = refund(order, reason="Ill", at=NOON)
    dispute(order)

    run("execute_refunds", at=LATER)
    back.refresh_from_db()
    assert (back.status, back.attempts) == (Refund.Status.REQUESTED, 0)
    assert not any(each.row == f"payments.refund:{back.pk}" for each in violations(LATER + timedelta(hours=1)))

    decide(Dispute.Status.WON)
    run("execute_refunds", at=LATER)
    back.refresh_from_db()
    assert back.status == Refund.Status.SUCCEEDED


def test_a_failed_refund_is_neither_sent_again_nor_paid_out_without_confirmation(order):
    back = refund(order, reason="Ill", despite_dispute=True, at=NOON)
    Refund.objects.update(status=Refund.Status.FAILED)

    for act in (send_again, mark_paid_out):
        with pytest.raises(PaymentDisputed):
            act(back, at=NOON)
    send_again(back, at=NOON, despite_dispute=True)

    assert list(Refund.objects.to_send(NOON)) == [back]


def test_a_cancelled_session_leaves_a_disputed_order_until_the_bank_has_decided(monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    hall = a_hall()
    session = a_session(hall)
    held, other = paid_at_the_bank(session=session), paid_at_the_bank(session=session)
    dispute(held)
    cancel_session(session, reason="Projector", at=NOON)

    said = []
    for minute in range(2):
        run("refund_cancelled_sessions", at=LATER + timedelta(minutes=minute))
        said.append(capsys.readouterr().out)

    assert ["1 held back: the bank has not decided a dispute" in each for each in said] == [True, True]
    assert ["1 done, 1 passed over" in said[0], "0 done, 1 passed over" in said[1]] == [True, True]
    assert [Order.objects.get(pk=each.pk).status for each in (held, other)] == ["PAID", "REFUNDED"]
    messages = Notification.objects.filter(kind=MessageKind.SESSION_CANCELLED, recipient=held.email)
    assert [(each.context["disputed"], each.context["amount"]) for each in messages] == [(True, "0.00")]
    broken = {each.row for each in violations(LATER + timedelta(hours=1))}
    assert broken.isdisjoint({f"orders.order:{held.pk}", f"orders.ticket:{held.tickets.get().pk}"})
    assert ON_HOLD in dashboard_texts(someone("floor_manager", held.cinema))

    decide(Dispute.Status.WON)
    run("refund_cancelled_sessions", at=LATER + timedelta(days=3))

    assert Order.objects.get(pk=held.pk).status == Order.Status.REFUNDED
    assert [each.context["disputed"] for each in messages.order_by("pk")] == [True, False]


def test_an_approval_does_not_confirm_a_dispute_that_came_later():
    order = paid_at_the_bank(session=a_session())
    service = RefundApproval()
    stored = service.encode(order, reason="Ill", at=NOON)
    dispute(order)
    one, two = someone("floor_manager", order.cinema), someone("owner", order.cinema)

    with pytest.raises(PaymentDisputed):
        service.call(order, **service.decode(order, stored), at=NOON, actor=one, approver=two)
