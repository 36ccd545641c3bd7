"""Surcharges for kinds of seats, and ticket types with their share of the session's price."""

from functools import cache
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.history import History
from cinema.money import MoneyField, between
from house_rules.translated import Translated
from screenings.models.cinemas import Cinema
from screenings.models.films import AgeRating
from screenings.models.seats import SeatKind


@cache
def ratings_from(rating: str) -> frozenset[str]:
    """This age rating and all higher ones; all of them for no rating."""
    return frozenset(each.value for each in AgeRating if not rating or each.years >= AgeRating(rating).years)


class SeatSurcharge(models.Model):
    """The amount a cinema adds to the price of every seat of one kind."""

    cinema = models.ForeignKey(Cinema, models.PROTECT, related_name="seat_surcharges", verbose_name=_("cinema"))
    kind = models.CharField(_("seat kind"), max_length=16, choices=SeatKind)
    amount = MoneyField(_("surcharge"))

    history = History("cinema", "kind", "amount")

    class Meta:
        verbose_name = _("seat surcharge")
        verbose_name_plural = _("seat surcharges")
        ordering = ["cinema", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["cinema", "kind"], name="one_surcharge_a_seat_kind"),
            between("amount", name="surcharge_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.cinema}, {self.get_kind_display()}"


class TicketType(Translated):
    """Adult, child, student, carer, comp and so on, with the percentage of the session's price to pay."""

    TRANSLATED: ClassVar = ("name",)

    class SoldTo(models.TextChoices):
        """Who can buy this type in the shop. At the box office, staff can sell every active type."""

        ANYBODY = "ANYBODY", _("Anybody")
        COMPANION = "COMPANION", _("Companions of wheelchair users")
        TILL = "TILL", _("Box office only")

    name = models.CharField(_("name"), max_length=60, unique=True)
    price_percent = models.PositiveSmallIntegerField(
        _("percentage of the price"), default=100, validators=[MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    sold_to = models.CharField(_("sold online to"), max_length=16, choices=SoldTo, default=SoldTo.ANYBODY)

    highest_rating = models.CharField(
        _("up to age rating"),
        max_length=3,
        choices=AgeRating,
        blank=True,
        help_text=_(
            "Not sold for films with a higher rating, for example 12+ for children. Leave empty for all films."
        ),
    )

    history = History("name", "price_percent", "is_active", "sold_to", "highest_rating", "texts")

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")
        ordering = ["-price_percent", "name"]
        constraints = [between("price_percent", 0, 100, name="ticket_type_percent_bounded")]

    def __str__(self) -> str:
        return self.name

    def suits(self, rating: str) -> bool:
        """Whether it is sold for films of this age rating; an unrated film suits every type."""
        return not self.highest_rating or self.highest_rating in ratings_from(rating)
