"""The form that asks for a report as a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.reports.forms import PeriodForm
from reports.catalogue.files import listed_reports
from reports.catalogue.takings import DIMENSIONS
from reports.models import ReportFile
from screenings.models import Cinema


class FileForm(PeriodForm):
    """Offers the reports whose rows the person may see."""

    report = forms.ChoiceField(label=_("Report"))
    by = forms.ChoiceField(
        label=_("Rows of takings"), required=False, choices=[(key, each.title) for key, each in DIMENSIONS.items()]
    )
    format = forms.ChoiceField(label=_("Format"), choices=ReportFile.Format)

    days_shown = 30
    field_order = ["report", "by", "cinema", "first", "last", "format"]

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], person: Any, at: datetime) -> None:
        listed = listed_reports()
        allowed = [(name, each.title) for name, each in listed.items() if person.has_perm(each.permission)]
        defaults = {"report": allowed[0][0] if allowed else "", "format": ReportFile.Format.XLSX}
        super().__init__({**defaults, **data.dict()}, cinemas=cinemas, at=at)
        self.fields["report"].choices = allowed  # type: ignore[attr-defined]
