"""The dashboard, which is the first page of the admin: what needs the attention of staff.

An item is shown only to people with permission to deal with it, and counts only the rows of their cinemas. All of them
are read in one query (`Together`), each served by an index.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Approval, User
from accounts.scope import cinemas_of
from accounts.services import who_gives_access
from backoffice.dashboard.before_you_open import shown_until_done, steps_before_opening
from backoffice.dashboard.connections import ConnectionItems
from backoffice.dashboard.figures import FirstPageFigures
from backoffice.dashboard.items import (
    NAME,
    Asking,
    DashboardItem,
    answered,
    first_of,
    list_link,
    names_and_more,
)
from backoffice.dashboard.payments import PaymentItems
from backoffice.dashboard.sessions import SessionItems
from backoffice.dashboard.together import NAMES_SHOWN, First, Together
from backoffice.reports.schedules import visible_schedules
from cinema import clock
from concessions.models import ConcessionItem
from jobs import crontab
from jobs.crontab import INSTALL
from jobs.models import QuarantinedRow, RunOutcome
from jobs.status import JobStatus, newest_runs, statuses
from jobs.titles import TITLES
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from orders.models import Order
from reports.catalogue.files import title_of
from reports.models import DayCheck, ReportFile, ReportMailing


def dashboard_callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK: adds the items to the context of the first page."""
    at = clock.now()
    together = Together(request)
    steps = steps_before_opening(request, together)
    items = answered(Dashboard(request, at).asking(), together)
    figures = FirstPageFigures(request, at, together)
    return context | {
        "title": _("Today"),
        "access_missing": AccessMissing.of(request),
        "before_you_open": shown_until_done(steps),
        "dashboard_items": list(items),
        "today": figures.shown(),
        "at": at,
    }


@dataclass(frozen=True)
class AccessMissing:
    """What a new member of staff still needs before starting work, and the colleagues who can give it."""

    role: bool
    cinema: bool
    whom: list[User]

    @classmethod
    def of(cls, request: HttpRequest) -> "AccessMissing | None":
        """None for users who have both; for them it costs no extra query."""
        person: Any = request.user
        role, cinema = not person.get_all_permissions(), cinemas_of(request) == frozenset()
        return cls(role, cinema, list(who_gives_access(person)[:NAMES_SHOWN])) if role or cinema else None


