"""Dashboard items about payments, refunds, receipts and disputes."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.dashboard.items import (
    NAME,
    Asking,
    DashboardItem,
    DashboardSection,
    first_of,
    list_link,
    names_and_more,
)
from cinema.local_time import format_local
from cinema.money import format_money
from orders.models import Order
from payments.models import MANUAL_GATEWAYS, Dispute, Handover, Payment, Receipt, Refund, Shift
from reports.models import BusinessDay, PayoutLine
from reports.services.terminals import days_without_file


class PaymentItems(DashboardSection):
    def disputes(self) -> Asking:
        """The bank keeps the money unless staff reply on the provider's site by the deadline."""
        disputes: QuerySet[Dispute] = Dispute.objects.filter(status=Dispute.Status.OPEN)
        disputes = self.own_rows(disputes, "payment__order__cinema").order_by(F("answer_by").asc(nulls_last=True), "pk")
        of_order = ("payment__order__number", "payment__order__cinema__time_zone")
        total, rows = yield first_of(disputes, "answer_by", "amount", *of_order)
        yield DashboardItem(
            ngettext(
                "%(count)d disputed payment: reply on the payment provider’s site",
                "%(count)d disputed payments: reply on the payment provider’s site",
                total,
            )
            % {"count": total},
            list_link("payments_dispute", status__exact=Dispute.Status.OPEN),
            "gavel",
            *names_and_more(total, [_dispute_name(dispute) for dispute in rows]),
            urgent=True,
        )

    def forgotten_shifts(self) -> Asking:
        """Drawers of earlier business days that nobody has counted."""
        today = BusinessDay.objects.filter(
            cinema=OuterRef("cinema"), starts_at__gt=OuterRef("opened_at"), starts_at__lte=self.at
        )
        shifts = self.own_rows(Shift.objects.not_counted().filter(Exists(today)), "cinema")
        total, rows = yield first_of(
            shifts.order_by("opened_at", "pk"),
            *("opened_at", "drawer__kind", "drawer__name", *(f"cashier__{each}" for each in NAME)),
            *("cinema__name", "cinema__time_zone", "cinema__day_ends_at"),
        )
        first = rows[0]
        if self.request.user.has_perm("reports.view_businessday"):
            day = first.cinema.business_date(first.opened_at).isoformat()
            link = f"{reverse('admin:reports_day')}?{urlencode({'cinema': first.cinema_id, 'day': day})}"
        else:
            link = reverse("boxoffice:shift")
        yield DashboardItem(
            ngettext(
                "%(count)d cash drawer of an earlier day not counted",
                "%(count)d cash drawers of earlier days not counted",
                total,
            )
            % {"count": total},
            link,
            "hourglass_bottom",
            *names_and_more(total, [f"{shift.cinema}: {shift}" for shift in rows]),
        )

    def cash_not_confirmed(self) -> Asking:
        """What cashiers put into the safe or the change fund more than a day ago, and nobody has confirmed."""
        waiting = Handover.objects.waiting().filter(movement__at__lte=self.at - timedelta(days=1))
        cashier = (f"movement__shift__cashier__{each}" for each in NAME)
        total, rows = yield first_of(
            self.own_rows(waiting, "movement__place__cinema").order_by("pk"), "movement__amount", *cashier
        )
        yield DashboardItem(
            ngettext(
                "%(count)d amount of cash handed in is not confirmed",
                "%(count)d amounts of cash handed in are not confirmed",
                total,
            )
            % {"count": total},
            reverse("boxoffice:shift"),
            "hourglass_bottom",
            *names_and_more(
                total, [f"{row.movement.shift.cashier}: {format_money(row.movement.amount)}" for row in rows]
            ),
        )

    def refunds_held_by_disputes(self) -> Asking:
        """Orders whose refund the jobs hold back: the bank may take the same money back."""
        held = Refund.objects.held_by_dispute(self.at).values("order")
        cancelled = Order.objects.of_cancelled_sessions(self.at).values("pk")
        orders = Order.objects.disputed().filter(Q(pk__in=held) | Q(pk__in=cancelled))
        total, rows = yield first_of(self.own_rows(orders, "cinema").order_by("created_at", "pk"), "number")
        yield DashboardItem(
            ngettext(
                "%(count)d refund on hold until the bank decides a dispute",
                "%(count)d refunds on hold until the bank decides a dispute",
                total,
            )
            % {"count": total},
            list_link("payments_dispute"),
            "pause_circle",
            *names_and_more(total, [order.number for order in rows]),
        )

    def refunds_without_lines(self) -> Asking:
        refunds = self.own_rows(Refund.objects.awaiting_lines(), "order__cinema")
        total, rows = yield first_of(refunds.order_by("requested_at", "pk"), "order__number")
        yield DashboardItem(
            ngettext(
                "%(count)d refund made with the provider: choose what was refunded",
                "%(count)d refunds made with the provider: choose what was refunded",
                total,
            )
            % {"count": total},
            list_link("payments_refund", waits="lines"),
            "rule",
            *names_and_more(total, [refund.order.number for refund in rows]),
        )

    def failed_refunds(self) -> Asking:
        """The customer has not received the money yet."""
        refunds: QuerySet[Refund] = Refund.objects.filter(status=Refund.Status.FAILED)
        refunds = self.own_rows(refunds, "order__cinema").order_by("requested_at", "pk")
        total, rows = yield first_of(refunds, "amount", "order__number")
        yield DashboardItem(
            ngettext("%(count)d failed refund", "%(count)d failed refunds", total) % {"count": total},
            list_link("payments_refund", status__exact=Refund.Status.FAILED),
            "money_off",
            *names_and_more(total, [f"{refund.order.number}: {format_money(refund.amount)}" for refund in rows]),
            urgent=True,
        )

    def failed_receipts(self) -> Asking:
        receipts: QuerySet[Receipt] = Receipt.objects.filter(status=Receipt.Status.FAILED)
        receipts = self.own_rows(receipts, "cinema").order_by("created_at", "pk")
        total, rows = yield first_of(receipts, "amount", "order__number", "gift_card_movement__card__last4")
        yield DashboardItem(
            ngettext("%(count)d unsent fiscal receipt", "%(count)d unsent fiscal receipts", total) % {"count": total},
            list_link("payments_receipt", status__exact=Receipt.Status.FAILED),
            "receipt_long",
            *names_and_more(total, [f"{receipt.about}: {format_money(receipt.amount)}" for receipt in rows]),
            urgent=True,
        )

    def uncertain_payments(self) -> Asking:
        """Terminal payments for which it is unknown whether the card was charged."""
        payments: QuerySet[Payment] = Payment.objects.filter(status=Payment.Status.PENDING, gateway__in=MANUAL_GATEWAYS)
        payments = self.own_rows(payments, "order__cinema").order_by("created_at", "pk")
        total, rows = yield first_of(payments, "order__number")
        yield DashboardItem(
            ngettext(
                "%(count)d payment with an unknown result",
                "%(count)d payments with an unknown result",
                total,
            )
            % {"count": total},
            list_link("payments_payment", status__exact=Payment.Status.PENDING),
            "contactless",
            *names_and_more(total, [payment.order.number for payment in rows]),
        )

    def payments_with_discrepancy(self) -> Asking:
        """Payments that differ from the provider's data in a way that no job can resolve."""
        payments = self.own_rows(Payment.objects.filter(discrepancy__gt=""), "order__cinema")
        total, rows = yield first_of(payments.order_by("created_at", "pk"), "order__number")
        yield DashboardItem(
            ngettext(
                "%(count)d payment doesn’t match the provider’s data",
                "%(count)d payments don’t match the provider’s data",
                total,
            )
            % {"count": total},
            list_link("payments_payment", discrepancy="yes"),
            "balance",
            *names_and_more(total, [payment.order.number for payment in rows]),
            urgent=True,
        )

    def payout_differences(self) -> Asking:
        """Lines of payout files that do not agree with our payments and refunds."""
        lines = self.own_rows(PayoutLine.objects.open(), "cinema")
        total, rows = yield first_of(lines.order_by("pk"), "reference", "amount", "ours")
        yield DashboardItem(
            ngettext(
                "%(count)d line of a provider’s payout file doesn’t match our records",
                "%(count)d lines of a provider’s payout file don’t match our records",
                total,
            )
            % {"count": total},
            list_link("reports_payoutline", open="yes"),
            "balance",
            *names_and_more(total, [str(line) for line in rows]),
        )

    def days_without_terminal_file(self) -> Asking:
        """Days whose card takings nothing but the cashiers' word proves yet."""
        days = self.own_rows(days_without_file(at=self.at), "cinema").order_by("date", "pk")
        total, rows = yield first_of(days, "date", "cinema__name")
        yield DashboardItem(
            ngettext(
                "%(count)d day of card terminals without the acquirer’s file",
                "%(count)d days of card terminals without the acquirer’s file",
                total,
            )
            % {"count": total},
            list_link("reports_payoutfile"),
            "upload",
            *names_and_more(total, [f"{day.cinema}: {day}" for day in rows]),
        )

    def refunds_to_pay_out(self) -> Asking:
        refunds = self.own_rows(Refund.objects.to_hand_out(), "order__cinema")
        total, rows = yield first_of(refunds.order_by("requested_at", "pk"), "amount", "order__number")
        yield DashboardItem(
            ngettext("%(count)d refund to pay out", "%(count)d refunds to pay out", total) % {"count": total},
            list_link("payments_refund", waits="hands"),
            "payments",
            *names_and_more(total, [f"{refund.order.number}: {format_money(refund.amount)}" for refund in rows]),
        )


def _dispute_name(dispute: Dispute) -> str:
    order = dispute.payment.order
    if dispute.answer_by is None:
        return f"{order.number}: {format_money(dispute.amount)}"
    day = format_local(dispute.answer_by, order.cinema.zone)
    return _("%(order)s: %(amount)s, by %(day)s") % {
        "order": order.number,
        "amount": format_money(dispute.amount),
        "day": day,
    }
