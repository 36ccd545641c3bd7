"""What needs a person today: the first page of the admin, a line for each kind of thing that waits.

A line is read only for those who may settle what it names, and counts the rows of their cinemas alone. Each costs one
query, however many rows wait, and an index serves it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.schedule import TITLES
from cinema.scope import cinemas_of, within
from concessions.models import ConcessionItem
from jobs import clock, crontab
from jobs.crontab import INSTALL
from jobs.models import Outcome
from jobs.status import JobStatus, statuses
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from orders.models import Order, Ticket
from payments.models import BY_HAND, Payment, Receipt, Refund
from screenings.models import Session

SHOWN = 3  # so many of the rows are named, the one that waits longest first


@dataclass(frozen=True)
class Line:
    """One kind of thing that waits. `text` counts it, `names` are some of it; `link` leads to where it is settled."""

    text: str
    link: str
    icon: str
    names: list[str] = field(default_factory=list)
    more: int = 0  # that are not named
    urgent: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    at = clock.now()
    return context | {"title": _("Today"), "lines": list(Today(request, at).lines()), "at": at}


class Today:
    """What waits, as one person sees it at one instant."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        self.request, self.at = request, at

    def lines(self) -> Iterator[Line]:
        """What the person can settle, and has to; nothing when nothing waits."""
        sell, buy_goods = ("take_payment_order", "extend_order"), ("receive_goods", "order_goods")
        if self._may("orders", "refund_order"):
            yield from self.cancelled_sessions()
        if self._may("orders", *sell):
            yield from self.overdue_orders()
        if self._may("concessions", *buy_goods):
            yield from self.low_stock()
        if self._may("orders", "refund_order"):
            yield from self.refunds_without_lines()
        if self._may("payments", "resend_refund", "pay_out_refund"):
            yield from self.failed_refunds()
            yield from self.refunds_by_hand()
        if self._may("payments", "resend_receipt"):
            yield from self.failed_receipts()
        if self._may("orders", "take_payment_order"):
            yield from self.payments_to_clear_up()
        if self._may("payments", "ask_payment"):
            yield from self.payments_in_trouble()
        if self._may("notifications", "resend_notification"):
            yield from self.failed_messages()
        if self._may("jobs", "view_jobrun", "retry_quarantinedrow"):
            yield from self.jobs()

    def _may(self, app: str, *verbs: str) -> bool:
        return any(self.request.user.has_perm(f"{app}.{verb}") for verb in verbs)

    def _own(self, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        return within(rows, path, cinemas_of(self.request))

    def low_stock(self) -> Iterator[Line]:
        items: QuerySet[ConcessionItem] = ConcessionItem.objects.filter(is_low=True, is_active=True)
        items = self._own(items, "cinema").order_by("stock_quantity", "pk")
        total, rows = _counted(items)
        if total:
            yield Line(
                ngettext("%(count)d bar item is low", "%(count)d bar items are low", total) % {"count": total},
                _list("concessions_lowstockitem"),
                "inventory_2",
                *_named(
                    total,
                    [
                        _("%(item)s: %(stock)d left") % {"item": item.name, "stock": item.stock_quantity}
                        for item in rows
                    ],
                ),
            )

    def overdue_orders(self) -> Iterator[Line]:
        orders = Order.objects.filter(status=Order.Status.PAYMENT_OVERDUE)
        total, rows = _counted(self._own(orders, "cinema").order_by("expires_at", "pk"))
        if total:
            yield Line(
                ngettext("%(count)d order is overdue", "%(count)d orders are overdue", total) % {"count": total},
                _list("orders_overdueorder"),
                "hourglass_bottom",
                *_named(total, [order.number for order in rows]),
            )

    def jobs(self) -> Iterator[Line]:
        """Jobs that stand still or failed, and rows that they could not handle: three lines out of one look."""
        found = statuses(self.at)
        if self._may("jobs", "view_jobrun"):
            link = reverse("admin:jobs_jobrun_changelist")
            late = [each for each in found if each.late]
            failed = [each for each in found if each.last_run and each.last_run.outcome == Outcome.FAILED]
            if late and crontab.is_left_out():
                yield Line(
                    _("The schedule is not installed on this machine, so no job runs by itself"),
                    link,
                    "schedule",
                    [_("To install it: %(command)s") % {"command": INSTALL}],
                )
            elif late:
                text = ngettext("%(count)d job is late", "%(count)d jobs are late", len(late)) % {"count": len(late)}
                yield Line(text, link, "timer_off", *_named(len(late), _titles(late)), urgent=True)
            if failed:
                text = ngettext("%(count)d job failed", "%(count)d jobs failed", len(failed)) % {"count": len(failed)}
                yield Line(text, link, "error", *_named(len(failed), _titles(failed)), urgent=True)
        rows = sum(each.quarantined for each in found)
        if rows and self._may("jobs", "retry_quarantinedrow"):
            yield Line(
                ngettext("%(count)d row is in quarantine", "%(count)d rows are in quarantine", rows) % {"count": rows},
                reverse("admin:jobs_quarantinedrow_changelist"),
                "coronavirus",
                _titles([each for each in found if each.quarantined])[:SHOWN],
            )

    def failed_messages(self) -> Iterator[Line]:
        total, rows = _counted(
            Notification.objects.filter(status=MessageStatus.FAILED).order_by("next_attempt_at", "pk")
        )
        if total:
            yield Line(
                ngettext("%(count)d message was not delivered", "%(count)d messages were not delivered", total)
                % {"count": total},
                _list("notifications_notification", status=MessageStatus.FAILED),
                "mark_email_unread",
                *_named(total, [message.recipient for message in rows]),
            )

    def refunds_without_lines(self) -> Iterator[Line]:
        refunds = self._own(Refund.objects.filter(without_lines__gt=0), "order__cinema")
        total, rows = _counted(refunds.select_related("order").order_by("requested_at", "pk"))
        if total:
            yield Line(
                ngettext(
                    "%(count)d refund came from outside: say what it was for",
                    "%(count)d refunds came from outside: say what they were for",
                    total,
                )
                % {"count": total},
                _list("payments_refund", waits="lines"),
                "rule",
                *_named(total, [refund.order.number for refund in rows]),
            )

    def failed_refunds(self) -> Iterator[Line]:
        """The customer's money is still here."""
        refunds: QuerySet[Refund] = Refund.objects.filter(status=Refund.Status.FAILED)
        total, rows = _counted(
            self._own(refunds, "order__cinema").select_related("order").order_by("requested_at", "pk")
        )
        if total:
            yield Line(
                ngettext("%(count)d refund failed", "%(count)d refunds failed", total) % {"count": total},
                _list("payments_refund", status__exact=Refund.Status.FAILED),
                "money_off",
                *_named(total, [f"{refund.order.number}: {localize(refund.amount)}" for refund in rows]),
                urgent=True,
            )

    def failed_receipts(self) -> Iterator[Line]:
        receipts: QuerySet[Receipt] = Receipt.objects.filter(status=Receipt.Status.FAILED)
        total, rows = _counted(
            self._own(receipts, "order__cinema").select_related("order").order_by("created_at", "pk")
        )
        if total:
            yield Line(
                ngettext("%(count)d fiscal receipt was not sent", "%(count)d fiscal receipts were not sent", total)
                % {"count": total},
                _list("payments_receipt", status__exact=Receipt.Status.FAILED),
                "receipt_long",
                *_named(total, [f"{receipt.order.number}: {localize(receipt.amount)}" for receipt in rows]),
                urgent=True,
            )

    def payments_to_clear_up(self) -> Iterator[Line]:
        """Nobody knows whether the terminal took the money."""
        payments = Payment.objects.filter(status=Payment.Status.PENDING, gateway__in=BY_HAND)
        total, rows = _counted(
            self._own(payments, "order__cinema").select_related("order").order_by("created_at", "pk")
        )
        if total:
            yield Line(
                ngettext(
                    "%(count)d payment at a terminal is to be cleared up",
                    "%(count)d payments at a terminal are to be cleared up",
                    total,
                )
                % {"count": total},
                _list("payments_payment", status__exact=Payment.Status.PENDING),
                "contactless",
                *_named(total, [payment.order.number for payment in rows]),
            )

    def payments_in_trouble(self) -> Iterator[Line]:
        """Gateway and books disagree, and no job can mend it."""
        payments = self._own(Payment.objects.filter(trouble__gt=""), "order__cinema")
        total, rows = _counted(payments.select_related("order").order_by("created_at", "pk"))
        if total:
            yield Line(
                ngettext(
                    "%(count)d payment does not agree with its gateway",
                    "%(count)d payments do not agree with their gateway",
                    total,
                )
                % {"count": total},
                _list("payments_payment", trouble="yes"),
                "balance",
                *_named(total, [payment.order.number for payment in rows]),
                urgent=True,
            )

    def refunds_by_hand(self) -> Iterator[Line]:
        refunds: QuerySet[Refund] = Refund.objects.filter(status=Refund.Status.REQUESTED, payment__gateway__in=BY_HAND)
        refunds = self._own(refunds, "order__cinema")
        total, rows = _counted(refunds.select_related("order").order_by("requested_at", "pk"))
        if total:
            yield Line(
                ngettext("%(count)d refund is to be paid out", "%(count)d refunds are to be paid out", total)
                % {"count": total},
                _list("payments_refund", waits="hands"),
                "payments",
                *_named(total, [f"{refund.order.number}: {localize(refund.amount)}" for refund in rows]),
            )

    def cancelled_sessions(self) -> Iterator[Line]:
        """Cancelled ones of today, each by its cinema's calendar, that orders still hang on."""
        sessions: QuerySet[Session] = Session.objects.filter(
            Exists(Ticket.objects.live().filter(session=OuterRef("pk"))),
            status=Session.Status.CANCELLED,
            archived_at__isnull=True,
            start_datetime__gt=self.at - timedelta(days=1),
            start_datetime__lt=self.at + timedelta(days=1),
        )
        sessions = self._own(sessions, "hall__cinema").select_related("film", "hall__cinema")
        today = [
            session
            for session in sessions.order_by("start_datetime", "pk")
            if session.hall.cinema.local(session.start_datetime).date() == session.hall.cinema.local(self.at).date()
        ]
        if today:
            total = len(today)
            yield Line(
                ngettext(
                    "%(count)d cancelled session of today still has orders",
                    "%(count)d cancelled sessions of today still have orders",
                    total,
                )
                % {"count": total},
                _list("orders_ticket", session__id__exact=today[0].pk) if total == 1 else _list("screenings_session"),
                "event_busy",
                *_named(total, [str(session) for session in today[:SHOWN]]),
                urgent=True,
            )


def _counted(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """How many there are, and the first of them. One query."""
    first = list(rows.annotate(of=Window(Count(F("pk"))))[:SHOWN])
    return (first[0].of if first else 0), first


def _named(total: int, names: list[str]) -> tuple[list[str], int]:
    return names[:SHOWN], max(total - SHOWN, 0)


def _titles(found: list[JobStatus]) -> list[str]:
    return [str(TITLES[each.job]) if each.job in TITLES else each.job for each in found]


def _list(page: str, **filters: object) -> str:
    return reverse(f"admin:{page}_changelist") + (f"?{urlencode(filters)}" if filters else "")
