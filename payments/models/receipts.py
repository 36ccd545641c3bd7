"""Fiscal receipts (Russian law 54-FZ) and the VAT rates on them."""

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between, format_money


class Subject(models.TextChoices):
    """The type of a receipt line: tickets are services, bar items are goods, and their VAT differs. The sale of a gift
    card is an advance for either."""

    TICKETS = "TICKETS", _("Tickets")
    GOODS = "GOODS", _("Bar goods")
    GIFT_CARDS = "GIFT_CARDS", _("Gift cards")


class Vat(models.TextChoices):
    NONE = "none", _("without VAT")
    ZERO = "0", "0 %"
    FIVE = "5", "5 %"
    SEVEN = "7", "7 %"
    TEN = "10", "10 %"
    TWENTY = "20", "20 %"
    TWENTY_TWO = "22", "22 %"
    FIVE_OF_105 = "5/105", "5/105"
    SEVEN_OF_107 = "7/107", "7/107"
    TEN_OF_110 = "10/110", "10/110"
    TWENTY_OF_120 = "20/120", "20/120"
    TWENTY_TWO_OF_122 = "22/122", "22/122"


#: The calculated rate by which a prepayment may be taxed in place of the general one (Tax Code of Russia, 164(4)).
CALCULATED: dict[str, str] = {
    Vat.FIVE: Vat.FIVE_OF_105,
    Vat.SEVEN: Vat.SEVEN_OF_107,
    Vat.TEN: Vat.TEN_OF_110,
    Vat.TWENTY: Vat.TWENTY_OF_120,
    Vat.TWENTY_TWO: Vat.TWENTY_TWO_OF_122,
}
ENTERED = [choice for choice in Vat.choices if choice[0] not in CALCULATED.values()]

VatOf = Callable[[str], str]  # the rate of a `Subject` on one receipt


class VatRate(models.Model):
    """The VAT rate of tickets or goods from a date on. Without a row the defaults in `Rates.GENERAL` apply."""

    subject = models.CharField(_("applies to"), max_length=16, choices=Subject)
    valid_from = models.DateField(_("valid from"))
    vat = models.CharField(_("rate"), max_length=8, choices=ENTERED)

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering = ["subject", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["subject", "valid_from"], name="one_vat_rate_a_day")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}: {self.get_vat_display()}"

    def clean(self) -> None:
        super().clean()
        if self.valid_from is not None and self.is_printed():
            raise ValidationError(
                {"valid_from": _("Receipts have already been issued on or after this date. Choose a later date.")}
            )

    def is_printed(self) -> bool:
        """Whether receipts were issued on or after `valid_from`; the rate must then not be changed."""
        last = Receipt.objects.order_by("-pk").values_list("created_at", flat=True).first()
        return last is not None and self.valid_from <= last.astimezone(settings.RECEIPT_ZONE).date()


class Rates:
    """Finds the VAT rate of a day. Creating it costs one query, unless the rows are given; `on` and `at` cost none."""

    #: Tickets on approved forms are exempt (Tax Code of Russia, 149(2)(20)); 22 % is the general rate since 2026. A
    #: gift card may pay for goods, so that its advance is taxed as theirs.
    GENERAL: ClassVar = [
        (Subject.TICKETS, date(2000, 1, 1), Vat.NONE),
        (Subject.GOODS, date(2019, 1, 1), Vat.TWENTY),
        (Subject.GOODS, date(2026, 1, 1), Vat.TWENTY_TWO),
        (Subject.GIFT_CARDS, date(2019, 1, 1), Vat.TWENTY),
        (Subject.GIFT_CARDS, date(2026, 1, 1), Vat.TWENTY_TWO),
    ]

    def __init__(self, own: Iterable[VatRate] | None = None) -> None:
        self._rows: dict[str, list[tuple[date, str]]] = {}
        for row in VatRate.objects.order_by("valid_from") if own is None else own:
            self._rows.setdefault(row.subject, []).append((row.valid_from, row.vat))
        self._general: dict[str, list[tuple[date, str]]] = {}
        for subject, valid_from, vat in self.GENERAL:
            self._general.setdefault(subject, []).append((valid_from, vat))

    def on(self, subject: str, day: date) -> str:
        return _latest(self._rows.get(subject, ()), day) or _latest(self._general[subject], day) or Vat.NONE

    def at(self, instant: datetime, *, prepaid: bool = False) -> VatOf:
        """The rates of the day of `instant`: calculated ones for a prepayment, if `CALCULATED_VAT` says so."""
        day = instant.astimezone(settings.RECEIPT_ZONE).date()
        calculated = CALCULATED if prepaid and settings.CALCULATED_VAT else {}

        def vat_of(subject: str) -> str:
            vat = self.on(subject, day)
            return calculated.get(vat, vat)

        return vat_of


