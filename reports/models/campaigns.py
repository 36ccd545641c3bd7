"""Campaigns: a name, a link to the shop and perhaps a promo code, and what each of them brought.

A visit by a link is one more in the row of its day. No row says who came, or when.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cinema.history import History
from reports.models.figures import count, money

KEY = r"[a-z0-9-]{3,40}"


def new_key() -> str:
    return get_random_string(8, "abcdefghjkmnpqrstuvwxyz23456789")


class Campaign(models.Model):
    """A newsletter, an advertisement or a poster. It counts what was bought after its link or with its promo code."""

    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(
        _("link code"),
        max_length=40,
        unique=True,
        default=new_key,
        validators=[RegexValidator(rf"\A{KEY}\Z", _("Use 3 to 40 small Latin letters, digits and hyphens."))],
        help_text=_("Stands in the link. Once the link is published, a change of the code loses its visitors."),
    )
    promocode = models.OneToOneField(
        "orders.Promocode",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("promo code"),
        help_text=_("Orders with this code count for the campaign, unless they came by the link of another one."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick to count no more visits by the link.")
    )

    history = History("name", "key", "promocode", "is_active")

    FREE_TEXT: ClassVar = ["name"]

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class CampaignVisits(models.Model):
    """How many visits began by the link of a campaign on a date of the server's time zone."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_index=False, related_name="visits", verbose_name=_("campaign")
    )
    date = models.DateField(_("date"))
    visits = count(_("visits"))

    class Meta:
        verbose_name = _("visits by a link")
        verbose_name_plural = _("visits by links")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["campaign", "date"], name="campaign_visits_of_a_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.date}: {self.visits}"


class CampaignOrder(models.Model):
    """An order of somebody who came by the link of a campaign."""

    order = models.OneToOneField("orders.Order", models.PROTECT, primary_key=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("order by a link")
        verbose_name_plural = _("orders by links")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.order_id}: {self.campaign_id}"

    @classmethod
    def about_customer(cls, *, user: User | None, orders: Collection[int]) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        own = models.Q(order__in=orders) | models.Q(order__user=user, order__user__isnull=False)
        rows = cls._default_manager.filter(own).order_by("pk").values("order__number", "campaign__name")
        return [dict(row) for row in rows]


class CampaignFigures(models.Model):
    """Paid orders that a campaign brought, by the month of the payment. The job `refresh_engagement` writes them."""

    MEASURES: ClassVar = ("orders", "by_link", "takings")

    cinema = models.ForeignKey(
        "screenings.Cinema", models.PROTECT, db_index=False, related_name="+", verbose_name=_("cinema")
    )
    month = models.DateField(_("month"))
    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False, related_name="+", verbose_name=_("campaign"))
    orders = count(_("orders"))
    by_link = count(_("orders by the link"))
    takings = money(_("takings"))

    class Meta:
        verbose_name = _("figures of campaigns")
        verbose_name_plural = _("figures of campaigns")
        default_permissions = ()
        indexes = [models.Index(fields=["cinema", "month"], name="campaigns_of_cinema")]

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.month}"
