"""What one person does alone in a day is added up, whatever rows it concerns; what somebody approved is not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections, transaction

from accounts.errors import ApprovalRequired, ApproverNotAllowed
from accounts.models import AccountChange, LimitUse
from accounts.services import (
    LIMIT_WINDOW,
    is_above_limit,
    name_approvers,
    record_account_change,
    require_approval_above_limit,
)
from bonuses.models import BonusAccount
from bonuses.services import adjust
from concessions.services import write_off
from orders.services import mark_paid, refund
from payments.models import Gateway
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_item,
    an_order,
)
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

Kind = AccountChange.Kind
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def limits(settings):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE, "bonuses.adjust": 100, "concessions.write_off": 2 * PRICE}


def an_account():
    return BonusAccount.objects.create(user=a_customer())


def test_refunds_of_many_orders_count_together():
    session = a_session()
    first, second = a_paid_order(session), a_paid_order(session)
    one, other = (someone("floor_manager", session.hall.cinema, email=f"{name}@example.org") for name in "ab")
    refund(first, reason="Ill", at=NOON, actor=one)

    with raises_unchanged(ApprovalRequired):
        refund(second, reason="Ill", at=NOON, actor=one)

    refund(second, reason="Ill", at=NOON, actor=other)


def test_what_points_had_paid_counts_as_money_does_when_it_is_refunded():
    order = a_paid_order(seats=2, customer=a_customer(points=500), points=int(PRICE))
    one = someone("floor_manager", order.cinema)

    with raises_unchanged(ApprovalRequired):
        refund(order, reason="Ill", at=NOON, actor=one)

    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON, actor=one)
    assert LimitUse.objects.get().amount == PRICE


def test_a_refund_that_goes_back_in_several_ways_counts_as_one_sum():
    order = an_order(seats=2)
    for gateway in (Gateway.CASH, Gateway.CARD_TERMINAL):
        mark_paid(order, gateway=gateway, amount=PRICE, part=True, at=NOON)
    one = someone("floor_manager", order.cinema)

    with raises_unchanged(ApprovalRequired):
        refund(order, reason="Ill", at=NOON, actor=one)

    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON, actor=one)
    assert LimitUse.objects.get().amount == PRICE


def test_points_of_many_accounts_count_together_given_or_taken():
    one = someone("cinema_manager")
    rich, other = a_customer(points=500).bonus_account, an_account()
    adjust(an_account(), amount=60, reason="Sorry", at=NOON, actor=one)

    with raises_unchanged(ApprovalRequired):
        adjust(other, amount=41, reason="Sorry", at=NOON, actor=one)
    with raises_unchanged(ApprovalRequired):
        adjust(rich, amount=-41, reason="Mistake", at=NOON, actor=one)

    adjust(rich, amount=-40, reason="Mistake", at=NOON, actor=one)


def test_goods_of_many_items_count_together():
    cinema = a_cinema()
    first, second = an_item(cinema, price=PRICE), an_item(cinema, price=PRICE)
    one = someone("floor_manager", cinema)
    write_off(first, quantity=1, reason="Wet", at=NOON, actor=one)

    with raises_unchanged(ApprovalRequired):
        write_off(second, quantity=2, reason="Wet", at=NOON, actor=one)


def test_what_a_second_person_approved_does_not_count():
    one, other = someone("cinema_manager"), someone("owner", all_cinemas=True)
    adjust(an_account(), amount=5_000, reason="Sorry", at=NOON, actor=one, approver=other)

    adjust(an_account(), amount=100, reason="Sorry", at=NOON, actor=one)

    assert list(LimitUse.objects.values_list("person", "service", "amount", "at")) == [
        (one.pk, "bonuses.adjust", Decimal("100.00"), NOON)
    ]


def test_the_sum_is_that_of_one_day():
    one = someone("cinema_manager")
    adjust(an_account(), amount=100, reason="Sorry", at=NOON, actor=one)
    tick = timedelta(microseconds=1)

    assert is_above_limit("bonuses.adjust", 1, actor=one, at=NOON + LIMIT_WINDOW - tick)
    assert not is_above_limit("bonuses.adjust", 1, actor=one, at=NOON + LIMIT_WINDOW)


def test_a_refusal_counts_nothing():
    one = someone("cinema_manager")

    with pytest.raises(ApprovalRequired):
        adjust(an_account(), amount=101, reason="Sorry", at=NOON, actor=one)
    with pytest.raises(ApproverNotAllowed):
        adjust(an_account(), amount=101, reason="Sorry", at=NOON, actor=one, approver=one)

    assert not LimitUse.objects.exists()


def test_accounts_that_one_person_may_log_in_as_share_the_limit_of_that_person():
    session = a_session()
    orders = [a_paid_order(session) for _ in range(2)]
    owner, new, newer = (someone("owner", email=f"{name}@example.org", all_cinemas=True) for name in "abc")
    record_account_change(new, [Kind.CREATED], at=NOON, actor=owner)
    record_account_change(newer, [Kind.PASSWORD], at=NOON, actor=new)
    points = [an_account() for _ in range(2)]
    goods = an_item(session.hall.cinema, price=PRICE)
    refund(orders[0], reason="Ill", at=NOON, actor=new)
    adjust(points[0], amount=60, reason="Sorry", at=NOON, actor=newer)
    write_off(goods, quantity=2, reason="Wet", at=NOON, actor=owner)

    for actor in (owner, new, newer):
        with raises_unchanged(ApprovalRequired):
            refund(orders[1], reason="Ill", at=NOON, actor=actor)
        with raises_unchanged(ApprovalRequired):
            adjust(points[1], amount=41, reason="Sorry", at=NOON, actor=actor)
        with raises_unchanged(ApprovalRequired):
            write_off(goods, quantity=1, reason="Wet", at=NOON, actor=actor)

    refund(orders[1], reason="Ill", at=NOON, actor=someone("owner", email="d@example.org", all_cinemas=True))


def test_people_whose_accounts_a_third_person_set_up_share_a_limit_for_thirty_days():
    owner, one, other = (someone("owner", email=f"{name}@example.org", all_cinemas=True) for name in "abc")
    for account in (one, other):
        record_account_change(account, [Kind.CREATED], at=NOON, actor=owner)
    adjust(an_account(), amount=100, reason="Sorry", at=NOON, actor=one)
    adjust(an_account(), amount=100, reason="Sorry", at=NOON + MONTH, actor=one)

    assert is_above_limit("bonuses.adjust", 1, actor=other, at=NOON)
    assert not is_above_limit("bonuses.adjust", 100, actor=other, at=NOON + MONTH)


def test_people_whose_accounts_a_named_approver_set_up_have_limits_of_their_own():
    owner, one, other = (someone("owner", email=f"{name}@example.org", all_cinemas=True) for name in "abc")
    for account in (one, other):
        record_account_change(account, [Kind.CREATED], at=NOON, actor=owner)
    name_approvers([owner.email], at=NOON)
    adjust(an_account(), amount=100, reason="Sorry", at=NOON, actor=one)

    assert not is_above_limit("bonuses.adjust", 100, actor=other, at=NOON)
    assert not is_above_limit("bonuses.adjust", 100, actor=owner, at=NOON)
    assert is_above_limit("bonuses.adjust", 1, actor=one, at=NOON)


def test_the_limit_costs_as_many_queries_however_many_accounts_share_it(django_assert_num_queries):
    owner, *others = (someone("owner", email=f"{number}@example.org", all_cinemas=True) for number in range(6))
    for many in (1, 5):
        for account in others[:many]:
            record_account_change(account, [Kind.CREATED], at=NOON, actor=owner)
        with django_assert_num_queries(7), transaction.atomic():  # savepoint, changes, lock, rules, sum, row, release
            require_approval_above_limit("bonuses.adjust", 1, actor=others[0], approver=None, at=NOON)


@pytest.mark.postgres
@pytest.mark.parametrize("accounts", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_two_refunds_at_one_moment_do_not_both_stay_below_the_limit(accounts):
    cinema = a_cinema()
    inviting = someone("owner", all_cinemas=True)
    actors = [someone("floor_manager", cinema, email=f"{number}@example.org") for number in range(accounts)]
    for account in actors:
        record_account_change(account, [Kind.CREATED], at=NOON, actor=inviting)
    orders = [a_paid_order(a_session(a_hall(cinema))) for _ in range(2)]
    start = Barrier(2)

    def attempt(order, actor):
        try:
            start.wait(timeout=30)
            return refund(order, reason="Ill", at=NOON, actor=actor).amount
        except ApprovalRequired as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, orders, [actors[0], actors[-1]]))

    assert sorted(map(str, results)) == [str(PRICE), "approval_needed"]
