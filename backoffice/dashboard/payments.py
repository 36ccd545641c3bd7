"""What money waits for that only a person can do: its lines of the first page."""

from collections.abc import Iterator

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.dashboard.items import DashboardItem, DashboardSection, counted, list_of, named
from cinema.local_time import format_local
from cinema.money import format_money
from payments.models import BY_HAND, Dispute, Payment, Receipt, Refund


class MoneyItems(DashboardSection):
    def disputes(self) -> Iterator[DashboardItem]:
        """A bank takes the money back for good unless somebody answers, at the gateway, by the day that it names."""
        disputes: QuerySet[Dispute] = Dispute.objects.filter(status=Dispute.Status.OPEN)
        disputes = self.own(disputes, "payment__order__cinema").select_related("payment__order__cinema")
        total, rows = counted(disputes.order_by(F("answer_by").asc(nulls_last=True), "pk"))
        if total:
            yield DashboardItem(
                ngettext(
                    "%(count)d disputed payment: reply on the payment provider’s site",
                    "%(count)d disputed payments: reply on the payment provider’s site",
                    total,
                )
                % {"count": total},
                list_of("payments_dispute", status__exact=Dispute.Status.OPEN),
                "gavel",
                *named(total, [_last_day(dispute) for dispute in rows]),
                urgent=True,
            )

    def refunds_without_lines(self) -> Iterator[DashboardItem]:
        refunds = self.own(Refund.objects.awaiting_lines(), "order__cinema")
        total, rows = counted(refunds.select_related("order").order_by("requested_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext(
                    "%(count)d refund made with the provider: choose what was refunded",
                    "%(count)d refunds made with the provider: choose what was refunded",
                    total,
                )
                % {"count": total},
                list_of("payments_refund", waits="lines"),
                "rule",
                *named(total, [refund.order.number for refund in rows]),
            )

    def failed_refunds(self) -> Iterator[DashboardItem]:
        """The customer's money is still here."""
        refunds: QuerySet[Refund] = Refund.objects.filter(status=Refund.Status.FAILED)
        total, rows = counted(self.own(refunds, "order__cinema").select_related("order").order_by("requested_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext("%(count)d failed refund", "%(count)d failed refunds", total) % {"count": total},
                list_of("payments_refund", status__exact=Refund.Status.FAILED),
                "money_off",
                *named(total, [f"{refund.order.number}: {format_money(refund.amount)}" for refund in rows]),
                urgent=True,
            )

    def failed_receipts(self) -> Iterator[DashboardItem]:
        receipts: QuerySet[Receipt] = Receipt.objects.filter(status=Receipt.Status.FAILED)
        total, rows = counted(self.own(receipts, "order__cinema").select_related("order").order_by("created_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext("%(count)d unsent fiscal receipt", "%(count)d unsent fiscal receipts", total)
                % {"count": total},
                list_of("payments_receipt", status__exact=Receipt.Status.FAILED),
                "receipt_long",
                *named(total, [f"{receipt.order.number}: {format_money(receipt.amount)}" for receipt in rows]),
                urgent=True,
            )

    def payments_to_clear_up(self) -> Iterator[DashboardItem]:
        """Nobody knows whether the terminal took the money."""
        payments = Payment.objects.filter(status=Payment.Status.PENDING, gateway__in=BY_HAND)
        total, rows = counted(self.own(payments, "order__cinema").select_related("order").order_by("created_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext(
                    "%(count)d payment with an unknown result",
                    "%(count)d payments with an unknown result",
                    total,
                )
                % {"count": total},
                list_of("payments_payment", status__exact=Payment.Status.PENDING),
                "contactless",
                *named(total, [payment.order.number for payment in rows]),
            )

    def payments_in_trouble(self) -> Iterator[DashboardItem]:
        """Gateway and books disagree, and no job can mend it."""
        payments = self.own(Payment.objects.filter(discrepancy__gt=""), "order__cinema")
        total, rows = counted(payments.select_related("order").order_by("created_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext(
                    "%(count)d payment doesn’t match the provider’s data",
                    "%(count)d payments don’t match the provider’s data",
                    total,
                )
                % {"count": total},
                list_of("payments_payment", discrepancy="yes"),
                "balance",
                *named(total, [payment.order.number for payment in rows]),
                urgent=True,
            )

    def refunds_by_hand(self) -> Iterator[DashboardItem]:
        refunds = self.own(Refund.objects.to_hand_out(), "order__cinema")
        total, rows = counted(refunds.select_related("order").order_by("requested_at", "pk"))
        if total:
            yield DashboardItem(
                ngettext("%(count)d refund to pay out", "%(count)d refunds to pay out", total) % {"count": total},
                list_of("payments_refund", waits="hands"),
                "payments",
                *named(total, [f"{refund.order.number}: {format_money(refund.amount)}" for refund in rows]),
            )


def _last_day(dispute: Dispute) -> str:
    order = dispute.payment.order
    if dispute.answer_by is None:
        return f"{order.number}: {format_money(dispute.amount)}"
    day = format_local(dispute.answer_by, order.cinema.zone)
    return _("%(order)s: %(amount)s, by %(day)s") % {
        "order": order.number,
        "amount": format_money(dispute.amount),
        "day": day,
    }
