"""The form that asks for a report as a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.reports.forms import LONGEST
from backoffice.reports.takings_form import TakingsForm
from reports.catalogue.files import listed_reports
from reports.catalogue.programme import RANKED_BY
from reports.catalogue.takings import DIMENSIONS
from reports.models import ReportFile
from screenings.models import Cinema

TAKINGS = "takings"
OF_TAKINGS = ("film", "compare", "other_first", "other_last")


class FileForm(TakingsForm):
    """Offers the reports whose rows the person may see. What takings are about is asked for them alone."""

    report = forms.ChoiceField(label=_("Report"))
    by = forms.ChoiceField(
        label=_("Rows of takings"), required=False, choices=[(key, each.title) for key, each in DIMENSIONS.items()]
    )
    rank = forms.ChoiceField(  # of films: it comes with the page's choices
        required=False, choices=[(key, key) for key in RANKED_BY], widget=forms.HiddenInput
    )
    format = forms.ChoiceField(label=_("Format"), choices=ReportFile.Format)

    days_shown = 30
    longest_by_screening = LONGEST
    field_order = ["report", "cinema", "first", "last", "by", *OF_TAKINGS, "format"]

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], person: Any, at: datetime) -> None:
        listed = listed_reports()
        allowed = [(name, each.title) for name, each in listed.items() if person.has_perm(each.permission)]
        defaults = {"report": allowed[0][0] if allowed else "", "format": ReportFile.Format.XLSX}
        given = {**defaults, **data.dict()}
        if given["report"] != TAKINGS:
            given |= dict.fromkeys(OF_TAKINGS, "")
        super().__init__(given, cinemas=cinemas, at=at)
        self.fields["report"].choices = allowed  # type: ignore[attr-defined]

    def cinemas_of_rows(self) -> list[Cinema]:
        """All cinemas that the file is about: another one that takings are compared with too."""
        against = self.cleaned_data.get("against")
        return list(against.period.cinemas if against else self.period().cinemas)

    def parameters(self) -> dict[str, str]:
        """What is stored with the file, besides cinemas and dates: see `reports.catalogue.files.takings_file`."""
        chosen = {name: str(self[name].value() or "") for name in ("cinema", "by", "film", "compare", "rank")}
        if not chosen["compare"].startswith("cinema:"):
            del chosen["cinema"]  # the cinemas of the file say it
        if chosen["compare"] == "dates":
            chosen |= {name: self.cleaned_data[name].isoformat() for name in ("other_first", "other_last")}
        return {name: value for name, value in chosen.items() if value}
