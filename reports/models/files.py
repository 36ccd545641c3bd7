"""Reports as files that staff ask for: the job `build_reports` makes them, and deletes them after `KEPT`."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import MarketingConsent

KEPT = timedelta(days=30)


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    def to_build(self, at: datetime) -> "ReportFileQuerySet":
        """Files that nobody builds now: asked for, to be tried again, or left by a builder that was killed."""
        waiting = [ReportFile.Status.QUEUED, ReportFile.Status.BUILDING]
        return self.filter(status__in=waiting, next_attempt_at__lte=at)

    def to_forget(self, at: datetime) -> "ReportFileQuerySet":
        return self.filter(asked_at__lte=at - KEPT).exclude(status=ReportFile.Status.BUILDING)

    def outdated(self, at: datetime) -> "ReportFileQuerySet":
        """Files that name customers, once they expire or somebody has withdrawn a consent since."""
        withdrawn = (
            MarketingConsent.objects.news().counting().filter(is_given=False, at__gte=OuterRef("asked_at"), at__lte=at)
        )
        wrong = Q(expires_at__lte=at) | Q(Exists(withdrawn), expires_at__gt=at)  # each side has the index
        return self.filter(wrong).exclude(status=ReportFile.Status.BUILDING)


class ReportFile(models.Model):
    """A report that somebody asked for as a file: what it is about, how far it is, and where its content is stored."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        BUILDING = "BUILDING", _("Being made")
        READY = "READY", _("Ready")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.QUEUED: {Status.BUILDING, Status.FAILED},
        Status.BUILDING: {Status.BUILDING, Status.QUEUED, Status.READY, Status.FAILED},  # again: its builder was killed
        Status.READY: set(),
        Status.FAILED: {Status.QUEUED},
    }

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the name in the storage begins with it
    report = models.CharField(max_length=40)  # a key of `reports.catalogue.files.REPORTS`
    parameters = models.JSONField(default=dict, blank=True)  # what the report is about, besides cinemas and dates
    cinemas = models.JSONField(default=list)  # primary keys of the cinemas that the rows belong to
    first = models.DateField()
    last = models.DateField()
    format = models.CharField(max_length=4, choices=Format)
    language = models.CharField(max_length=10)
    # Who asked for it; nobody for the file of a `ReportMailing`, which its recipients may have.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    rows_done = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(null=True, blank=True)
    name = models.CharField(max_length=100, blank=True)  # in the storage `reports`; only once it is ready
    size = models.PositiveBigIntegerField(default=0)  # bytes
    highlights = models.JSONField(default=list, blank=True)  # the totals of the table: pairs of label and text
    problem = models.CharField(max_length=250, blank=True)  # why it failed, for the person
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # of a file that names customers, and no others
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True)

    FREE_TEXT: ClassVar = ["problem"]

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("report file")
        verbose_name_plural = _("report files")
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="report_file_to_build"),
            models.Index(fields=["asked_at"], name="report_file_age"),
            models.Index(fields=["expires_at"], name="report_file_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.report}.{self.format}"

    @classmethod
    def forget_customer(cls, **_customer: Any) -> None:
        """Files that name customers may name this one: the job deletes all of them. See `accounts.services`."""
        cls._default_manager.filter(expires_at__isnull=False).update(expires_at=Now())

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.BUILDING)

    def storage_name(self, attempt: int) -> str:
        """Each attempt writes to a name of its own, so that two builders never write to one file."""
        return f"{self.uid}-{attempt}.{self.format}"
