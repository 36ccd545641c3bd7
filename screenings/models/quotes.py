"""Prices that were computed for sessions, each with what it was computed from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cinema.money import MoneyField, between


class PriceQuote(models.Model):
    """A price of a session from `at` until its next quote, and everything that led to it. Rows never change.

    The app `pricing` writes them. `list_price` is the session's ticket price at that time, `lowest` and `highest` are
    the published bounds. `inputs`, `inputs_hash`, `reasons` and `policy` are those of `pricing.quotes.price_quote`.
    """

    session = models.ForeignKey(
        "screenings.Session", models.PROTECT, related_name="price_quotes", verbose_name=_("screening")
    )
    at = models.DateTimeField(_("time"))
    price = MoneyField(_("price"))
    list_price = MoneyField(_("list price"))
    lowest = MoneyField(_("lowest price"))
    highest = MoneyField(_("highest price"))
    # False: the adaptive price ended, and the session has its ticket price again.
    is_adaptive = models.BooleanField(_("adaptive"), default=True)
    inputs = models.JSONField(_("inputs"))
    inputs_hash = models.CharField(_("hash of the inputs"), max_length=64)
    reasons = models.JSONField(_("reasons"))
    policy = models.CharField(_("policy"), max_length=40)
    version = models.CharField(_("version of the rules"), max_length=40)

    class Meta:
        verbose_name = _("price quote")
        verbose_name_plural = _("price quotes")
        default_permissions = ("view",)
        ordering = ["session", "-at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "at"], name="one_price_quote_a_session_and_time"),
            between("price", name="price_quote_bounded"),
            between("list_price", name="price_quote_list_price_bounded"),
            between("lowest", name="price_quote_lowest_bounded"),
            between("highest", name="price_quote_highest_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.price}"


class PriceParts(models.Model):
    """The columns of what was sold for a seat: its price, and what that came from; `screenings.ticket_price.Quote`.

    What was sold before the parts were kept has the price alone.
    """

    price = MoneyField(_("price"))
    base_price = MoneyField(_("base price"), null=True, editable=False)
    percent = models.PositiveSmallIntegerField(_("percentage of the price"), null=True, editable=False)
    surcharge = MoneyField(_("surcharge"), null=True, editable=False)
    price_quote = models.ForeignKey(
        PriceQuote,
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("price quote"),
    )

    class Meta:
        abstract = True
        constraints = [
            between("base_price", name="%(class)s_base_price_bounded"),
            between("percent", 0, 100, name="%(class)s_percent_bounded"),
            between("surcharge", name="%(class)s_surcharge_bounded"),
            models.CheckConstraint(
                condition=models.Q(base_price__isnull=True, percent__isnull=True, surcharge__isnull=True)
                | models.Q(base_price__isnull=False, percent__isnull=False, surcharge__isnull=False),
                name="%(class)s_price_parts_complete",
            ),
        ]
