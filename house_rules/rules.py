"""The house rules that apply now: the row that the owner edits (`HouseRules`) or, without one, the settings.

with rules_scope():        # a request, a pass of a job: see `house_rules.scope`
    rules().bonus_rate     # one query, at the first call
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from cinema.db_functions import compiled_once
from house_rules.models import HouseRules
from house_rules.scope import read_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Limit = Decimal | int | None


@dataclass(frozen=True)
class Rules:
    """The rules at one moment; each says which setting it replaces."""

    hold_limits: dict[str, tuple[timedelta, timedelta]]  # HOLD_LIMITS
    refund_notice_minutes: int  # SELF_SERVICE_REFUND_UNTIL
    till_sales_until: timedelta  # TILL_SALES_UNTIL
    doors_open: timedelta  # DOORS_OPEN
    bonus_rate: Decimal  # BONUS_RATE
    bonus_validity: timedelta  # BONUS_VALIDITY
    approval_limits: dict[str, Limit]  # APPROVAL_LIMITS
    second_factor_for_money: bool  # SECOND_FACTOR_FOR_MONEY
    reminder_ahead: timedelta  # REMINDER_AHEAD
    archive_after: timedelta  # ARCHIVE_AFTER


def rules() -> Rules:
    """The rules. One query in a scope, however often it is called."""
    return read_once("rules", _read)


def _read() -> Rules:
    row = next(iter(_rows([HouseRules.ONE])), None)
    return of_row(row) if row else of_settings()


@compiled_once
def _rows(keys: list[int]) -> QuerySet[HouseRules]:
    return HouseRules.objects.filter(pk__in=keys)


def of_row(row: HouseRules) -> Rules:
    return Rules(
        hold_limits={
            **settings.HOLD_LIMITS,
            "ONLINE": (row.online_hold_minutes * MINUTE, settings.HOLD_LIMITS["ONLINE"][1]),
            "BOX_OFFICE": (row.box_office_hold_minutes * MINUTE, settings.HOLD_LIMITS["BOX_OFFICE"][1]),
            "RESERVATION": (row.reservation_hours * HOUR, row.reservation_grace_hours * HOUR),
        },
        refund_notice_minutes=row.refund_notice_minutes,
        till_sales_until=row.till_sales_minutes * MINUTE,
        doors_open=row.doors_open_minutes * MINUTE,
        bonus_rate=row.bonus_rate_percent / 100,
        bonus_validity=row.bonus_validity_days * DAY,
        approval_limits={
            **settings.APPROVAL_LIMITS,
            "orders.refund": row.refund_limit,
            "orders.refund_session": row.session_refund_limit,
            "bonuses.adjust": row.points_limit,
            "concessions.write_off": row.write_off_limit,
        },
        second_factor_for_money=row.second_factor_for_money,
        reminder_ahead=row.reminder_minutes * MINUTE,
        archive_after=row.archive_days * DAY,
    )


def of_settings() -> Rules:
    return Rules(
        hold_limits=settings.HOLD_LIMITS,
        refund_notice_minutes=settings.SELF_SERVICE_REFUND_UNTIL,
        till_sales_until=settings.TILL_SALES_UNTIL,
        doors_open=settings.DOORS_OPEN,
        bonus_rate=settings.BONUS_RATE,
        bonus_validity=settings.BONUS_VALIDITY,
        approval_limits=settings.APPROVAL_LIMITS,
        second_factor_for_money=settings.SECOND_FACTOR_FOR_MONEY,
        reminder_ahead=settings.REMINDER_AHEAD,
        archive_after=settings.ARCHIVE_AFTER,
    )


def settings_as_row() -> dict[str, Any]:
    """The fields of a row that says what the settings say, for the form that makes the first one."""
    now = of_settings()
    to_pay, grace = now.hold_limits["RESERVATION"]
    return {
        "online_hold_minutes": now.hold_limits["ONLINE"][0] // MINUTE,
        "box_office_hold_minutes": now.hold_limits["BOX_OFFICE"][0] // MINUTE,
        "reservation_hours": to_pay // HOUR,
        "reservation_grace_hours": grace // HOUR,
        "refund_notice_minutes": now.refund_notice_minutes,
        "till_sales_minutes": now.till_sales_until // MINUTE,
        "doors_open_minutes": now.doors_open // MINUTE,
        "bonus_rate_percent": now.bonus_rate * 100,
        "bonus_validity_days": now.bonus_validity // DAY,
        "refund_limit": now.approval_limits.get("orders.refund"),
        "session_refund_limit": now.approval_limits.get("orders.refund_session"),
        "points_limit": now.approval_limits.get("bonuses.adjust"),
        "write_off_limit": now.approval_limits.get("concessions.write_off"),
        "second_factor_for_money": now.second_factor_for_money,
        "reminder_minutes": now.reminder_ahead // MINUTE,
        "archive_days": now.archive_after // DAY,
    }
