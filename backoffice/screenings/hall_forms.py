"""Forms of the actions on halls and seats. Days and times are in the cinema's time zone."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.framework.actions import SummaryItem
from backoffice.framework.fields import ReasonField
from backoffice.screenings.forms import PreviewedForm, date_time_field
from backoffice.screenings.occupancy import tickets_for
from cinema.validators import TextFormField
from screenings.errors import ImpossibleHall
from screenings.hall_layout import HallLayout, lay_out
from screenings.models import Hall, Seat
from screenings.models.cinemas import MOST_CURVED
from screenings.services.halls import moved_seats, plan_of, seats_of, stairs_of

TICKETS_NAMED = 20  # by the preview of a seat outage, at most


class PlanForm(PreviewedForm):
    """A hall's plan as text, with its drawing as the preview."""

    drawing = forms.CharField(
        label=_("Rows"),
        max_length=20_000,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "class": "font-mono", "spellcheck": "false"}),
        help_text=_(
            "One line per row, starting at the screen. One character per seat: s standard, v VIP, l "
            "love seat, w wheelchair space, c companion, _ gap (aisle), = stairs. A line of gaps is a cross aisle."
        ),
    )
    curve = forms.IntegerField(
        label=_("Curve of the rows"),
        initial=0,
        min_value=0,
        max_value=MOST_CURVED,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=Hall._meta.get_field("curve").help_text,
    )

    def clean_drawing(self) -> list[str]:
        rows = [row.strip() for row in self.cleaned_data["drawing"].strip().splitlines()]
        try:
            self.seats(rows)
        except ImpossibleHall as refused:
            raise forms.ValidationError(str(refused)) from refused
        return rows

    def seats(self, rows: list[str]) -> list[Seat]:
        return seats_of(rows)

    @property
    def layout(self) -> HallLayout | None:
        """The seat plan that was typed, or None until it is valid."""
        if not (self.is_bound and self.is_valid()):
            return None
        rows = self.cleaned_data["drawing"]
        hall = Hall(curve=self.cleaned_data["curve"], stairs=stairs_of(rows))
        return lay_out(self.seats(rows), hall=hall)

    def summary(self) -> Iterable[SummaryItem]:
        if layout := self.layout:
            seats = ngettext("%(count)d seat", "%(count)d seats", len(layout.seats)) % {"count": len(layout.seats)}
            yield gettext("The hall will have"), seats
            yield gettext("Plan"), render_to_string("backoffice/screenings/plan.html", {"layout": layout})


class BuildHallForm(PlanForm):
    name = TextFormField(label=_("Hall name"), max_length=80, widget=UnfoldAdminTextInputWidget())
    cleaning_minutes = forms.IntegerField(
        label=_("Cleaning (minutes)"), initial=15, min_value=0, max_value=240, widget=UnfoldAdminIntegerFieldWidget()
    )
    field_order = ("name", "cleaning_minutes", "drawing", "curve")


class RedrawHallForm(PlanForm):
    """The plan of a hall that exists: its seats stay, and move."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"drawing": "\n".join(plan_of(self.row)), "curve": self.row.curve, **self.initial}

    def seats(self, rows: list[str]) -> list[Seat]:
        return moved_seats(self.row, rows)


class SeatsForm(PreviewedForm):
    """Seats of one row of a hall, by their numbers."""

    row_number = forms.IntegerField(
        label=_("Row"), min_value=1, max_value=999, widget=UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True})
    )
    numbers = TextFormField(
        label=_("Seats"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Seat numbers, for example 5, or 5-8, or 3, 5-8."),
    )

    @property
    def hall(self) -> Hall:
        return self.row

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if {"row_number", "numbers"} <= data.keys():
            wanted = _parse_numbers(data["numbers"])
            seats = list(Seat.objects.filter(hall=self.hall, row=data["row_number"], number__in=wanted or []))
            missing = sorted((wanted or set()) - {seat.number for seat in seats})
            if wanted is None:
                self.add_error("numbers", gettext("Enter numbers, for example 5, or 5-8, or 3, 5-8."))
            elif missing:
                self.add_error(
                    "numbers",
                    gettext("Row %(row)s has no seat %(numbers)s. Check the numbers.")
                    % {"row": data["row_number"], "numbers": ", ".join(map(str, missing))},
                )
            else:
                data["seats"] = seats
        return data

    @property
    def seats(self) -> list[Seat]:
        return self.cleaned_data.get("seats", [])


class SeatOutageForm(SeatsForm):
    """Takes seats of a hall off sale, after showing the tickets already sold for them."""

    since = date_time_field(label=_("Off sale from"))
    until = date_time_field(
        label=_("Off sale until"),
        required=False,
        help_text=_("Leave empty to keep it off sale until someone puts it back."),
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", self.row.cinema.local(self.at).replace(tzinfo=None))

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        data = self.cleaned_data
        tickets = tickets_for(self.seats, since=data["since"], until=data["until"], at=self.at)
        yield gettext("seats"), len(self.seats)
        yield gettext("tickets already sold for these seats"), len(tickets) or gettext("none")
        if tickets:
            lines = format_html_join(
                "", "{}: {}, {}<br>", ((each.order, each.session, each.seat) for each in tickets[:TICKETS_NAMED])
            )
            yield gettext("needs other seats"), lines


def _parse_numbers(text: str) -> set[int] | None:
    """The numbers in a text such as `3, 5-8`; None if it is written differently or a number is out of range."""
    numbers: set[int] = set()
    for part in text.replace("–", "-").split(","):
        first, _dash, last = part.strip().partition("-")
        try:
            low, high = int(first), int(last or first)
        except ValueError:
            return None
        if not 1 <= low <= high <= 999:
            return None
        numbers |= set(range(low, high + 1))
    return numbers
