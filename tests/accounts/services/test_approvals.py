"""What is over the limit for one person is done when a second one approves it, and not otherwise."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.errors import NotTheSecond, SecondNeeded
from accounts.models import Approval
from bonuses.models import BonusAccount
from bonuses.services import adjust
from concessions.services import write_off
from orders.models import Order
from orders.services import refund, refund_by_customer
from tests.backoffice.dashboard.test_today import told
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_customer, a_paid_order, a_session, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def limits(settings):
    settings.SECOND_SIGNATURE_ABOVE = {"refund": PRICE, "points": 100, "write_off": 1000}


def press(person, row, action, **given):
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=[row.pk])
    client = browser(person)
    form = client.get(page).context["form"]
    given = {field.name: field.value() for field in form if field.value() is not None} | given
    answer = client.post(page, given)
    if answer.context and "agreed" in answer.context["form"].fields:
        answer = client.post(page, given | {"agreed": answer.context["form"]["agreed"].value()})
    return answer


def test_each_service_lets_one_person_go_so_far_and_two_further():
    session = a_session(start=NOON + timedelta(days=9))
    order, account = a_paid_order(session, seats=3), a_customer(points=10).bonus_account
    item = an_item(price=PRICE)
    one, other = someone("owner", all_cinemas=True), someone("cinema_manager")
    deeds = [
        lambda **who: refund(order, reason="Ill", at=NOON, **who),
        lambda **who: adjust(account, amount=101, reason="Sorry", at=NOON, **who),
        lambda **who: write_off(item, quantity=3, reason="Wet", at=NOON, **who),
    ]

    for do in deeds:
        with raises_unchanged(SecondNeeded):
            do(actor=one)
        with raises_unchanged(NotTheSecond):
            do(actor=one, second=one)
        do(actor=one, second=other)

    mine = a_paid_order(session, seats=3, customer=a_customer())
    refund_by_customer(mine, lines=list(mine.tickets.all()), at=NOON, actor=mine.user)  # one's own has no limit


def test_a_large_sum_is_not_cut_into_small_ones():
    order, account, item = a_paid_order(seats=2), a_customer(points=10).bonus_account, an_item(price=PRICE)
    one, first, rest = someone("owner", all_cinemas=True), *order.tickets.all()
    refund(order, lines=[first], reason="Ill", at=NOON, actor=one)
    adjust(account, amount=60, reason="Sorry", at=NOON, actor=one)
    write_off(item, quantity=2, reason="Wet", at=NOON, actor=one)

    with raises_unchanged(SecondNeeded):
        refund(order, lines=[rest], reason="Ill", at=LATER, actor=one)
    with raises_unchanged(SecondNeeded):
        adjust(account, amount=-60, reason="Sorry", at=LATER, actor=one)
    with raises_unchanged(SecondNeeded):
        write_off(item, quantity=1, reason="Wet", at=LATER, actor=one)

    adjust(account, amount=60, reason="Sorry", at=NOON + timedelta(days=1), actor=one)


def test_a_refund_over_the_limit_waits_for_a_colleague_and_is_then_what_was_asked_for():
    order = a_paid_order(seats=3, customer=a_customer())
    one = someone("floor_manager", order.cinema)
    keys = [f"ticket-{ticket.pk}" for ticket in order.tickets.all()[:2]]

    press(one, order, "refund_lines", lines=keys, reason="Ill")

    asked = Approval.objects.get()
    assert (asked.asked_by, asked.cinema, asked.status) == (one, order.cinema, Approval.Status.ASKED)
    assert ["money that goes back", "700.00"] in asked.facts
    assert not order.refunds.exists()
    manager = someone("cinema_manager", order.cinema)
    assert "1 request needs a second signature" in told(manager)

    press(manager, asked, "approve")

    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == (Approval.Status.APPROVED, manager)
    assert (order.refunds.get().amount, order.refunds.get().actor) == (2 * PRICE, one)
    assert Order.objects.get().status == Order.Status.PAID


def test_who_asked_does_not_approve_and_who_may_not_do_it_does_not_either():
    order = a_paid_order(seats=2)
    one = someone("cinema_manager", order.cinema)
    press(one, order, "refund_whole", reason="Ill")
    asked = Approval.objects.get()
    assert "second signature" not in " ".join(told(one))

    own = press(one, asked, "approve")
    other = browser(someone("cinema_manager", a_session().hall.cinema, email="far@example.org")).get(
        reverse("admin:accounts_approval_approve", args=[asked.pk])
    )

    assert "Somebody else has to approve this" in own.text
    assert other.status_code == 404
    assert not order.refunds.exists()


def test_what_cannot_be_done_any_more_is_not_and_can_be_refused_with_a_reason():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    press(one, account, "adjust_points", amount="500", reason="Sorry")
    asked = Approval.objects.get()
    adjust(account, amount=1, reason="Meanwhile", at=NOON, actor=owner)

    late = press(owner, asked, "approve")
    press(owner, asked, "refuse", reason="Too much")

    assert "Meanwhile" in late.text
    asked.refresh_from_db()
    account.refresh_from_db()
    assert (asked.status, asked.why, account.balance) == (Approval.Status.REFUSED, "Too much", 1)
