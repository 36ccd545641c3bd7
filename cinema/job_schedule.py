"""When each job runs. The crontab, the lateness of jobs and docs/jobs.md follow from `SCHEDULE`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta


@dataclass(frozen=True)
class Every:
    """A job that runs at an interval, counted from the full hour. Below a minute, one process repeats it."""

    period: timedelta

    @property
    def cron(self) -> str:
        minutes = max(int(self.period.total_seconds()) // 60, 1)
        return {1: "* * * * *", 60: "0 * * * *"}.get(minutes, f"*/{minutes} * * * *")

    @property
    def options(self) -> Mapping[str, int]:
        """Options of the command. Cron starts it once a minute at most, so it repeats a shorter period by itself."""
        seconds = int(self.period.total_seconds())
        return {"every": seconds} if seconds < 60 else {}

    def next_after(self, instant: datetime) -> datetime:
        """The next time cron starts this job, strictly after `instant`."""
        step = max(int(self.period.total_seconds()) // 60, 1)
        minute = instant.replace(second=0, microsecond=0)
        return minute + timedelta(minutes=step - minute.minute % step)

    def __str__(self) -> str:
        seconds = int(self.period.total_seconds())
        if seconds == 3600:
            return "every hour"
        return f"every {seconds} s" if seconds < 60 else f"every {seconds // 60} min"


@dataclass(frozen=True)
class Daily:
    """A job that runs once a day, at a time in the zone `TIME_ZONE`."""

    at: time
    period: timedelta = field(default=timedelta(days=1), init=False)
    options: Mapping[str, int] = field(default_factory=dict, init=False)

    @property
    def cron(self) -> str:
        return f"{self.at.minute} {self.at.hour} * * *"

    def next_after(self, instant: datetime) -> datetime:
        """The next time cron starts this job, strictly after `instant`, which is in `TIME_ZONE`."""
        today = instant.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return today if today > instant else today + timedelta(days=1)

    def __str__(self) -> str:
        return f"daily {self.at:%H:%M}"


def seconds(number: int) -> Every:
    return Every(timedelta(seconds=number))


def minutes(number: int) -> Every:
    return Every(timedelta(minutes=number))


SCHEDULE: dict[str, Every | Daily] = {
    "cancel_expired_orders": seconds(30),
    "process_late_payment_orders": minutes(1),
    "update_session_statuses": minutes(1),
    "refund_cancelled_sessions": minutes(1),
    "update_completed_order_statuses": minutes(2),
    "process_refunded_orders": minutes(1),
    "reconcile_payments": minutes(5),
    "execute_refunds": minutes(1),
    "send_receipts": minutes(1),
    "check_receipts": minutes(1),
    "accrue_bonus_for_completed_orders": minutes(5),
    "expire_bonus_points": Daily(time(3, 10)),
    "update_tiers": Daily(time(3, 25)),
    "check_low_stock_items": minutes(15),
    "reprice_sessions": minutes(15),
    "cancel_expired_concession_preorders": minutes(5),
    "cleanup_completed_sessions": Daily(time(4, 10)),
    "send_ticket_usage_reminders": minutes(10),
    "deliver_notifications": minutes(1),
    "announce_sessions": minutes(1),
    "tell_watchers": minutes(1),
    "offer_freed_seats": minutes(1),
    "send_webhooks": minutes(1),
    "sync_marketing_lists": minutes(15),
    "look_up_films": minutes(1),
    "import_files": seconds(20),
    "build_reports": seconds(20),
    "update_session_figures": minutes(5),
    "close_business_day": minutes(60),
    "send_scheduled_reports": minutes(2),
    "fetch_payouts": minutes(60),
    "settle_film_hire": minutes(60),
    "refresh_engagement": Daily(time(3, 40)),
    "forecast_sessions": Daily(time(6, 30)),
    "check_invariants": Daily(time(5, 0)),
}
