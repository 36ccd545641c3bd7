"""Reports that are e-mailed regularly: which, how often and to whom, and the periods for which that is done."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cinema.history import History
from house_rules.languages import offered_languages
from reports.models.files import ReportFile


class ReportSchedule(models.Model):
    """A report that is e-mailed to members of staff for each day or week of some cinemas, once it is closed."""

    class Rhythm(models.TextChoices):
        DAY = "DAY", _("Every business day, once it is closed")
        WEEK = "WEEK", _("Every week of the cinema, once its last day is closed")

    class Compare(models.TextChoices):
        BEFORE = "before", _("The period before")
        YEAR = "year", _("The same weeks a year before")

        __empty__ = _("Nothing")

    report = models.CharField(_("report"), max_length=40)  # a key of `reports.catalogue.files.REPORTS`
    by = models.CharField(_("rows of takings"), max_length=20, blank=True)  # a key of `reports.catalogue.takings`
    compare = models.CharField(_("compare takings with"), max_length=8, blank=True, choices=Compare)
    cinemas = models.ManyToManyField("screenings.Cinema", related_name="+", verbose_name=_("cinemas"))
    rhythm = models.CharField(_("rhythm"), max_length=4, choices=Rhythm, default=Rhythm.DAY)
    format = models.CharField(_("format"), max_length=4, choices=ReportFile.Format, default=ReportFile.Format.PDF)
    language = models.CharField(_("language"), max_length=8, choices=offered_languages)
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        verbose_name=_("recipients"),
        help_text=_("Staff who may see this report and all of its cinemas. Who loses that right gets nothing."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # What was closed before is not sent: nobody gets a week of old reports when a schedule is created or resumed.
    since = models.DateTimeField(_("since"), editable=False)

    history = History(
        "report", "by", "compare", "rhythm", "format", "language", "is_active", many=["cinemas", "recipients"]
    )

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        default_permissions = ("view", "add", "change")
        permissions = [("resend_reportschedule", "Send a scheduled report that failed again")]
        ordering = ["report", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rhythm__in=("DAY", "WEEK")), name="report_rhythm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.get_rhythm_display()}"

    @property
    def parameters(self) -> dict[str, str]:
        return {name: value for name, value in (("by", self.by), ("compare", self.compare)) if value}


class ReportMailingQuerySet(models.QuerySet["ReportMailing"]):
    def under_way(self) -> "ReportMailingQuerySet":
        """Without those of schedules that were switched off, or switched off and on again, since."""
        return self.filter(schedule__is_active=True, created_at__gte=F("schedule__since"))

    def to_send(self, at: datetime) -> "ReportMailingQuerySet":
        """Those whose file is ready, could not be made, or is not there any more."""
        made = Q(file__status__in=(ReportFile.Status.READY, ReportFile.Status.FAILED), file__finished_at__lte=at)
        gone = Q(file__isnull=True, created_at__lte=at)
        return self.under_way().filter(made | gone, status=ReportMailing.Status.WAITING)

    def to_repeat(self, at: datetime) -> "ReportMailingQuerySet":
        """Those that failed and are to be tried again by now."""
        return self.failed().filter(next_attempt_at__lte=at)

    def failed(self) -> "ReportMailingQuerySet":
        return self.under_way().filter(status=ReportMailing.Status.FAILED)


class ReportMailing(models.Model):
    """One day or week of a scheduled report. There is one row for each, so it is never sent twice."""

    class Status(models.TextChoices):
        WAITING = "WAITING", _("Being prepared")
        SENT = "SENT", _("Sent")
        FAILED = "FAILED", _("Failed")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        Status.WAITING: {Status.SENT, Status.FAILED},
        Status.SENT: set(),
        Status.FAILED: {Status.WAITING},
    }

    schedule = models.ForeignKey(
        ReportSchedule, models.PROTECT, related_name="mailings", verbose_name=_("scheduled report")
    )
    first = models.DateField(pgettext_lazy("day", "from"))
    last = models.DateField(pgettext_lazy("day", "to"))
    cinemas = models.JSONField(default=list)  # primary keys of the cinemas that the rows belong to
    file = models.OneToOneField(
        ReportFile, models.SET_NULL, null=True, blank=True, related_name="mailing", verbose_name=_("file")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    recipients = models.PositiveSmallIntegerField(_("recipients"), default=0)
    problem = models.CharField(_("problem"), max_length=250, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)

    FREE_TEXT: ClassVar = ["problem"]

    objects = ReportMailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail with a report")
        verbose_name_plural = _("e-mails with reports")
        default_permissions = ()  # whoever may view a schedule sees what was sent
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="report_mailing_due")]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "first", "last"], name="one_report_mailing_a_period"),
            models.CheckConstraint(condition=Q(status__in=("WAITING", "SENT", "FAILED")), name="mailing_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule.report} {self.first:%Y-%m-%d} – {self.last:%Y-%m-%d}"
