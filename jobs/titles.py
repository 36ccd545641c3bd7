"""The names of the jobs that staff see."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, str | Promise] = {
    "cancel_expired_orders": _("Cancel expired orders"),
    "process_late_payment_orders": _("Remind about overdue payments"),
    "update_session_statuses": _("Update screening statuses"),
    "refund_cancelled_sessions": _("Refund cancelled screenings"),
    "update_completed_order_statuses": _("Complete past orders"),
    "process_refunded_orders": _("Release seats and snacks of refunded orders"),
    "reconcile_payments": _("Check payments with providers"),
    "execute_refunds": _("Send refunds"),
    "send_receipts": _("Send fiscal receipts"),
    "check_receipts": _("Ask whether fiscal receipts were printed"),
    "accrue_bonus_for_completed_orders": _("Credit bonus points"),
    "expire_bonus_points": _("Expire old bonus points"),
    "check_low_stock_items": _("Check stock levels"),
    "reprice_sessions": _("Adapt prices to demand"),
    "cancel_expired_concession_preorders": _("Close uncollected pre-orders"),
    "cleanup_completed_sessions": _("Archive past screenings"),
    "send_ticket_usage_reminders": _("Remind about screenings"),
    "deliver_notifications": _("Send messages"),
    "announce_sessions": _("Announce screenings to other systems"),
    "send_webhooks": _("Send webhooks"),
    "sync_marketing_lists": _("Sync marketing lists"),
    "look_up_films": _("Ask film catalogues"),
    "import_files": _("Import files"),
    "build_reports": _("Make report files"),
    "update_session_figures": _("Count past screenings"),
    "close_business_day": _("Close business days"),
    "send_scheduled_reports": _("E-mail scheduled reports"),
    "fetch_payouts": _("Fetch payouts of payment providers"),
    "settle_film_hire": _("Settle film hire"),
    "refresh_engagement": _("Count customers anew"),
    "forecast_sessions": _("Forecast screenings"),
    "check_invariants": _("Check data consistency"),
}
