"""The rates of authors' societies, which collect royalties for music in films from cinemas."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import between

HUNDRED = Decimal(100)


class SocietyRate(models.Model):
    """What a society is owed from a date on, as a percentage: in one cinema, in those of a legal entity, or in all.

    A cinema's own rate replaces that of its legal entity, and this that of all cinemas. When a contract ends, there is
    a row with 0 %.
    """

    class Base(models.TextChoices):
        BOX_OFFICE = "BOX_OFFICE", _("Box office with VAT")
        WITHOUT_VAT = "WITHOUT_VAT", _("Box office without VAT")

    society = models.CharField(_("society"), max_length=100)
    legal_entity = models.ForeignKey(
        "payments.LegalEntity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal entity"),
        help_text=_("Leave both empty for all cinemas."),
    )
    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cinema")
    )
    valid_from = models.DateField(_("valid from"), help_text=_("The first day of screenings with this rate."))
    percent = models.DecimalField(
        _("rate (%)"), max_digits=5, decimal_places=2, help_text=_("0 when the contract has ended.")
    )
    base = models.CharField(_("base"), max_length=16, choices=Base, default=Base.WITHOUT_VAT)

    history = History("society", "legal_entity", "cinema", "valid_from", "percent", "base")

    class Meta:
        verbose_name = _("rate of an authors’ society")
        verbose_name_plural = _("rates of authors’ societies")
        default_permissions = ("view", "add", "change")
        ordering = ["society", "-valid_from", "id"]
        constraints = [
            between("percent", Decimal(0), HUNDRED, name="society_percent_bounded"),
            models.CheckConstraint(
                condition=Q(cinema__isnull=True) | Q(legal_entity__isnull=True), name="society_rate_of_one_place"
            ),
            models.UniqueConstraint(
                fields=["society", "cinema", "valid_from"],
                condition=Q(cinema__isnull=False),
                name="one_society_rate_a_cinema",
            ),
            models.UniqueConstraint(
                fields=["society", "legal_entity", "valid_from"],
                condition=Q(legal_entity__isnull=False),
                name="one_society_rate_an_entity",
            ),
            models.UniqueConstraint(
                fields=["society", "valid_from"],
                condition=Q(legal_entity__isnull=True, cinema__isnull=True),
                name="one_society_rate_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.society}, {self.percent} %"

    def clean(self) -> None:
        super().clean()
        self.society = " ".join(self.society.split())
        if self.cinema_id is not None and self.legal_entity_id is not None:
            raise ValidationError({"cinema": _("Choose a legal entity or a cinema, not both.")})
        if self.percent is not None and not 0 <= self.percent <= HUNDRED:
            raise ValidationError({"percent": _("Enter a percentage from 0 to 100.")})
        same = SocietyRate.objects.filter(
            society=self.society, legal_entity=self.legal_entity_id, cinema=self.cinema_id, valid_from=self.valid_from
        )
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"valid_from": _("There is already a rate from this date. Change that one.")})
