"""Batches of promo codes, each for one order."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Promocode


class CodeBatchQuerySet(models.QuerySet["CodeBatch"]):
    def with_counts(self) -> "CodeBatchQuerySet":
        """With `used`, how many of the codes have an order now, and `left`, how many can still get one."""
        unused = Q(codes__promocode__used_count=0)
        return self.annotate(
            used=Count("codes", filter=~unused),
            left=Count("codes", filter=unused & Q(codes__promocode__is_active=True)),
        )


class CodeBatch(models.Model):
    """Codes that were made at once, with the discount and the conditions that their pattern had then."""

    MOST = 10_000

    name = models.CharField(_("what for"), max_length=80)
    pattern = models.ForeignKey(
        Promocode, models.PROTECT, related_name="batches", verbose_name=_("like the promo code")
    )
    size = models.PositiveIntegerField(_("codes"))
    made_at = models.DateTimeField(_("codes made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    exported_at = models.DateTimeField(_("exported"), null=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("exported by")
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("stopped by")
    )

    objects = CodeBatchQuerySet.as_manager()

    FREE_TEXT: ClassVar = ["name"]

    class Meta:
        verbose_name = _("batch of promo codes")
        verbose_name_plural = _("batches of promo codes")
        default_permissions = ("view",)
        permissions = [
            ("make_codebatch", "Make a batch of promo codes"),
            ("export_codebatch", "Export the codes of a batch, once"),
            ("stop_codebatch", "Stop promo codes of a batch"),
        ]
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=10_000), name="codebatch_size_bounded"),
            models.CheckConstraint(
                condition=Q(exported_at=None, exported_by=None)
                | Q(exported_at__isnull=False, exported_by__isnull=False),
                name="codebatch_exported_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stopped_by=None) | Q(stopped_at__isnull=False, stopped_by__isnull=False),
                name="codebatch_stopped_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BatchCode(models.Model):
    """One promo code of a batch. Rows never change: uses are counted by the promo code itself."""

    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes", verbose_name=_("batch"))
    promocode = models.OneToOneField(Promocode, models.PROTECT, related_name="of_batch", verbose_name=_("promo code"))

    class Meta:
        verbose_name = _("code of a batch")
        verbose_name_plural = _("codes of batches")
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        """Without the code, which is money to whoever reads it."""
        return f"{self.batch} {self.pk}"
