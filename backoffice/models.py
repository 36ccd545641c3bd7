"""Files that staff import in the background, and their rows until they are stored."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: How long a file's rows are kept if they were refused, or if the preview was not confirmed.
KEPT = timedelta(days=7)


class FileImportQuerySet(models.QuerySet["FileImport"]):
    def to_read(self, at: datetime) -> "FileImportQuerySet":
        return self.filter(status=FileImport.Status.UPLOADED, uploaded_at__lte=at)

    def to_store_whole(self, at: datetime) -> "FileImportQuerySet":
        return self.filter(status=FileImport.Status.STORING, stores_valid_rows=False, confirmed_at__lte=at)

    def to_forget(self, at: datetime) -> "FileImportQuerySet":
        return self.filter(uploaded_at__lte=at - KEPT).exclude(status=FileImport.Status.STORING)


class FileImport(models.Model):
    """A file that somebody imports. Its content is deleted once it is read, its rows once they are stored."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", _("Waiting")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked")
        STORING = "STORING", _("Being imported")
        STORED = "STORED", _("Imported")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.UPLOADED: {Status.CHECKING, Status.FAILED},
        Status.CHECKING: {Status.CHECKED, Status.FAILED},
        Status.CHECKED: {Status.STORING},
        Status.STORING: {Status.STORED, Status.CHECKING, Status.CHECKED, Status.FAILED},
        Status.STORED: set(),
        Status.FAILED: set(),
    }
    FREE_TEXT: ClassVar = ["headers", "problem"]

    model = models.CharField(max_length=60)  # such as screenings.film
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=Status, default=Status.UPLOADED)
    headers = models.JSONField(default=list, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    added_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    stores_valid_rows = models.BooleanField(default=False)  # otherwise all or none
    problem = models.TextField(blank=True)
    uploaded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = FileImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status"], name="file_import_status"),
            models.Index(fields=["uploaded_at"], name="file_import_age"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it waits for the job rather than for a person."""
        return self.status in (self.Status.UPLOADED, self.Status.CHECKING, self.Status.STORING)


class FileImportPart(models.Model):
    """A piece of an uploaded file. It lies in the database, since web server and jobs may run on different machines."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file_import", "number"], name="one_part_a_number")]

    def __str__(self) -> str:
        return f"{self.file_import_id}: {self.number}"


class FileImportRowQuerySet(models.QuerySet["FileImportRow"]):
    def to_check(self, at: datetime) -> "FileImportRowQuerySet":
        return self.filter(outcome="", file_import__status=FileImport.Status.CHECKING, file_import__uploaded_at__lte=at)

    def to_store(self, at: datetime) -> "FileImportRowQuerySet":
        return self.wanted().filter(
            file_import__status=FileImport.Status.STORING,
            file_import__stores_valid_rows=True,
            file_import__confirmed_at__lte=at,
        )

    def wanted(self) -> "FileImportRowQuerySet":
        """The rows that are to be stored and are not yet: new ones, and ticked changes."""
        outcomes = FileImportRow.Outcome
        return self.filter(Q(outcome=outcomes.NEW) | Q(outcome=outcomes.CHANGED, is_ticked=True), is_stored=False)


class FileImportRow(models.Model):
    """A row of a file, and what importing it would do."""

    class Outcome(models.TextChoices):
        NEW = "new"
        CHANGED = "changed"
        SAME = "same"
        REFUSED = "refused"

    FREE_TEXT: ClassVar = ["cells", "changes", "errors"]

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True)  # empty until it is checked
    name = models.CharField(max_length=250, blank=True)
    changes = models.JSONField(default=list, blank=True)  # [column, text before or null, text after]
    errors = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=32, blank=True)  # of what the preview shows
    is_ticked = models.BooleanField(default=True)  # whether a change is wanted
    is_stored = models.BooleanField(default=False)

    objects = FileImportRowQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["file_import", "number"]
        constraints = [models.UniqueConstraint(fields=["file_import", "number"], name="one_row_a_number")]
        indexes = [models.Index(fields=["file_import", "outcome", "number"], name="file_row_outcome")]

    def __str__(self) -> str:
        return f"{self.file_import_id}: {self.number}"
