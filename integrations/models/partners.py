"""Partners of the public API, their keys, and the requests that must not be done twice."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cinema.history import History

PREFIX_LENGTH = 12


class Partner(models.Model):
    """Another system that uses the API, and what it may do. Its orders stay its own when its keys change."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    cinemas = models.ManyToManyField(
        "screenings.Cinema",
        blank=True,
        related_name="+",
        verbose_name=_("cinemas"),
        help_text=_("Where the partner may sell. Without any, nowhere."),
    )
    all_cinemas = models.BooleanField(_("all cinemas"), default=False)
    may_sell = models.BooleanField(
        _("may sell"), default=False, help_text=_("See seats, hold them, have them paid, and cancel unpaid orders.")
    )
    may_refund = models.BooleanField(
        _("may refund"), default=False, help_text=_("Refund its own orders by the rules for customers.")
    )
    may_pay_on_account = models.BooleanField(
        _("may pay on account"),
        default=False,
        help_text=_("Take the customers’ money itself and get an invoice from you. There is no limit."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    FREE_TEXT: ClassVar = ["name"]
    history = History(
        "name", "all_cinemas", "may_sell", "may_refund", "may_pay_on_account", "is_active", many=["cinemas"]
    )

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        permissions = [("issue_apikey", "Make and revoke API keys")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def may_use(self, cinema: int) -> bool:
        """Whether the partner may sell in the cinema with this primary key. At most one query."""
        return self.all_cinemas or self.cinemas.filter(pk=cinema).exists()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self, at: datetime) -> "ApiKeyQuerySet":
        """Keys that work at `at`: neither revoked nor expired."""
        unlimited = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
        return self.filter(unlimited, revoked_at__isnull=True, partner__is_active=True)


class ApiKey(models.Model):
    """A key of a partner. Only its hash is stored: the key itself is shown once, when it is made."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="keys", verbose_name=_("partner"))
    prefix = models.CharField(_("begins with"), max_length=PREFIX_LENGTH, unique=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(pgettext_lazy("key", "made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        default_permissions = ("view",)
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def is_valid(self, at: datetime) -> bool:
        """The same condition as `ApiKey.objects.valid` for the key's own columns. No query."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class ApiRequest(models.Model):
    """A request that was done, by its Idempotency-Key: sent again, it is answered from here."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="requests", verbose_name=_("partner"))
    key = models.CharField(max_length=64)  # its SHA-256: partners choose it, and may name people
    digest = models.CharField(max_length=64)  # of the request
    at = models.DateTimeField(_("time"))
    order = models.ForeignKey(
        "orders.Order", models.PROTECT, null=True, related_name="api_requests", verbose_name=_("order")
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="+", verbose_name=_("refund"), db_index=False
    )

    class Meta:
        verbose_name = _("API request")
        verbose_name_plural = _("API requests")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="one_api_request_a_key")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.key}"
