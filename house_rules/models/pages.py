"""The pages that the chain writes for its customers, in all their versions, and which terms an order was sold under."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cinema.history import History


class ChainPage(models.Model):
    """A page such as the terms of sale. Its texts are `PageVersion`s: see `house_rules.pages`."""

    class Kind(models.TextChoices):
        TERMS = "TERMS", _("Terms of sale")
        PRIVACY = "PRIVACY", _("Privacy policy")
        REFUNDS = "REFUNDS", _("Refunds")
        HELP = "HELP", _("Help")
        OTHER = "OTHER", _("Other page")

    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind,
        help_text=_(
            "One page of each kind, and any number of other pages. The checkout links to the terms of sale and the "
            "privacy policy."
        ),
    )
    slug = models.SlugField(
        _("address"),
        max_length=40,
        unique=True,
        help_text=_("The end of the page’s address, such as “terms”: letters, digits and hyphens."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The lowest comes first."))
    in_footer = models.BooleanField(_("linked beneath every page"), default=True)

    history = History("kind", "slug", "position", "in_footer")

    class Meta:
        verbose_name = _("page of the shop")
        verbose_name_plural = _("pages of the shop")
        default_permissions = ("view", "add", "change")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=~Q(kind="OTHER"),
                name="one_page_a_kind",
                violation_error_message=_("There is already a page of this kind. Change that one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} (/{self.slug}/)"


class PageVersion(models.Model):
    """A text of a page in one language, as it was published. Rows never change: orders were sold under them."""

    page = models.ForeignKey(ChainPage, models.PROTECT, related_name="versions", verbose_name=_("page"))
    language = models.CharField(_("language"), max_length=10)
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=100_000)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("version of a page")
        verbose_name_plural = _("versions of pages")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["page", "language", "number"], name="one_page_version_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1) & ~Q(title="") & ~Q(text=""), name="page_version_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, {self.number})"


class AgreedTerms(models.Model):
    """The version of the terms of sale that the customer was shown when they placed the order."""

    order = models.OneToOneField(
        "orders.Order", models.PROTECT, related_name="agreed_terms", verbose_name=_("order"), primary_key=True
    )
    version = models.ForeignKey(PageVersion, models.PROTECT, related_name="+", verbose_name=_("version of a page"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("agreed terms of sale")
        verbose_name_plural = _("agreed terms of sale")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def about_customer(cls, *, orders: Any, **_user: Any) -> list[dict[str, Any]]:
        """See `accounts.services.rows_about_customer`."""
        rows: Any = cls._default_manager.filter(order__in=orders)
        return list(rows.values("order", "version__title", "version__language", "version__number", "at"))
