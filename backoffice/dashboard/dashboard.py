"""What needs a person today: the first page of the admin, a line for each kind of thing that waits.

A line is read only for those who may settle what it names, and counts the rows of their cinemas alone. Each costs one
query, however many rows wait, and an index serves it.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Approval
from backoffice.dashboard.items import SHOWN, DashboardItem, counted, list_of, named
from backoffice.dashboard.payments import MoneyItems
from cinema import clock
from cinema.schedule import TITLES
from concessions.models import ConcessionItem
from jobs import crontab
from jobs.crontab import INSTALL
from jobs.models import Outcome
from jobs.status import JobStatus, statuses
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from orders.models import Order, Ticket
from screenings.models import Session


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    at = clock.now()
    return context | {"title": _("Today"), "lines": list(Today(request, at).lines()), "at": at}


class Today(MoneyItems):
    def lines(self) -> Iterator[DashboardItem]:
        """What the person can settle, and has to; nothing when nothing waits."""
        sell, buy_goods = ("take_payment_order", "extend_order"), ("receive_goods", "order_goods")
        if self.may("orders", "refund_order"):
            yield from self.cancelled_sessions()
        if self.may("accounts", "decide_approval"):
            yield from self.approvals()
        if self.may("payments", "view_dispute"):
            yield from self.disputes()
        if self.may("orders", *sell):
            yield from self.overdue_orders()
        if self.may("concessions", *buy_goods):
            yield from self.low_stock()
        if self.may("orders", "refund_order"):
            yield from self.refunds_without_lines()
        if self.may("payments", "resend_refund", "pay_out_refund"):
            yield from self.failed_refunds()
            yield from self.refunds_by_hand()
        if self.may("payments", "resend_receipt"):
            yield from self.failed_receipts()
        if self.may("orders", "take_payment_order"):
            yield from self.payments_to_clear_up()
        if self.may("payments", "ask_payment"):
            yield from self.payments_in_trouble()
        if self.may("notifications", "resend_notification"):
            yield from self.failed_messages()
        if self.may("jobs", "view_jobrun", "retry_quarantinedrow"):
            yield from self.jobs()

    def approvals(self) -> Iterator[DashboardItem]:
        """Requests of colleagues; a person's own are for others to approve."""
        asked = self.own(Approval.objects.filter(status=Approval.Status.ASKED), "cinema")
        total, rows = counted(asked.exclude(asked_by=self.request.user).order_by("asked_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext("%(count)d request awaiting approval", "%(count)d requests awaiting approval", total)
                % {"count": total},
                list_of("accounts_approval", status__exact=Approval.Status.ASKED),
                "verified",
                *named(total, [approval.about for approval in rows]),
            )

    def low_stock(self) -> Iterator[DashboardItem]:
        items: QuerySet[ConcessionItem] = ConcessionItem.objects.filter(is_low=True, is_active=True)
        items = self.own(items, "cinema").order_by("stock_quantity", "pk")
        total, rows = counted(items)
        if total:
            yield DashboardItem(
                ngettext("%(count)d bar item low in stock", "%(count)d bar items low in stock", total)
                % {"count": total},
                list_of("concessions_lowstockitem"),
                "inventory_2",
                *named(
                    total,
                    [
                        _("%(item)s: %(stock)d left") % {"item": item.name, "stock": item.stock_quantity}
                        for item in rows
                    ],
                ),
            )

    def overdue_orders(self) -> Iterator[DashboardItem]:
        orders = Order.objects.filter(status=Order.Status.PAYMENT_OVERDUE)
        total, rows = counted(self.own(orders, "cinema").order_by("expires_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext("%(count)d overdue order", "%(count)d overdue orders", total) % {"count": total},
                list_of("orders_overdueorder"),
                "hourglass_bottom",
                *named(total, [order.number for order in rows]),
            )

    def jobs(self) -> Iterator[DashboardItem]:
        """Jobs that stand still or failed, and rows that they could not handle: three lines out of one look."""
        found = statuses(self.at)
        if self.may("jobs", "view_jobrun"):
            link = reverse("admin:jobs_jobrun_changelist")
            late = [each for each in found if each.late]
            failed = [each for each in found if each.last_run and each.last_run.outcome == Outcome.FAILED]
            if late and crontab.is_not_installed():
                yield DashboardItem(
                    _("Automatic jobs are not set up on this server"),
                    link,
                    "schedule",
                    [_("To set them up, run: %(command)s") % {"command": INSTALL}],
                )
            elif late:
                text = ngettext("%(count)d job running late", "%(count)d jobs running late", len(late)) % {
                    "count": len(late)
                }
                yield DashboardItem(text, link, "timer_off", *named(len(late), _titles(late)), urgent=True)
            if failed:
                text = ngettext("%(count)d failed job", "%(count)d failed jobs", len(failed)) % {"count": len(failed)}
                yield DashboardItem(text, link, "error", *named(len(failed), _titles(failed)), urgent=True)
        rows = sum(each.quarantined for each in found)
        if rows and self.may("jobs", "retry_quarantinedrow"):
            yield DashboardItem(
                ngettext("%(count)d row failed to process", "%(count)d rows failed to process", rows) % {"count": rows},
                reverse("admin:jobs_quarantinedrow_changelist"),
                "coronavirus",
                _titles([each for each in found if each.quarantined])[:SHOWN],
            )

    def failed_messages(self) -> Iterator[DashboardItem]:
        total, rows = counted(
            Notification.objects.filter(status=MessageStatus.FAILED).order_by("next_attempt_at", "pk")
        )
        if total:
            yield DashboardItem(
                ngettext("%(count)d undelivered message", "%(count)d undelivered messages", total) % {"count": total},
                list_of("notifications_notification", status=MessageStatus.FAILED),
                "mark_email_unread",
                *named(total, [message.recipient for message in rows]),
            )

    def cancelled_sessions(self) -> Iterator[DashboardItem]:
        """Cancelled ones of today, each by its cinema's calendar, that orders still hang on."""
        sessions: QuerySet[Session] = Session.objects.filter(
            Exists(Ticket.objects.live().filter(session=OuterRef("pk"))),
            status=Session.Status.CANCELLED,
            archived_at__isnull=True,
            start_datetime__gt=self.at - timedelta(days=1),
            start_datetime__lt=self.at + timedelta(days=1),
        )
        sessions = self.own(sessions, "hall__cinema").select_related("film", "hall__cinema")
        today = [
            session
            for session in sessions.order_by("start_datetime", "pk")
            if session.hall.cinema.local(session.start_datetime).date() == session.hall.cinema.local(self.at).date()
        ]
        if today:
            total = len(today)
            yield DashboardItem(
                ngettext(
                    "%(count)d cancelled screening today still has orders",
                    "%(count)d cancelled screenings today still have orders",
                    total,
                )
                % {"count": total},
                list_of("orders_ticket", session__id__exact=today[0].pk)
                if total == 1
                else list_of("screenings_session"),
                "event_busy",
                *named(total, [str(session) for session in today[:SHOWN]]),
                urgent=True,
            )


def _titles(found: list[JobStatus]) -> list[str]:
    return [str(TITLES[each.job]) if each.job in TITLES else each.job for each in found]
