"""What the pages of the programme ask for. Days and times are the cinema's own."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.framework.actions import ActionForm, SummaryItem
from cinema.local_time import is_valid_year, validate_year
from cinema.validators import LONGEST_REASON
from screenings.errors import AmbiguousTime, ImpossibleHall, NonexistentTime
from screenings.hall_layout import HallLayout, lay_out
from screenings.models import Cinema, Film, Hall, Seat, Session
from screenings.services import CopyResult, copy_day, copy_week
from screenings.services.halls import seats_of
from screenings.times import as_instant


class Native(UnfoldAdminTextInputWidget):
    """The browser's own field for a day or a time: it speaks the person's language, also on a phone."""

    def __init__(self, input_type: str, shown: str) -> None:
        self.input_type, self.shown = input_type, shown
        super().__init__()

    def format_value(self, value: Any) -> str | None:
        return value.strftime(self.shown) if hasattr(value, "strftime") else value


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(validators=[validate_year], widget=Native("date", "%Y-%m-%d"), **kwargs)


def instant_field(**kwargs: Any) -> forms.DateTimeField:
    """An instant by the clocks that are in force: on an action's page the cinema's."""
    return forms.DateTimeField(validators=[validate_year], widget=Native("datetime-local", "%Y-%m-%dT%H:%M"), **kwargs)


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_REASON, "widget": UnfoldAdminTextInputWidget(), **kwargs})


class PreviewedForm(ActionForm):
    """Shown once more with what would come of it; it counts when sent as it was shown."""

    looked = forms.CharField(widget=forms.HiddenInput, required=False)

    def needs_confirmation(self) -> bool:
        seen = repr(sorted((name, str(value)) for name, value in self.cleaned_data.items() if name != "looked"))
        if self.cleaned_data["looked"] == seen:
            return False
        self.data = {name: self.data[name] for name in self.data} | {"looked": seen}
        return True

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data

    @property
    def given(self) -> dict[str, Any]:
        """What the service is called with."""
        return {name: value for name, value in self.cleaned_data.items() if name != "looked"}


# --- The programme


class ScheduleForm(ActionForm):
    film = forms.ModelChoiceField(Film.objects.all(), label=_("Film"), widget=UnfoldAdminSelectWidget())
    hall = forms.ModelChoiceField(Hall.objects.none(), label=_("Hall"), widget=UnfoldAdminSelectWidget())
    day = day_field(label=_("Day"))
    time = forms.TimeField(label=_("Time"), widget=Native("time", "%H:%M"))
    which = forms.TypedChoiceField(
        label=_("Which one"), required=False, empty_value=None, coerce=int, widget=forms.HiddenInput
    )
    ticket_price = forms.DecimalField(
        label=_("Ticket price"), min_value=0, max_digits=10, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget()
    )
    format = forms.ChoiceField(choices=Session.Format, label=_("Format"), widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cinema: Cinema = self.row
        self.fields["hall"].queryset = cinema.halls.all()  # type: ignore[attr-defined]
        self.fields["time"].help_text = gettext("Local time of %(cinema)s (%(zone)s).") % {
            "cinema": cinema,
            "zone": cinema.time_zone,
        }
        self.fields["which"].choices = [(0, ""), (1, "")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "day" not in given or "time" not in given:
            return given
        wall_clock = datetime.combine(given["day"], given["time"].replace(tzinfo=None))
        fold: Literal[0, 1] | None = given.get("which")
        try:
            given["start"] = as_instant(wall_clock, self.row.zone, fold=fold)
        except NonexistentTime as refused:
            self.add_error("time", str(refused))
        except AmbiguousTime as refused:
            choices = [
                (number, f"{each:%H:%M} {each.tzname()} ({each:%z})") for number, each in enumerate(refused.choices)
            ]
            self.fields["which"].choices = choices  # type: ignore[attr-defined]
            self.fields["which"].widget = UnfoldAdminSelectWidget(choices=[("", "–"), *choices])
            self.add_error("which", str(refused))
        return given


class CopyForm(PreviewedForm):
    """What would be made and what would not, before it is."""

    def result(self) -> CopyResult:
        raise NotImplementedError

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        result = self.result()
        yield (
            gettext("Will be added"),
            _lines(str(made) + f", {made.hall.name}" for made in result.created) or gettext("nothing"),
        )
        if result.skipped:
            yield (
                gettext("Will be skipped"),
                _lines(f"{each.session}: {each.reason}" for each in result.skipped),
            )


class CopyDayForm(CopyForm):
    day = day_field(label=_("Copy the day"))
    to = day_field(label=_("Copy to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = _day_of(self.initial.get("day")) or self.row.local(self.at).date()
        self.initial["day"], self.initial["to"] = first, first + timedelta(days=1)

    def result(self) -> CopyResult:
        return copy_day(self.row, **self.given, at=self.at, dry_run=True)


class CopyWeekForm(CopyForm):
    monday = day_field(label=_("Copy the week starting"), help_text=_("Seven days, starting on any day of the week."))
    to = day_field(label=_("To the week starting"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = _day_of(self.initial.get("monday")) or self.row.local(self.at).date()
        monday = first - timedelta(days=first.weekday())
        self.initial["monday"], self.initial["to"] = monday, monday + timedelta(days=7)

    def result(self) -> CopyResult:
        return copy_week(self.row, **self.given, at=self.at, dry_run=True)


def _day_of(value: Any) -> date | None:
    """A day that has neighbours, or none."""
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return day if is_valid_year(day) else None


def _lines(texts: Iterable[str]) -> str:
    return format_html_join("", "{}<br>", ((text,) for text in texts))


# --- Halls and their seats


class BuildHallForm(PreviewedForm):
    name = forms.CharField(label=_("Hall name"), max_length=80, widget=UnfoldAdminTextInputWidget())
    cleaning_minutes = forms.IntegerField(
        label=_("Cleaning (minutes)"), initial=15, min_value=0, max_value=240, widget=UnfoldAdminIntegerFieldWidget()
    )
    drawing = forms.CharField(
        label=_("Rows"),
        max_length=20_000,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "class": "font-mono", "spellcheck": "false"}),
        help_text=_(
            "One line per row, starting at the screen. One character per seat: s standard, v VIP, l "
            "love seat, w wheelchair space, c companion, _ gap (aisle)."
        ),
    )

    def clean_drawing(self) -> list[str]:
        rows = [row.strip() for row in self.cleaned_data["drawing"].strip().splitlines()]
        try:
            seats_of(rows)
        except ImpossibleHall as refused:
            raise forms.ValidationError(str(refused)) from refused
        return rows

    @property
    def layout(self) -> HallLayout | None:
        """What was typed, drawn."""
        return lay_out(seats_of(self.cleaned_data["drawing"])) if self.is_bound and self.is_valid() else None

    def summary(self) -> Iterable[SummaryItem]:
        if layout := self.layout:
            seats = ngettext("%(count)d seat", "%(count)d seats", len(layout.seats)) % {"count": len(layout.seats)}
            yield gettext("The hall will have"), seats
            yield gettext("Plan"), render_to_string("backoffice/screenings/plan.html", {"layout": layout})


class OutageForm(PreviewedForm):
    """Which seats of a hall are broken, and from when until when."""

    row_number = forms.IntegerField(
        label=_("Row"), min_value=1, max_value=999, widget=UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True})
    )
    numbers = forms.CharField(
        label=_("Seats"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Seat numbers, for example 5, or 5-8, or 3, 5-8."),
    )
    since = instant_field(label=_("Off sale from"))
    until = instant_field(
        label=_("Off sale until"),
        required=False,
        help_text=_("Leave empty to keep it off sale until someone puts it back."),
    )
    reason = ReasonField(label=_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", self.row.cinema.local(self.at).replace(tzinfo=None))

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if {"row_number", "numbers"} <= given.keys():
            wanted = _numbers(given["numbers"])
            seats = list(Seat.objects.filter(hall=self.row, row=given["row_number"], number__in=wanted or []))
            missing = sorted((wanted or set()) - {seat.number for seat in seats})
            if wanted is None:
                self.add_error("numbers", gettext("Enter numbers, for example 5, or 5-8, or 3, 5-8."))
            elif missing:
                self.add_error(
                    "numbers",
                    gettext("Row %(row)s has no seat %(numbers)s. Check the numbers.")
                    % {"row": given["row_number"], "numbers": ", ".join(map(str, missing))},
                )
            else:
                given["seats"] = seats
        return given

    @property
    def seats(self) -> list[Seat]:
        return self.cleaned_data.get("seats", [])


def _numbers(text: str) -> set[int] | None:
    """`3, 5-8` as numbers; None when it says something else, or too much."""
    found: set[int] = set()
    for part in text.replace("–", "-").split(","):
        first, _dash, last = part.strip().partition("-")
        try:
            low, high = int(first), int(last or first)
        except ValueError:
            return None
        if not 1 <= low <= high <= 999:
            return None
        found |= set(range(low, high + 1))
    return found
