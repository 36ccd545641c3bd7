"""Events at the door other than check-ins, scans made without a network, printed vouchers, and exchanges."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between


class DoorEvent(models.Model):
    """A refused scan, a guest turned away, or a guest let in again. Rows never change."""

    class Kind(models.TextChoices):
        REFUSED = "REFUSED", _("Refused")
        TURNED_AWAY = "TURNED_AWAY", _("Turned away")
        RE_ENTRY = "RE_ENTRY", _("Let in again")

    class TurnedAway(models.TextChoices):
        """Why a guest with a valid ticket is not admitted. Stored as a code in `reason`."""

        TOO_YOUNG = "TOO_YOUNG", _("Too young for the film")
        NO_DOCUMENT = "NO_DOCUMENT", _("No document for the reduced ticket")
        BEHAVIOUR = "BEHAVIOUR", _("Drunk or aggressive")
        FORBIDDEN = "FORBIDDEN", _("Brought something forbidden")
        OTHER = "OTHER", _("Other reason")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    reason = models.CharField(_("reason"), max_length=40, blank=True)  # a code of `TurnedAway`, or of a refusal
    ticket = models.ForeignKey(
        "orders.Ticket", models.PROTECT, null=True, related_name="door_events", verbose_name=_("ticket")
    )
    device = models.ForeignKey("accounts.Device", models.PROTECT, related_name="+", verbose_name=_("device"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("door event")
        verbose_name_plural = _("door events")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["device", "at"], name="door_events_of_device")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M}"


class OfflineScan(models.Model):
    """A scan that a device judged by its own list while the network was away, as it was uploaded. Rows never change.

    `at` is the time of the scan within what is possible: not before the list was made, nor after the upload.
    """

    class Decision(models.TextChoices):
        LET_IN = "LET_IN", _("Let in by the list")
        BY_EYE = "BY_EYE", _("Let in by staff decision")
        RE_ENTRY = "RE_ENTRY", _("Let in again")
        TURNED_AWAY = "TURNED_AWAY", _("Not let in after all")
        REFUSED = "REFUSED", _("Refused")

    class Outcome(models.TextChoices):
        CHECKED_IN = "CHECKED_IN", _("Checked in")
        KNOWN = "KNOWN", _("Already recorded by this scan")
        NOTED = "NOTED", _("Noted")
        USED_TWICE = "USED_TWICE", _("The ticket was used twice")
        REFUNDED = "REFUNDED", _("The ticket was refunded")
        CANCELLED = "CANCELLED", _("The screening was cancelled")
        NOT_PAID = "NOT_PAID", _("The ticket was not paid")
        MOVED = "MOVED", _("The ticket was moved")
        UNKNOWN = "UNKNOWN", _("No ticket has this code")
        NO_LIST = "NO_LIST", _("The door had no valid list; the ticket is not checked in")
        NOT_HERE = "NOT_HERE", _("The ticket is for another hall or time; it is not checked in")

    CONFLICTS: ClassVar = [
        Outcome.USED_TWICE,
        Outcome.REFUNDED,
        Outcome.CANCELLED,
        Outcome.NOT_PAID,
        Outcome.MOVED,
        Outcome.UNKNOWN,
        Outcome.NO_LIST,
        Outcome.NOT_HERE,
    ]
    LET_IN: ClassVar = [Decision.LET_IN, Decision.BY_EYE]

    uuid = models.UUIDField(unique=True)
    ticket = models.ForeignKey(
        "orders.Ticket", models.PROTECT, null=True, related_name="offline_scans", verbose_name=_("ticket")
    )
    decision = models.CharField(_("decision"), max_length=16, choices=Decision)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    listed = models.CharField(_("place on the list"), max_length=160, blank=True)
    device = models.ForeignKey("accounts.Device", models.PROTECT, related_name="+", verbose_name=_("device"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))
    device_at = models.DateTimeField(_("time on the device"))
    received_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("off-line scan")
        verbose_name_plural = _("off-line scans")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["device", "received_at"], name="offline_scans_of_device")]

    def __str__(self) -> str:
        return f"{self.decision} {self.at:%H:%M}"


class PrintedVoucher(models.Model):
    """A voucher that staff printed for a guest: for goodwill, or instead of money where it could not be sent.

    The voucher itself is its promo code: for one order, and never money back.
    """

    promocode = models.OneToOneField(
        "orders.Promocode", models.PROTECT, related_name="printed_voucher", verbose_name=_("promo code")
    )
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="printed_vouchers", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=250)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))
    request = models.UUIDField(null=True, unique=True, editable=False)  # the form: sent again, it gives none

    FREE_TEXT = ("reason",)

    class Meta:
        db_table = "boxoffice_voucher"  # the table is older than the name of the model
        verbose_name = _("printed voucher")
        verbose_name_plural = _("printed vouchers")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        """Without the code, which is money to whoever reads it."""
        return gettext("Voucher %(number)d") % {"number": self.pk or 0}


class Exchange(models.Model):
    """Tickets of an order that were exchanged for those of a new one. `value` is what was paid for the old ones."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="exchanges", verbose_name=_("order"))
    new_order = models.OneToOneField(
        "orders.Order", models.PROTECT, related_name="exchanged_from", verbose_name=_("new order")
    )
    value = MoneyField(_("value of the old tickets"))
    reason = models.CharField(_("reason"), max_length=250)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))

    FREE_TEXT = ("reason",)

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(order=models.F("new_order")), name="exchange_of_another_order"),
            between("value", name="exchange_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.order} → {self.new_order}"
