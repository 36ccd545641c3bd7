from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import get_commands

from cinema.job_schedule import SCHEDULE, minutes, seconds

MOSCOW = ZoneInfo("Europe/Moscow")

#: The table of jobs in section 5 of the design.
EXPECTED = {
    "cancel_expired_orders": "every 30 s",
    "process_late_payment_orders": "every 1 min",
    "update_session_statuses": "every 1 min",
    "refund_cancelled_sessions": "every 1 min",
    "update_completed_order_statuses": "every 2 min",
    "process_refunded_orders": "every 1 min",
    "reconcile_payments": "every 5 min",
    "execute_refunds": "every 1 min",
    "send_receipts": "every 1 min",
    "check_receipts": "every 1 min",
    "accrue_bonus_for_completed_orders": "every 5 min",
    "expire_bonus_points": "daily 03:10",
    "update_tiers": "daily 03:25",
    "check_low_stock_items": "every 15 min",
    "reprice_sessions": "every 15 min",
    "cancel_expired_concession_preorders": "every 5 min",
    "cleanup_completed_sessions": "daily 04:10",
    "send_ticket_usage_reminders": "every 10 min",
    "deliver_notifications": "every 1 min",
    "announce_sessions": "every 1 min",
    "tell_watchers": "every 1 min",
    "offer_freed_seats": "every 1 min",
    "send_webhooks": "every 1 min",
    "sync_marketing_lists": "every 15 min",
    "look_up_films": "every 1 min",
    "import_files": "every 20 s",
    "build_reports": "every 20 s",
    "update_session_figures": "every 5 min",
    "close_business_day": "every hour",
    "send_scheduled_reports": "every 2 min",
    "fetch_payouts": "every hour",
    "settle_film_hire": "every hour",
    "refresh_engagement": "daily 03:40",
    "check_invariants": "daily 05:00",
    "forecast_sessions": "daily 06:30",
}


def test_each_job_has_the_schedule_of_the_design():
    assert {job: str(when) for job, when in SCHEDULE.items()} == EXPECTED


def test_every_scheduled_job_is_a_command():
    assert SCHEDULE.keys() - get_commands().keys() == set()


@pytest.mark.parametrize(
    ("job", "line", "options"),
    [
        ("cancel_expired_orders", "* * * * *", {"every": 30}),
        ("update_session_statuses", "* * * * *", {}),
        ("update_completed_order_statuses", "*/2 * * * *", {}),
        ("check_low_stock_items", "*/15 * * * *", {}),
        ("close_business_day", "0 * * * *", {}),
        ("expire_bonus_points", "10 3 * * *", {}),
        ("check_invariants", "0 5 * * *", {}),
    ],
)
def test_the_crontab_starts_each_job_by_its_schedule(job, line, options):
    assert (line, "django.core.management.call_command", [job], options) in settings.CRONJOBS


@pytest.mark.parametrize(
    ("when", "now", "following"),
    [
        (seconds(30), "12:00:59", "12:01:00"),
        (minutes(1), "12:00:00", "12:01:00"),
        (minutes(2), "12:01:30", "12:02:00"),
        (minutes(15), "12:15:00", "12:30:00"),
        (minutes(15), "12:59:59", "13:00:00"),
    ],
)
def test_an_interval_is_counted_from_the_full_hour(when, now, following):
    day = "2026-11-05T{}+00:00"

    assert when.next_after(datetime.fromisoformat(day.format(now))) == datetime.fromisoformat(day.format(following))


def test_an_interval_goes_on_after_midnight():
    assert minutes(15).next_after(datetime(2026, 12, 31, 23, 50, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_daily_job_starts_in_the_time_zone_of_the_server():
    when = SCHEDULE["expire_bonus_points"]
    today = datetime(2028, 2, 28, 3, 10, tzinfo=MOSCOW)

    assert when.next_after(today - timedelta(seconds=1)) == today
    assert when.next_after(today) == datetime(2028, 2, 29, 3, 10, tzinfo=MOSCOW)
