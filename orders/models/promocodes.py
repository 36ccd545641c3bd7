"""Promo codes and their limits."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between


class Promocode(models.Model):
    """A discount on a whole order, in percent or in money, for a limited number of orders."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    discount_percent = models.PositiveSmallIntegerField(
        _("discount (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    discount_amount = MoneyField(_("discount amount"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(_("usage limit"), default=1)
    used_count = models.PositiveIntegerField(_("times used"), default=0)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Conditions: see `orders.services.selling.promocodes.discounted_parts`.
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only in this cinema"),
    )
    film = models.ForeignKey(
        "screenings.Film", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only for this film")
    )
    weekdays = models.CharField(  # of the screening: digits, 0 is Monday
        _("only on these days"),
        max_length=7,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"\A[0-6]*\Z")],
    )
    tickets_only = models.BooleanField(
        _("tickets only"), default=False, db_default=False, help_text=_("Snacks in the order cost their full price.")
    )
    least_total = MoneyField(
        _("smallest order"), null=True, blank=True, help_text=_("What the order has to cost before the discount.")
    )
    once_per_customer = models.BooleanField(
        _("once for each customer"),
        default=False,
        db_default=False,
        help_text=_("By account and e-mail address. At the till it needs one of them."),
    )

    history = History(
        *("code", "discount_percent", "discount_amount", "max_uses", "valid_from", "valid_until", "is_active"),
        *("cinema", "film", "weekdays", "tickets_only", "least_total", "once_per_customer"),
    )

    class Meta:
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(used_count__lte=F("max_uses")), name="promocode_within_its_limit"),
            between("max_uses", 0, 1_000_000, name="promocode_limit_bounded"),
            between("discount_percent", 0, 100, name="promocode_percent_bounded"),
            between("discount_amount", name="promocode_amount_bounded"),
            between("least_total", name="promocode_least_total_bounded"),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        super().clean()
        self.code = self.code.strip().upper()
        if self.max_uses is not None and self.max_uses < self.used_count:
            message = _("Already used in %(count)d orders. Enter this number or more.") % {"count": self.used_count}
            raise ValidationError({"max_uses": message})
