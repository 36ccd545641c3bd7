"""Tickets, their scans at the entrance, and refunded lines."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between, format_money
from screenings.models import PriceParts, Session

UNDO_OWN_SCAN = timedelta(minutes=5)  # in which a scan is taken back by whoever made it, as if it had not been


class TicketQuerySet(models.QuerySet["Ticket"]):
    def live(self) -> "TicketQuerySet":
        """Tickets that keep their seat."""
        return self.filter(status__in=Ticket.LIVE)

    def for_visits(self) -> "TicketQuerySet":
        """Tickets that keep their seat at a session that is not cancelled."""
        return self.live().exclude(session__status=Session.Status.CANCELLED)

    def admitted(self) -> "TicketQuerySet":
        """Tickets whose guests were ever let in. Undoing a check-in makes a ticket valid again but does not prove that
        nobody went in, unless whoever scanned it undid that within `UNDO_OWN_SCAN`.
        """
        undoings = Scan.objects.filter(undone=True, ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"))
        own = undoings.filter(actor=OuterRef("actor")).annotate(since=OuterRef("at"))
        taken_back = own.filter(at__lt=F("since") + UNDO_OWN_SCAN)
        scans = Scan.objects.filter(~Exists(taken_back), ticket=OuterRef("pk"), undone=False)
        return self.filter(Q(used_at__isnull=False) | Exists(scans))


class Ticket(PriceParts):
    """One seat at one session in one order, at the price of the time of sale."""

    class Status(models.TextChoices):
        RESERVED = "RESERVED", _("Reserved")
        PAID = "PAID", _("Paid")
        USED = "USED", _("Used")
        EXPIRED = "EXPIRED", _("No-show")
        AVAILABLE = "AVAILABLE", _("Released")

    TRANSITIONS: ClassVar = {
        Status.RESERVED: {Status.PAID, Status.AVAILABLE},
        Status.PAID: {Status.USED, Status.EXPIRED, Status.AVAILABLE},
        Status.USED: {Status.PAID, Status.AVAILABLE},
        Status.EXPIRED: {Status.USED, Status.AVAILABLE},  # used: a scan without a network, uploaded late
        Status.AVAILABLE: {Status.PAID},  # late money
    }
    LIVE: ClassVar = [Status.RESERVED, Status.PAID, Status.USED, Status.EXPIRED]

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="tickets", verbose_name=_("order"))
    session = models.ForeignKey(  # found by `ticket_of_session`
        "screenings.Session", models.PROTECT, related_name="tickets", verbose_name=_("screening"), db_index=False
    )
    seat = models.ForeignKey("screenings.Seat", models.PROTECT, related_name="tickets", verbose_name=_("seat"))
    ticket_type = models.ForeignKey(
        "screenings.TicketType", models.PROTECT, related_name="tickets", verbose_name=_("ticket type")
    )
    discount_share = MoneyField(_("share of the discount"), default=0)
    bonus_share = MoneyField(_("share paid with points"), default=0)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.RESERVED)
    reminder_sent_at = models.DateTimeField(_("reminder sent"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    reissued_at = models.DateTimeField(
        _("reissued"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the ticket got a new code: for another seat, or because the guest withdrew its link."),
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("check_in_ticket", "Check a ticket in"),
            ("undo_check_in_ticket", "Undo a check-in"),
            ("override_check_in_ticket", "Check a ticket in outside admission hours"),
        ]
        ordering = ["session", "seat"]
        indexes = [
            models.Index(fields=["session", "status"], name="ticket_of_session"),
            # Few are free; who gave them away is counted over a year.
            models.Index(fields=["order"], condition=Q(price=0), name="ticket_free"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "seat"],
                condition=Q(status__in=["RESERVED", "PAID", "USED", "EXPIRED"]),
                name="one_live_ticket_a_seat",
            ),
            between("price", name="ticket_price_bounded"),
            *PriceParts.Meta.constraints,
            between("discount_share", name="ticket_discount_bounded"),
            between("bonus_share", name="ticket_bonus_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.session}, {self.seat}"

    @property
    def amount(self) -> Decimal:
        """The line's price before discount and points."""
        return self.price

    @property
    def paid(self) -> Decimal:
        """The part of the line that is paid in money."""
        return self.price - self.discount_share - self.bonus_share


class Scan(models.Model):
    """A scan of a ticket at the entrance, or its undoing. Rows never change."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="scans", verbose_name=_("ticket"))
    undone = models.BooleanField(_("undone"), default=False)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    device = models.ForeignKey("accounts.Device", models.PROTECT, null=True, related_name="+", verbose_name=_("device"))
    override = models.CharField(
        _("reason"),
        max_length=250,
        blank=True,
        help_text=_("Why a guest was admitted before the doors opened or after the end, or a check-in was undone."),
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], condition=~Q(override=""), name="scan_overridden")]

    def __str__(self) -> str:
        return f"{self.ticket}: {self.ticket.session.hall.cinema.local(self.at):%H:%M}"


class RefundLine(models.Model):
    """One refunded ticket or preorder, and the money for it."""

    refund = models.ForeignKey("payments.Refund", models.PROTECT, related_name="lines", verbose_name=_("refund"))
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="refund_line", verbose_name=_("ticket")
    )
    preorder = models.OneToOneField(
        "concessions.ConcessionPreorder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_line",
        verbose_name=_("snack pre-order"),
    )
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False, preorder__isnull=True)
                | Q(ticket__isnull=True, preorder__isnull=False),
                name="refund_line_of_one_thing",
            ),
            between("amount", name="refund_line_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket or self.preorder}: {format_money(self.amount)}"
