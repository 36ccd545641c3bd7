"""Cash: the places where it is kept, every movement of it, and the shifts at a drawer."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cinema.money import MAX_AMOUNT, MoneyField, between


class CashPlace(models.Model):
    """Where a cinema keeps cash. Its cash is the sum of its movements, and is not negative."""

    class Kind(models.TextChoices):
        DRAWER = "DRAWER", _("Cash drawer")
        SAFE = "SAFE", _("Safe")
        CHANGE_FUND = "CHANGE_FUND", _("Change fund")
        BANK = "BANK", _("Bank")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, related_name="cash_places", verbose_name=_("cinema")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.DRAWER)
    name = models.CharField(_("name"), max_length=60)
    cash = MoneyField(_("cash"), default=0, editable=False, highest=MAX_AMOUNT * 100)

    FREE_TEXT = ("name",)

    class Meta:
        verbose_name = _("cash place")
        verbose_name_plural = _("cash places")
        ordering = ["cinema", "kind", "name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["cinema", "name"],
                condition=Q(kind="DRAWER"),  # the others are told apart by their kind
                name="one_drawer_a_name",
                violation_error_message=_("This cinema already has a drawer of this name."),
            ),
            models.UniqueConstraint(
                fields=["cinema", "kind"], condition=~Q(kind="DRAWER"), name="one_safe_fund_and_bank_a_cinema"
            ),
            between("cash", highest=MAX_AMOUNT * 100, name="cash_place_bounded"),
        ]

    def __str__(self) -> str:
        return self.name if self.kind == self.Kind.DRAWER else str(self.get_kind_display())


class ShiftQuerySet(models.QuerySet["Shift"]):
    def open(self) -> "ShiftQuerySet":
        return self.filter(status=Shift.Status.OPEN)

    def not_counted(self) -> "ShiftQuerySet":
        """Shifts whose drawer nobody has counted yet: open ones, and those that ended without a count."""
        return self.exclude(status=Shift.Status.COUNTED)


class Shift(models.Model):
    """Work at one drawer by one responsible person, from the opening float to the count of the drawer."""

    class Status(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("shift", "Open")
        NOT_COUNTED = "NOT_COUNTED", _("Not counted")
        COUNTED = "COUNTED", _("Counted")

    TRANSITIONS: ClassVar = {
        Status.OPEN: {Status.NOT_COUNTED, Status.COUNTED},
        Status.NOT_COUNTED: {Status.COUNTED},
        Status.COUNTED: set(),
    }

    cinema = models.ForeignKey("screenings.Cinema", models.PROTECT, related_name="shifts", verbose_name=_("cinema"))
    drawer = models.ForeignKey(CashPlace, models.PROTECT, related_name="shifts", verbose_name=_("drawer"))
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts", verbose_name=_("responsible")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opening_float = MoneyField(_("opening float"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("counted by")
    )
    expected_cash = MoneyField(_("cash expected"), null=True, blank=True, highest=MAX_AMOUNT * 100)
    counted_cash = MoneyField(_("cash counted"), null=True, blank=True)
    expected_card = MoneyField(
        _("card terminal expected"), null=True, blank=True, lowest=-MAX_AMOUNT * 100, highest=MAX_AMOUNT * 100
    )
    counted_card = MoneyField(
        _("card terminal’s total"),
        null=True,
        blank=True,
        lowest=-MAX_AMOUNT,
        help_text=_("As the terminal’s own report says."),
    )
    note = models.CharField(_("note"), max_length=250, blank=True)
    refused_cash = models.PositiveSmallIntegerField(
        _("more cash asked for than there was"),
        default=0,
        help_text=_("How often somebody tried to take more out of the drawer than it should hold."),
    )

    MOST_REFUSED: ClassVar = 3

    FREE_TEXT = ("note",)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["-opened_at", "-id"]
        default_permissions = ()
        permissions = [
            ("work_shift", "Open a shift at a cash drawer and sell at the till"),
            ("count_others_shift", "Count the drawer of somebody else’s shift"),
            ("bank_cash", "Move cash of the safe, the change fund and the bank"),
            ("vouch_register", "State that a separate cash register prints the receipts of the box office"),
        ]
        indexes = [models.Index(fields=["cinema", "opened_at"], name="shift_of_cinema")]
        constraints = [
            models.UniqueConstraint(
                fields=["drawer"], condition=~Q(status="COUNTED"), name="one_shift_a_drawer_until_counted"
            ),
            models.UniqueConstraint(fields=["cashier"], condition=Q(status="OPEN"), name="one_open_shift_a_cashier"),
            models.CheckConstraint(
                condition=~Q(status="COUNTED")
                | Q(counted_cash__isnull=False, expected_cash__isnull=False, counted_at__isnull=False),
                name="shift_counted_with_its_sums",
            ),
            models.CheckConstraint(condition=Q(status="OPEN") | Q(ended_at__isnull=False), name="shift_over_has_ended"),
            between("opening_float", name="shift_float_bounded"),
            between("counted_cash", name="shift_counted_bounded"),
        ]

    def __str__(self) -> str:
        """Needs `drawer` and `cashier`, so lists should use `select_related`."""
        return f"{self.drawer}, {self.cashier}"

    @property
    def difference(self) -> Decimal | None:
        """What was counted over (positive) or short (negative); None before the count."""
        if self.counted_cash is None or self.expected_cash is None:
            return None
        return self.counted_cash - self.expected_cash


class CashMovement(models.Model):
    """One signed change of the cash of a place. A move between two places is two movements of one `transfer`."""

    class Kind(models.TextChoices):
        FLOAT = "FLOAT", _("Opening float")
        SALE = "SALE", _("Sale")
        REFUND = "REFUND", _("Refund")
        CASH_IN = "CASH_IN", _("Cash in")
        CASH_OUT = "CASH_OUT", _("Cash out")
        DROP = "DROP", _("Drop to the safe")
        DEPOSIT = "DEPOSIT", _("Bank deposit")
        MOVE = "MOVE", _("Moved")
        COUNT = "COUNT", _("Over or short")
        GIFT_CARD = "GIFT_CARD", _("Gift cards")
        HANDED_IN = "HANDED_IN", _("Handed in")

    place = models.ForeignKey(CashPlace, models.PROTECT, related_name="movements", verbose_name=_("place"))
    shift = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="movements", verbose_name=_("shift")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    amount = MoneyField(_("amount"), lowest=-MAX_AMOUNT * 100, highest=MAX_AMOUNT * 100)
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    transfer = models.UUIDField(null=True, blank=True, editable=False)
    payment = models.OneToOneField(
        "payments.Payment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cash_movement",
        verbose_name=_("payment"),
    )
    refund = models.OneToOneField(
        "payments.Refund", models.PROTECT, null=True, blank=True, related_name="cash_movement", verbose_name=_("refund")
    )
    gift_card_movement = models.OneToOneField(
        "payments.GiftCardMovement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cash_movement",
        verbose_name=_("gift card"),
    )

    FREE_TEXT = ("reason",)

    class Meta:
        verbose_name = _("cash movement")
        verbose_name_plural = _("cash movements")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["place", "at"], name="cash_movement_of_place")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="cash_movement_moves_something"),
            models.CheckConstraint(
                condition=Q(kind="SALE", payment__isnull=False, shift__isnull=False, amount__gt=0)
                | (~Q(kind="SALE") & Q(payment__isnull=True)),
                name="cash_sale_has_its_payment",
            ),
            models.CheckConstraint(
                condition=Q(kind="REFUND", refund__isnull=False, shift__isnull=False, amount__lt=0)
                | (~Q(kind="REFUND") & Q(refund__isnull=True)),
                name="cash_refund_has_its_refund",
            ),
            models.CheckConstraint(
                condition=Q(kind="GIFT_CARD", gift_card_movement__isnull=False, shift__isnull=False)
                | (~Q(kind="GIFT_CARD") & Q(gift_card_movement__isnull=True)),
                name="cash_of_gift_card_has_its_sale",
            ),
            models.UniqueConstraint(fields=["transfer", "place"], name="one_movement_a_transfer_and_place"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:+}"