def _latest(rows: Iterable[tuple[date, str]], day: date) -> str:
    """The rate of the last row that is valid on `day`; `rows` are sorted by date. Empty if there is none."""
    return next((vat for valid_from, vat in reversed(list(rows)) if valid_from <= day), "")


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def to_send(self, at: datetime) -> "ReceiptQuerySet":
        """Queued receipts that are not waiting for a retry."""
        return self.filter(status=Receipt.Status.QUEUED, next_attempt_at__lte=at)

    def to_ask(self, at: datetime) -> "ReceiptQuerySet":
        """Receipts that the service has taken and whose result it is asked for now."""
        return self.filter(status=Receipt.Status.REGISTERED, next_attempt_at__lte=at)

    def by_hand(self, cinema: object) -> "ReceiptQuerySet":
        """Receipts that staff of this cinema print on a separate cash register, and whose number is missing."""
        return self.filter(cinema=cinema, status=Receipt.Status.BY_HAND)


class Receipt(models.Model):
    """A fiscal receipt: for a sale, for a refund, or the settlement after the show of a prepayment."""

    class Kind(models.TextChoices):
        SALE = "SALE", _("Sale")
        REFUND = "REFUND", _("Sale refund")
        SETTLEMENT = "SETTLEMENT", _("Full settlement")

    class Correction(models.TextChoices):
        """Why a receipt that was never printed in time is printed as a correction: FFD tag 1173."""

        SELF = "self", _("by our own decision")
        INSTRUCTION = "instruction", _("by order of the tax office")

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("To be sent")
        REGISTERED = "REGISTERED", _("Registered, not printed yet")
        BY_HAND = "BY_HAND", _("To be printed on the cash register")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar = {
        Status.QUEUED: {Status.REGISTERED, Status.SENT, Status.FAILED},
        Status.REGISTERED: {Status.SENT, Status.FAILED, Status.QUEUED},  # queued again: it waited for a till too long
        Status.BY_HAND: {Status.SENT},
        Status.FAILED: {Status.QUEUED},
        Status.SENT: set(),
    }

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    #: Where the money was taken: that of the order, or of the gift card.
    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="+", db_index=False, verbose_name=_("cinema")
    )
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("order")
    )
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("payment")
    )
    #: In place of order and payment, where a gift card was sold or its sale undone.
    gift_card_movement = models.OneToOneField(
        "payments.GiftCardMovement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipt",
        verbose_name=_("gift card"),
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("refund")
    )
    uid = models.UUIDField(_("request number"), default=uuid.uuid4, unique=True, editable=False)
    amount = MoneyField(_("amount"))
    is_prepayment = models.BooleanField(_("paid before the screening"), default=False)
    is_advance = models.BooleanField(
        _("advance"), default=False, help_text=_("Paid for nothing in particular, such as a gift card.")
    )
    awaits_settlement = models.BooleanField(_("final receipt pending"), default=False)
    correction = models.CharField(
        _("correction receipt"), max_length=16, choices=Correction, blank=True, default="", db_default=""
    )
    correction_number = models.CharField(_("number of the order"), max_length=32, blank=True, default="", db_default="")
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(_("created"))
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    external_id = models.CharField(_("number at the receipt service"), max_length=120, blank=True)
    #: What the cash register printed, as the service reports it: its numbers, and the address of the receipt.
    printed = models.JSONField(_("printed"), default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=100, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-created_at", "-id"]
        permissions = [("resend_receipt", "Send a failed receipt again")]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="receipt_to_send"),
            models.Index(fields=["order"], condition=Q(awaits_settlement=True), name="receipt_to_settle"),
            models.Index(fields=["cinema", "created_at"], name="receipt_of_cinema"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=Q(refund__isnull=True), name="one_receipt_a_payment"
            ),
            models.UniqueConstraint(fields=["refund"], name="one_receipt_a_refund"),
            models.CheckConstraint(
                condition=Q(order__isnull=False, payment__isnull=False, gift_card_movement__isnull=True)
                | Q(order__isnull=True, payment__isnull=True, refund__isnull=True, gift_card_movement__isnull=False),
                name="receipt_of_order_or_gift_card",
            ),
            between("amount", name="receipt_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {format_money(self.amount)}"

    @property
    def corrected_at(self) -> datetime:
        """When the money moved, or was settled, that a correction is about. Needs `payment`, `refund` and the movement
        of the gift card."""
        moved = None
        if self.kind != self.Kind.SETTLEMENT:
            moved = self.refund.succeeded_at if self.refund else self.payment and self.payment.succeeded_at
        if self.gift_card_movement:
            moved = self.gift_card_movement.at
        return moved or self.created_at

    @property
    def url(self) -> str:
        """Where the guest sees the printed receipt; empty while it is not known."""
        address = str(self.printed.get("ofd_receipt_url", ""))
        return address if address.startswith("https://") else ""

    @property
    def about(self) -> str:
        """The number of the order, or the gift card. Needs these, so lists should use `select_related`."""
        return str(self.order or (self.gift_card_movement and self.gift_card_movement.card))


class ReceiptLine(models.Model):
    """A line of a receipt. `price` is per unit; `price` times `quantity` is exactly the line's amount."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines", verbose_name=_("receipt"))
    name = models.CharField(_("name"), max_length=128)
    subject = models.CharField(_("item type"), max_length=16, choices=Subject)
    quantity = models.PositiveIntegerField(_("quantity"))
    price = MoneyField(_("price"))
    vat = models.CharField(_("rate"), max_length=8, choices=Vat)

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        constraints = [
            between("quantity", 1, 10_000, name="receipt_line_quantity_bounded"),
            between("price", name="receipt_line_price_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
