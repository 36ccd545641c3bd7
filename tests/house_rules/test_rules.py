"""The house rules: of the owner’s row or of the settings, read once per request or pass; promises to customers hold."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import ApprovalRequired
from accounts.services import require_approval_above_limit
from bonuses.services import points_earned
from house_rules.models import HouseRules
from house_rules.rules import rules, settings_as_row
from house_rules.scope import rules_scope
from orders.models import Order
from orders.queries import tickets_to_remind
from orders.services import refundable_by_customer
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def decide(**changed: Any) -> HouseRules:
    """The owner stores the house rules, and then changes some."""
    row = HouseRules.objects.first() or HouseRules.objects.create(**settings_as_row())
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    return row


def queries_on_rules(captured: CaptureQueriesContext) -> int:
    return sum('FROM "house_rules_houserules"' in each["sql"] for each in captured.captured_queries)


def test_without_a_row_the_settings_decide_at_call_time(settings: Any) -> None:
    settings.BONUS_RATE, settings.ARCHIVE_AFTER, settings.DOORS_OPEN = Decimal("0.10"), 3 * DAY, 90 * MINUTE

    assert rules().bonus_rate == Decimal("0.10")
    assert rules().archive_after == 3 * DAY
    assert rules().doors_open == 90 * MINUTE


def test_a_row_that_repeats_the_settings_changes_no_rule() -> None:
    before = rules()

    decide()

    assert rules() == before


def test_a_row_decides_instead_of_the_settings(settings: Any) -> None:
    decide(bonus_rate_percent=Decimal("2.50"))
    settings.BONUS_RATE = Decimal("0.90")

    assert points_earned(Decimal("1000.00")) == 25


def test_new_holds_have_the_new_times_and_earlier_ones_keep_theirs() -> None:
    earlier = factories.an_order()
    decide(online_hold_minutes=25, reservation_hours=5, reservation_grace_hours=2)

    online = factories.an_order()
    reserved = factories.an_order(channel=Order.Channel.RESERVATION)

    assert earlier.payment_deadline == NOON + 15 * MINUTE
    assert (online.payment_deadline, online.expires_at) == (NOON + 25 * MINUTE, NOON + 25 * MINUTE)
    assert (reserved.payment_deadline, reserved.expires_at) == (NOON + 5 * HOUR, NOON + 7 * HOUR)


def test_a_customer_keeps_the_refund_limit_of_the_sale() -> None:
    start = NOON + 2 * HOUR
    promised = factories.a_paid_order(factories.a_session(start=start))
    decide(refund_notice_minutes=1440)
    later = factories.a_paid_order(factories.a_session(start=start))

    assert len(refundable_by_customer(promised, at=start - 61 * MINUTE)) == 1
    assert refundable_by_customer(promised, at=start - 60 * MINUTE) == []
    assert refundable_by_customer(later, at=NOON) == []
    assert (promised.refund_notice_minutes, later.refund_notice_minutes) == (60, 1440)


def test_an_order_that_stored_no_limit_has_the_one_of_now() -> None:
    order = factories.a_paid_order()
    Order.objects.update(refund_notice_minutes=None)
    decide(refund_notice_minutes=30)

    assert Order.objects.get(pk=order.pk).refund_notice == 30 * MINUTE


def test_the_limits_above_which_a_second_person_agrees_follow_the_row() -> None:
    person = someone("owner")
    decide(refund_limit=Decimal("100.00"), points_limit=None)

    require_approval_above_limit("orders.refund", Decimal("100.00"), actor=person, approver=None, at=NOON)
    require_approval_above_limit("bonuses.adjust", 999_999, actor=person, approver=None, at=NOON)
    with pytest.raises(ApprovalRequired):
        require_approval_above_limit("orders.refund", Decimal("100.01"), actor=person, approver=None, at=NOON)


def test_the_reminder_follows_the_row() -> None:
    factories.a_paid_order(factories.a_session(start=NOON + 5 * HOUR), at=NOON - DAY)

    assert tickets_to_remind(NOON).count() == 0
    decide(reminder_minutes=300)
    assert tickets_to_remind(NOON).count() == 1


def test_within_a_scope_the_rules_are_read_once_and_outside_each_time() -> None:
    with CaptureQueriesContext(connection) as inside, rules_scope(), rules_scope():
        assert rules() is rules()
    with CaptureQueriesContext(connection) as outside:
        assert rules() == rules()

    assert (len(inside), len(outside)) == (1, 2)


def test_a_scope_that_needs_no_rule_reads_none() -> None:
    with CaptureQueriesContext(connection) as captured, rules_scope():
        pass

    assert len(captured) == 0


def test_the_next_request_or_pass_knows_a_change() -> None:
    with rules_scope():
        before = rules()
    decide(archive_days=7)

    with rules_scope():
        assert (before.archive_after, rules().archive_after) == (30 * DAY, 7 * DAY)


@pytest.mark.parametrize("path", ["/", "/order/{token}/"])
def test_a_page_reads_them_at_most_once(client: Any, path: str) -> None:
    order = factories.a_paid_order(factories.a_session(), customer=factories.a_customer())

    with CaptureQueriesContext(connection) as captured:
        assert client.get(path.format(token=order.token)).status_code == 200

    assert queries_on_rules(captured) <= 1


@pytest.mark.parametrize(
    "job", ["cleanup_completed_sessions", "accrue_bonus_for_completed_orders", "expire_bonus_points"]
)
def test_a_pass_of_a_job_reads_them_at_most_once_however_many_rows(job: str) -> None:
    for _number in range(3):
        factories.a_paid_order(factories.a_session(), customer=factories.a_customer())
    Order.objects.update(status=Order.Status.COMPLETED, completed_at=NOON)

    with CaptureQueriesContext(connection) as captured:
        call_command(job, at=(NOON + 60 * DAY).isoformat())

    assert queries_on_rules(captured) <= 1
