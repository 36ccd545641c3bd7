"""Levels of customers: what counts as spent, and when a level is gained, kept, announced as lost, and lost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from bonuses.models import BonusAccount, BonusTransaction, Tier
from bonuses.services import points_to_earn
from cinema import clock
from customers.services import standing_of
from customers.services.tiers import end_of_month, to_update
from notifications.models import Notification
from notifications.rendering import render_email
from orders.models import Order
from orders.services import complete, refund
from payments.models import Gateway
from tests.helpers.factories import NOON, PRICE, a_customer, a_paid_order, a_session
from tests.reliability.run_job import run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture
def silver():
    return Tier.objects.create(
        name="Silver", threshold=PRICE, extra_percent=20, texts={"ru": {"name": "Серебро"}, "de": {"name": "Silber"}}
    )


@pytest.fixture
def gold():
    return Tier.objects.create(name="Gold", threshold=3 * PRICE, extra_percent=50)


def a_member(*, seats: int = 1, at: datetime = NOON, **order):
    """A customer with an account who has seen a film."""
    user = a_customer(points=1)
    order = a_paid_order(a_session(start=at + DAY), seats=seats, customer=user, at=at, **order)
    complete([order], at=at)
    return user, order


def level_of(user):
    account = BonusAccount.objects.get(user=user)
    return account.tier, account.tier_until


def test_a_level_is_given_with_the_points_of_the_order_that_reached_it(silver, gold):
    usual = int(PRICE * Decimal("0.05"))
    users = [a_member(seats=seats)[0] for seats in (1, 3)]

    run("accrue_bonus_for_completed_orders", at=NOON)
    first = [level_of(user) for user in users]
    again = a_paid_order(a_session(start=NOON + DAY), customer=users[0], at=NOON)
    complete([again], at=NOON)
    run("accrue_bonus_for_completed_orders", at=NOON)

    assert first == [(silver, None), (gold, None)]
    earned = BonusTransaction.objects.filter(bonus_account__user=users[0], transaction_type="ACCRUAL").order_by("pk")
    assert [each.amount for each in earned] == [usual, usual * 120 // 100]
    assert not to_update(NOON).exists()


def test_points_alone_take_no_level_away(silver):
    user, order = a_member()
    run("accrue_bonus_for_completed_orders", at=NOON)
    small = a_paid_order(a_session(start=NOON + DAY), customer=user, at=NOON)
    complete([small], at=NOON)
    Order.objects.filter(pk__in=[order.pk, small.pk]).update(paid_at=NOON - YEAR)

    run("accrue_bonus_for_completed_orders", at=NOON)

    assert level_of(user) == (silver, None)


def test_a_level_is_given_by_the_night_too(silver, gold):
    users = [a_member(seats=seats)[0] for seats in (1, 2, 3)] + [a_customer(points=1)]

    run("update_tiers", at=NOON)

    assert [level_of(user) for user in users] == [(silver, None), (silver, None), (gold, None), (None, None)]
    assert not to_update(NOON).exists()


def test_what_could_still_be_returned_gives_no_level(silver):
    user = a_customer(points=1)
    order = a_paid_order(a_session(start=NOON + DAY), customer=user, at=NOON)

    run("update_tiers", at=NOON)
    before = level_of(user)
    complete([order], at=NOON + 2 * DAY)
    run("update_tiers", at=NOON + 2 * DAY)

    assert (before, level_of(user)) == ((None, None), (silver, None))


def test_what_was_spent_counts_for_a_year_without_refunds_and_groups(silver):
    returned, order = a_member()
    refund(order, reason="Ill", at=NOON)
    of_group, order = a_member()
    Order.objects.filter(pk=order.pk).update(channel=Order.Channel.GROUP)
    long_ago, order = a_member()
    Order.objects.filter(pk=order.pk).update(paid_at=NOON - YEAR)
    just, order = a_member()
    Order.objects.filter(pk=order.pk).update(paid_at=NOON - YEAR + timedelta(seconds=1))

    spent = [standing_of(user, at=NOON).spent for user in (returned, of_group, long_ago, just)]

    assert spent == [0, 0, 0, PRICE]
    run("update_tiers", at=NOON)
    assert [level_of(user)[0] for user in (returned, of_group, long_ago, just)] == [None, None, None, silver]


def test_what_a_gift_card_paid_does_not_count_and_a_part_refunded_counts_less(silver):
    by_card, order = a_member()
    order.payments.update(gateway=Gateway.GIFT_CARD)
    both, order = a_member(seats=2)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)

    assert [standing_of(user, at=NOON).spent for user in (by_card, both)] == [0, PRICE]


def test_a_level_is_kept_to_the_end_of_the_month_and_its_loss_is_announced_once(silver, gold):
    user, order = a_member(seats=3)
    run("update_tiers", at=NOON)
    refund(order, lines=list(order.tickets.all())[:2], reason="Ill", at=NOON)

    for day in range(3):
        run("update_tiers", at=NOON + day * DAY)

    until = end_of_month(NOON)
    assert level_of(user) == (gold, until)
    message = Notification.objects.get(kind="TIER_ENDING")
    email = render_email(message)
    assert "“Gold” ends on 30 November" in email.subject
    assert "Spend" in email.body
    run("update_tiers", at=until - timedelta(seconds=1))
    assert level_of(user) == (gold, until)
    run("update_tiers", at=until)
    assert level_of(user) == (silver, None)


def test_whoever_spends_enough_before_the_month_ends_keeps_the_level(silver, gold):
    user, order = a_member(seats=3)
    run("update_tiers", at=NOON)
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)
    run("update_tiers", at=NOON)

    warned = level_of(user)
    complete([a_paid_order(a_session(start=NOON + DAY), customer=user, at=NOON)], at=NOON + DAY)
    run("accrue_bonus_for_completed_orders", at=NOON + DAY)

    assert warned == (gold, end_of_month(NOON))
    assert level_of(user) == (gold, None)


def test_a_level_that_is_given_up_ends_too_and_says_so(silver):
    user, _order = a_member()
    run("update_tiers", at=NOON)
    silver.is_active = False
    silver.save()

    run("update_tiers", at=NOON)

    assert level_of(user) == (silver, end_of_month(NOON))
    assert "no longer give out" in render_email(Notification.objects.get(kind="TIER_ENDING")).body


def test_the_month_ends_by_the_clock_of_the_chain(settings):
    settings.TIME_ZONE = "Europe/Moscow"

    assert end_of_month(datetime(2026, 12, 31, 20, 59, tzinfo=UTC)) == datetime(2026, 12, 31, 21, tzinfo=UTC)
    assert end_of_month(datetime(2026, 12, 31, 21, tzinfo=UTC)) == datetime(2027, 1, 31, 21, tzinfo=UTC)


def test_points_are_earned_at_the_level_and_taken_back_at_the_same(silver):
    user, order = a_member(seats=2)
    run("update_tiers", at=NOON)
    before = BonusAccount.objects.get(user=user).balance

    run("accrue_bonus_for_completed_orders", at=NOON + 2 * DAY)

    usual = int(2 * PRICE * Decimal("0.05"))
    earned = BonusTransaction.objects.get(order=order, transaction_type="ACCRUAL")
    assert (earned.amount, earned.extra_percent) == (usual * 120 // 100, 20)
    assert points_to_earn(2 * PRICE, user=user.pk) == earned.amount
    assert BonusAccount.objects.get(user=user).balance == before + earned.amount
    silver.extra_percent = 500
    silver.save()
    refund(order, reason="The projector broke", at=NOON + 3 * DAY)
    run("process_refunded_orders", at=NOON + 3 * DAY)
    assert BonusAccount.objects.get(user=user).balance == before


def test_the_account_explains_the_level_in_the_language_of_its_owner(client: Client, silver, gold, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    user, _order = a_member(seats=2)
    run("update_tiers", at=NOON)
    client.force_login(user)

    page = client.get("/account/points/", headers={"accept-language": "de"})

    assert page.status_code == 200
    assert "Silber" in page.text
    assert "Gold" in page.text
    assert standing_of(user, at=NOON).missing == PRICE


def test_without_levels_nothing_is_said_of_them(client: Client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    user, _order = a_member()

    assert standing_of(user, at=NOON) is None


def test_many_accounts_take_as_many_queries_as_one(silver, django_assert_num_queries):
    for _ in range(3):
        a_member()

    with django_assert_num_queries(1):
        assert len(to_update(NOON)) == 3


def test_the_database_refuses_a_level_that_is_kept_without_being_had():
    user = a_customer(points=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        BonusAccount.objects.filter(user=user).update(tier_until=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tier.objects.create(name="Free", threshold=0, extra_percent=20)
