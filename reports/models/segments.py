"""Segments: saved filters of customers. Whom a segment contains is read from the figures of the last night."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import MarketingConsent
from cinema.money import MoneyField
from reports.models.engagement import CustomerFigures, CustomerGroup, Daypart

Channel = MarketingConsent.Channel
#: Where the address for each channel is, on an account as on an order.
COLUMNS = {Channel.EMAIL: "email", Channel.SMS: "phone", Channel.PHONE: "phone"}


def _number(label: Any, help_text: Any = "") -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True, help_text=help_text)


class Segment(models.Model):
    """Customers of a cinema, or of the whole chain, to whom all conditions apply. What is empty does not matter."""

    name = models.CharField(_("name"), max_length=80)
    cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cinema"),
        help_text=_("Empty for the whole chain. At a cinema, visits and money are those of this cinema."),
    )
    customer_group = models.CharField(_("group"), max_length=16, choices=CustomerGroup, blank=True)
    visited_within = _number(_("last visit within (days)"))
    not_visited_for = _number(_("no visit for (days)"))
    new_within = _number(_("first visit within (days)"))
    min_visits = _number(_("visits in a year, from"))
    max_visits = _number(_("visits in a year, to"))
    min_spent = MoneyField(_("spent in a year, from"), null=True, blank=True)
    min_no_shows = _number(_("tickets not used, from"))
    favourite_cinema = models.ForeignKey(
        "screenings.Cinema",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("favourite cinema"),
    )
    genre = models.ForeignKey(
        "screenings.Genre", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("favourite genre")
    )
    daypart = models.PositiveSmallIntegerField(_("favourite part of the day"), choices=Daypart, null=True, blank=True)

    FREE_TEXT: ClassVar = ["name"]

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name", "pk"]
        permissions = [("export_segment", "Export the addresses of a segment's customers")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if _crossed(self.not_visited_for, self.visited_within):
            raise ValidationError({"not_visited_for": _("Nobody’s last visit is both that late and that long ago.")})
        if _crossed(self.min_visits, self.max_visits):
            raise ValidationError({"max_visits": _("Enter the same number or a higher one.")})

    def customers(self, today: date) -> QuerySet[CustomerFigures]:
        """The customers to whom the conditions apply today, read from the main database: a consent counts at once."""
        conditions: dict[str, Any] = {
            "customer_group": self.customer_group or None,
            "last_visit__gte": _ago(today, self.visited_within),
            "last_visit__lte": _ago(today, self.not_visited_for),
            "first_visit__gte": _ago(today, self.new_within),
            "year_visits__gte": self.min_visits,
            "year_visits__lte": self.max_visits,
            "year_spent__gte": self.min_spent,
            "no_shows__gte": self.min_no_shows,
            "favourite_cinema": self.favourite_cinema_id,
            "genre": self.genre_id,
            "daypart": self.daypart,
        }
        given = {lookup: value for lookup, value in conditions.items() if value is not None}
        return CustomerFigures.objects.using(DEFAULT_DB_ALIAS).filter(cinema=self.cinema_id, **given)

    def reachable(self, channel: str, today: date) -> QuerySet[Any]:
        """Those of them who agreed to news and offers by this channel, by what counts now, with their `address`.

        `consent` is the `uid` of the row that says so. What an account wants counts for its address alone, and an
        address is compared as it is stored and in small letters, as everywhere.
        """
        column = COLUMNS[Channel(channel)]
        address = Case(When(user__isnull=False, then=F(f"user__{column}")), default=F(f"order__{column}"))
        # In small letters both sides are equal, so the database can join them; then an address is compared as it is.
        current = MarketingConsent.objects.news().current().filter(channel=channel)
        same = current.alias(small=Lower("recipient")).filter(small=OuterRef("lower_address"))
        as_stored = {"recipient__in": [OuterRef("address"), OuterRef("lower_address")]}
        given = MarketingConsent.objects.news().counting().filter(channel=channel, is_given=True, **as_stored)
        return (
            self.customers(today)
            .filter(Q(user__isnull=True) | Q(user__is_active=True))
            .annotate(address=address, lower_address=Lower(address))
            .exclude(address="")
            .filter(Exists(same.filter(is_given=True, **as_stored)), ~Exists(same.filter(is_given=False)))
            .annotate(consent=Subquery(given.order_by("-pk").values("uid")[:1]))
        )


MOST_DAYS = 36_500  # no customer is known for longer


def _ago(today: date, days: int | None) -> date | None:
    return None if days is None else today - timedelta(days=min(days, MOST_DAYS))


def _crossed(low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and low > high
