from django.apps import apps
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jobs.titles import TITLES

JOB_NAME_LENGTH = 100


class RunOutcome(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    SUCCEEDED = "SUCCEEDED", _("Succeeded")
    FAILED = "FAILED", _("Failed")


class JobRun(models.Model):
    """One pass of one job, stored when it starts and updated when it ends, since cron discards output.

    A pass that was killed has no `finished_at`; it stays RUNNING until the job's next pass marks it FAILED.
    """

    job = models.CharField(_("job"), max_length=JOB_NAME_LENGTH)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    at = models.DateTimeField(
        _("as of"),
        help_text=_("The moment the job treated as the current time. It is in the past when a run was repeated later."),
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=RunOutcome, default=RunOutcome.RUNNING)
    host = models.CharField(_("host"), max_length=255)
    database = models.CharField(_("database"), max_length=255)
    done = models.PositiveIntegerField(_("done"), default=0)
    passed_over = models.PositiveIntegerField(
        _("skipped"),
        default=0,
        help_text=_(
            "Rows that no longer needed processing when the job reached them, or that wait for a decision by "
            "someone else."
        ),
    )
    failed = models.PositiveIntegerField(_("failed"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at", "-pk"]
        indexes = [
            # For a job's last run, and for deleting its old runs.
            models.Index(fields=["job", "started_at"], name="jobrun_job_started"),
            # For the admin's list of all runs, newest first.
            models.Index(fields=["started_at"], name="jobrun_started"),
        ]

    def __str__(self) -> str:
        return f"{TITLES.get(self.job, self.job)}, {date_format(localtime(self.started_at), 'j E H:i:s')}"


class QuarantinedRow(models.Model):
    """A row on which a job raised an error: skipped, retried after increasing waits, and finally given up.

    Deleted as soon as the job succeeds on the row or the row is no longer due.
    """

    job = models.CharField(_("job"), max_length=JOB_NAME_LENGTH)
    row = models.CharField(
        pgettext_lazy("database", "row"),
        max_length=150,
        help_text=_("Table and row number, such as orders.order:123."),
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    first_failed_at = models.DateTimeField(_("first failure"))
    next_attempt_at = models.DateTimeField(
        _("next attempt"),
        null=True,
        blank=True,
        help_text=_("Empty if there will be no more automatic attempts. Use “Retry now” to try again."),
    )

    class Meta:
        verbose_name = _("failed row")
        verbose_name_plural = _("failed rows")
        permissions = [("retry_quarantinedrow", "Retry a failed row")]
        ordering = ["-first_failed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["job", "row"], name="quarantined_once_a_job")]

    def __str__(self) -> str:
        return f"{TITLES.get(self.job, self.job)}: {self.row_description}"

    @property
    def row_description(self) -> str:
        """The row for people, such as `order 123`."""
        table, _colon, key = self.row.partition(":")
        try:
            return f"{apps.get_model(table)._meta.verbose_name} {key}"
        except (LookupError, ValueError):  # the model no longer exists
            return self.row


class JobLease(models.Model):
    """Which process runs a job now (`holder` is empty if none does), and when its lease ends unless it is renewed."""

    job = models.CharField(_("job"), max_length=JOB_NAME_LENGTH, unique=True)
    holder = models.CharField(_("held by"), max_length=300, blank=True)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("job lock")
        verbose_name_plural = _("job locks")
        ordering = ["job"]

    def __str__(self) -> str:
        return str(TITLES.get(self.job, self.job))