class Dashboard(SessionItems, PaymentItems, ConnectionItems):
    def asking(self) -> Iterator[Asking]:
        """The items in the order of the page."""
        if self.may("orders", "refund_order"):
            yield self.cancelled_sessions()
        if self.may("accounts", "decide_approval"):
            yield self.approvals()
        if self.may("screenings", "cancel_session"):
            yield self.rejected_session_refunds()
        if self.may("incidents", "view_concernedorder"):
            yield self.vouchers_and_money()
        if self.may("allocations", "book_group"):
            yield self.private_sessions_for_little()
        if self.may("payments", "view_dispute"):
            yield self.disputes()
            yield self.refunds_held_by_disputes()
        if self.may("orders", "take_payment_order", "extend_order"):
            yield self.overdue_orders()
        if self.may("concessions", "receive_goods", "order_goods"):
            yield self.low_stock()
        if self.may("orders", "refund_order"):
            yield self.refunds_without_lines()
        if self.may("payments", "resend_refund", "pay_out_refund"):
            yield self.failed_refunds()
            yield self.refunds_to_pay_out()
        if self.may("payments", "resend_receipt"):
            yield self.failed_receipts()
        if self.may("orders", "take_payment_order"):
            yield self.uncertain_payments()
        if self.may("payments", "ask_payment"):
            yield self.payments_with_discrepancy()
        if self.may("reports", "clarify_payoutline"):
            yield self.payout_differences()
        if self.may("reports", "upload_payoutfile"):
            yield self.days_without_terminal_file()
        if self.may("reports", "settle_daycheck"):
            yield self.differences()
        if self.may("reports", "settle_daycheck") or self.may("payments", "count_others_shift"):
            yield self.forgotten_shifts()
        if self.may("payments", "count_others_shift"):
            yield self.cash_not_confirmed()
        if self.may("reports", "view_businessday"):
            yield self.failed_report_files()
        if self.may("reports", "resend_reportschedule"):
            yield self.failed_report_mailings()
        if self.may("notifications", "resend_notification"):
            yield self.failed_messages()
        if self.may("integrations", "operate_webhookendpoint"):
            yield self.switched_off_receivers()
        if self.may("accounts", "change_user"):
            yield self.staff_without_access()
        if self.may("jobs", "view_jobrun"):
            yield self.jobs()
        if self.may("jobs", "retry_quarantinedrow"):
            yield self.failed_rows()

    def approvals(self) -> Asking:
        """Requests of colleagues. People cannot approve their own."""
        approvals = self.own_rows(Approval.objects.filter(status=Approval.Status.ASKED), "cinema")
        others = approvals.exclude(asked_by=self.request.user)
        total, rows = yield first_of(others.order_by("asked_at", "pk"), "about")
        yield DashboardItem(
            ngettext("%(count)d request awaiting approval", "%(count)d requests awaiting approval", total)
            % {"count": total},
            list_link("accounts_approval", status__exact=Approval.Status.ASKED),
            "verified",
            *names_and_more(total, [approval.about for approval in rows]),
        )

    def differences(self) -> Asking:
        """Differences of closed days that nobody has explained, the oldest first."""
        checks = self.own_rows(DayCheck.objects.open(), "day__cinema").order_by("day__date", "pk")
        total, rows = yield first_of(checks, "name", "day__date", "day__cinema__name")
        yield DashboardItem(
            ngettext(
                "%(count)d difference of a closed day to explain",
                "%(count)d differences of closed days to explain",
                total,
            )
            % {"count": total},
            list_link("reports_daycheck", result="open"),
            "rule",
            *names_and_more(total, [f"{check.day.cinema}: {check}" for check in rows]),
        )

    def failed_report_files(self) -> Asking:
        """Files that the person asked for. Their page has them made again, or deletes them."""
        failed = ReportFile.objects.filter(person=self.request.user.pk, status=ReportFile.Status.FAILED)
        total, rows = yield first_of(failed.order_by("asked_at", "pk"), "report", "problem")
        yield DashboardItem(
            ngettext("%(count)d report file could not be made", "%(count)d report files could not be made", total)
            % {"count": total},
            reverse("admin:reports_files"),
            "error",
            *names_and_more(total, [f"{title_of(file.report)}: {file.problem}" for file in rows]),
        )

    def failed_report_mailings(self) -> Asking:
        """Scheduled reports that could not be sent. Some are tried again by themselves."""
        failed = ReportMailing.objects.failed().filter(schedule__in=visible_schedules(self.request))
        total, rows = yield first_of(failed.order_by("created_at", "pk"), "problem", "schedule__report")
        yield DashboardItem(
            ngettext(
                "%(count)d scheduled report could not be sent",
                "%(count)d scheduled reports could not be sent",
                total,
            )
            % {"count": total},
            list_link("reports_reportschedule", result="failed"),
            "mark_email_unread",
            *names_and_more(total, [f"{title_of(each.schedule.report)}: {each.problem}" for each in rows]),
        )

    def staff_without_access(self) -> Asking:
        people = User.objects.without_access()
        own = cinemas_of(self.request)
        if own is not None:
            people = people.filter(pk__in=User.cinemas.through.objects.filter(cinema__in=own).values("user"))
        total, rows = yield first_of(people.order_by("email"), *NAME)
        yield DashboardItem(
            ngettext(
                "%(count)d employee has no role or no cinema",
                "%(count)d employees have no role or no cinema",
                total,
            )
            % {"count": total},
            list_link("accounts_user", access="missing"),
            "person_alert",
            *names_and_more(total, [str(person) for person in rows]),
        )

    def low_stock(self) -> Asking:
        items: QuerySet[ConcessionItem] = ConcessionItem.objects.filter(is_low=True, is_active=True)
        items = self.own_rows(items, "cinema").order_by("stock_quantity", "pk")
        total, rows = yield first_of(items, "name", "stock_quantity")
        yield DashboardItem(
            ngettext("%(count)d bar item low in stock", "%(count)d bar items low in stock", total) % {"count": total},
            list_link("concessions_lowstockitem"),
            "inventory_2",
            *names_and_more(
                total,
                [_("%(item)s: %(stock)d left") % {"item": item.name, "stock": item.stock_quantity} for item in rows],
            ),
        )

    def overdue_orders(self) -> Asking:
        orders = Order.objects.filter(status=Order.Status.PAYMENT_OVERDUE)
        total, rows = yield first_of(self.own_rows(orders, "cinema").order_by("expires_at", "pk"), "number")
        yield DashboardItem(
            ngettext("%(count)d overdue order", "%(count)d overdue orders", total) % {"count": total},
            list_link("orders_overdueorder"),
            "hourglass_bottom",
            *names_and_more(total, [order.number for order in rows]),
        )

    def jobs(self) -> Asking:
        """Late and failed jobs: up to two items from one reading of the job statuses."""
        _total, runs = yield First(
            newest_runs(), ("job", "started_at", "finished_at", "outcome"), most=None, or_none=True
        )
        job_statuses = statuses(self.at, with_sums=False, runs=runs)
        link = reverse("admin:jobs_jobrun_changelist")
        late = [each for each in job_statuses if each.late]
        failed = [each for each in job_statuses if each.last_run and each.last_run.outcome == RunOutcome.FAILED]
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
            yield DashboardItem(text, link, "timer_off", *names_and_more(len(late), _titles(late)), urgent=True)
        if failed:
            text = ngettext("%(count)d failed job", "%(count)d failed jobs", len(failed)) % {"count": len(failed)}
            yield DashboardItem(text, link, "error", *names_and_more(len(failed), _titles(failed)), urgent=True)

    def failed_rows(self) -> Asking:
        """Rows in quarantine, with the jobs that failed on them."""
        quarantined = QuarantinedRow.objects.filter(job__in=settings.JOB_SCHEDULE)
        not_first_of_job = Exists(QuarantinedRow.objects.filter(job=OuterRef("job"), pk__lt=OuterRef("pk")))
        total, rows = yield first_of(quarantined.order_by(not_first_of_job, "job"), "job")
        yield DashboardItem(
            ngettext("%(count)d row failed to process", "%(count)d rows failed to process", total) % {"count": total},
            reverse("admin:jobs_quarantinedrow_changelist"),
            "coronavirus",
            list(dict.fromkeys(_title(row.job) for row in rows)),
        )

    def failed_messages(self) -> Asking:
        failed = self.own_rows(Notification.objects.filter(status=MessageStatus.FAILED), "cinema")
        total, rows = yield first_of(failed.order_by("next_attempt_at", "pk"), "recipient", "error")
        yield DashboardItem(
            ngettext("%(count)d undelivered message", "%(count)d undelivered messages", total) % {"count": total},
            list_link("notifications_notification", status__exact=MessageStatus.FAILED),
            "mark_email_unread",
            *names_and_more(
                total,
                [f"{message.recipient}: {message.error}" if message.error else message.recipient for message in rows],
            ),
        )


def _titles(job_statuses: list[JobStatus]) -> list[str]:
    return [_title(each.job) for each in job_statuses]


def _title(job: str) -> str:
    return str(TITLES[job]) if job in TITLES else job
