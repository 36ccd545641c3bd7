"""Figures about customers: what the job `refresh_engagement` counts anew every night.

A customer is an account together with what was bought as a guest with its address, or a guest known by the e-mail
address of paid orders, as everywhere (`customers.services.customer`). No row has a name or an address: it points
to the account, or to the guest's last order, which have them until the customer is erased.

Rows without a cinema are about the whole chain. A customer of two cinemas is one customer of the chain, so the rows of
cinemas do not add up to it.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reports.models.figures import count, money


class Daypart(models.IntegerChoices):
    """The part of the day in which a screening starts, by the clock of its cinema."""

    MORNING = 0, _("Morning")
    AFTERNOON = 1, _("Afternoon")
    EVENING = 2, _("Evening")
    LATE = 3, _("Late evening")


class CustomerGroup(models.TextChoices):
    """What customers have in common by their last visit and by how often they come. Each is in the first that fits."""

    LAPSED = "LAPSED", _("Lapsed")
    LOYAL = "LOYAL", _("Regular")
    AT_RISK = "AT_RISK", _("At risk")
    NEW = "NEW", _("New")
    OCCASIONAL = "OCCASIONAL", _("Occasional")


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def to_refresh(self, today: date) -> "EngagementQuerySet":
        return self.filter(Q(date__isnull=True) | Q(date__lt=today), pk=Engagement.ONE)


class Engagement(models.Model):
    """The single row: for which date the figures about customers were counted, and as of which instant."""

    ONE = 1  # the primary key

    date = models.DateField(null=True)
    as_of = models.DateTimeField(null=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("figures about customers")
        verbose_name_plural = _("figures about customers")
        default_permissions = ()

    def __str__(self) -> str:
        return f"engagement {self.date or '–'}"


def _cinema(*, db_constraint: bool = True) -> Any:
    return models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=db_constraint,
        related_name="+",
        verbose_name=_("cinema"),
    )


def _small(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=0)


class CustomerFigures(models.Model):
    """One customer, in the chain or in one cinema: at least one ticket for a past screening that was not refunded."""

    # The job alone writes the rows, from rows that exist: the database need not look up millions of keys again.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_constraint=False)
    order = models.ForeignKey(  # the last one of a guest
        "orders.Order", models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    cinema = _cinema(db_constraint=False)
    first_visit = models.DateField(_("first visit"))
    last_visit = models.DateField(_("last visit"))
    visits = count(_("visits"))
    year_visits = count(_("visits in 365 days"))
    tickets = count(_("tickets"))
    no_shows = count(_("no-shows"))
    refunds = count(_("tickets refunded"))
    spent = money(_("spent"))
    year_spent = money(_("spent in 365 days"))
    favourite_cinema = models.ForeignKey(
        "screenings.Cinema",
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("cinema"),
    )
    genre = models.ForeignKey(
        "screenings.Genre",
        models.SET_NULL,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("genre"),
    )
    daypart = models.PositiveSmallIntegerField(_("part of the day"), choices=Daypart, null=True)
    recency = _small(_("recency"))
    frequency = _small(_("frequency"))
    value = _small(_("value of the customer"))
    customer_group = models.CharField(_("group"), max_length=16, choices=CustomerGroup)

    class Meta:
        verbose_name = _("figures of a customer")
        verbose_name_plural = _("figures of customers")
        default_permissions = ()
        indexes = [
            models.Index(fields=["cinema", "last_visit"], name="customers_by_last_visit"),
            models.Index(fields=["cinema", "customer_group"], name="customers_by_group"),
        ]

    def __str__(self) -> str:
        return f"customer figures {self.pk}"

    @classmethod
    def forget_customer(cls, *, user: User | None, orders: Collection[int]) -> None:
        """See `accounts.services.forget_customer`."""
        cls._about(user, orders).delete()

    @classmethod
    def about_customer(cls, *, user: User | None, orders: Collection[int]) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        names = [each.name for each in cls._meta.concrete_fields if not each.is_relation and not each.primary_key]
        return list(cls._about(user, orders).order_by("pk").values("cinema__name", "genre__name", *names))

    @classmethod
    def _about(cls, user: User | None, orders: Collection[int]) -> models.QuerySet["CustomerFigures"]:
        return cls._default_manager.filter(Q(user=user, user__isnull=False) | Q(order__in=orders))


class ProfileFigures(models.Model):
    """How many customers have something in common, such as a favourite genre, and what they did in 365 days."""

    class Kind(models.TextChoices):
        GROUP = "GROUP", _("Group")
        SCORE = "SCORE", _("Recency and frequency")  # such as 5-3
        CINEMA = "CINEMA", _("Favourite cinema")
        GENRE = "GENRE", _("Favourite genre")
        DAYPART = "DAYPART", _("Favourite part of the day")

    cinema = _cinema()
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    key = models.CharField(_("what they have in common"), max_length=20)  # a primary key, a number, or a code
    customers = count(_("customers"))
    best = count(_("customers with the highest value"))
    visits = count(_("visits"))
    spent = money(_("spent"))

    class Meta:
        verbose_name = _("customers by profile")
        verbose_name_plural = _("customers by profile")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "kind"], name="profiles_of_cinema")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class CohortFigures(models.Model):
    """The customers whose first visit was in one month (`cohort`), in another month. Months are their first days."""

    cinema = _cinema()
    cohort = models.DateField(_("first visit in"))
    month = models.DateField(_("month"))
    customers = count(_("customers"))
    won_back = count(_("customers after a long time"))
    visits = count(_("visits"))
    tickets = count(_("tickets"))

    MEASURES: ClassVar = ("customers", "won_back", "visits", "tickets")

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "month"], name="cohorts_of_cinema")]

    def __str__(self) -> str:
        return f"{self.cohort}, {self.month}"


class ReminderFigures(models.Model):
    """Tickets of past screenings by month, and whether their owner was reminded. Of all customers, known or not."""

    class Kind(models.TextChoices):
        REMINDED = "REMINDED", _("Reminded")
        LATE = "LATE", _("Bought too late to be reminded")
        NO_ADDRESS = "NO_ADDRESS", _("No address")
        OTHER = "OTHER", _("Not reminded")

    MEASURES: ClassVar = ("sold", "refunded", "refunded_late", "used", "no_shows")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, db_index=False, related_name="+", verbose_name=_("cinema")
    )
    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    sold = count(_("tickets sold"))
    refunded = count(_("tickets refunded"))
    refunded_late = count(_("refunded after the time of the reminder"))
    used = count(_("guests admitted"))
    no_shows = count(_("no-shows"))

    class Meta:
        verbose_name = _("figures of reminders")
        verbose_name_plural = _("figures of reminders")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "month"], name="reminders_of_cinema")]

    def __str__(self) -> str:
        return f"{self.month} {self.kind}"


class PromocodeFigures(models.Model):
    """Paid orders of known customers with a promo code, by the month of the payment."""

    MEASURES: ClassVar = ("orders", "first_orders", "won_back", "stayed", "spent")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, db_index=False, related_name="+", verbose_name=_("cinema")
    )
    month = models.DateField(_("month"))
    promocode = models.ForeignKey(
        "orders.Promocode", models.PROTECT, db_index=False, related_name="+", verbose_name=_("promo code")
    )
    orders = count(_("orders"))
    first_orders = count(_("first orders"))
    won_back = count(_("customers after a long time"))
    stayed = count(_("of them ordered again"))
    spent = money(_("spent by those who came back"))

    class Meta:
        verbose_name = _("figures of promo codes")
        verbose_name_plural = _("figures of promo codes")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "month"], name="promocodes_of_cinema")]

    def __str__(self) -> str:
        return f"{self.promocode}, {self.month}"
