"""Forms of the actions on cinemas and sessions. Days and times are in the cinema's time zone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django import forms
from django.db.models import Count
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.services import is_above_limit
from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.incidents.explained import CancellationForm
from cinema.local_time import is_valid_year, validate_year
from cinema.money import format_money
from cinema.validators import TextFormField
from orders.queries import taken_tickets
from orders.services import refunds_of
from orders.services.refunds.by_session import SERVICE
from screenings.errors import AmbiguousTime, NonexistentTime
from screenings.models import Cinema, Film, Hall, PriceRow, Session
from screenings.price_lists import rows_for
from screenings.services import CopyResult, copy_day, copy_week
from screenings.times import as_instant


class NativeInput(UnfoldAdminTextInputWidget):
    """The browser's own date or time input, in the language of the browser and easy to use on a phone."""

    def __init__(self, input_type: str, value_format: str) -> None:
        self.input_type, self.value_format = input_type, value_format
        super().__init__()

    def format_value(self, value: Any) -> str | None:
        return value.strftime(self.value_format) if hasattr(value, "strftime") else value


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(validators=[validate_year], widget=NativeInput("date", "%Y-%m-%d"), **kwargs)


def date_time_field(**kwargs: Any) -> forms.DateTimeField:
    """A date and time in the current time zone, which is the cinema's on the page of an action."""
    return forms.DateTimeField(
        validators=[validate_year], widget=NativeInput("datetime-local", "%Y-%m-%dT%H:%M"), **kwargs
    )


class PreviewedForm(ActionForm):
    """Shows a preview first, and is carried out when the same values are sent again.

    `previewed` holds the values that the preview was made of; other values get a new preview.
    """

    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def needs_confirmation(self) -> bool:
        values = repr(sorted((name, str(value)) for name, value in self.cleaned_data.items() if name != "previewed"))
        if self.cleaned_data["previewed"] == values:
            return False
        self.data = {name: self.data[name] for name in self.data} | {"previewed": values}
        return True

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data

    @property
    def service_arguments(self) -> dict[str, Any]:
        """The cleaned data without `previewed`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "previewed"}


# --- Sessions


class ScheduleForm(ActionForm):
    price_row: PriceRow | None = None  # that gives the price, if none was entered

    film = forms.ModelChoiceField(Film.objects.all(), label=_("Film"), widget=UnfoldAdminSelectWidget())
    hall = forms.ModelChoiceField(Hall.objects.none(), label=_("Hall"), widget=UnfoldAdminSelectWidget())
    day = day_field(label=_("Day"))
    time = forms.TimeField(label=_("Time"), widget=NativeInput("time", "%H:%M"))
    which = forms.TypedChoiceField(
        label=_("Which one"), required=False, empty_value=None, coerce=int, widget=forms.HiddenInput
    )
    ticket_price = forms.DecimalField(
        label=_("Ticket price"),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=_("Leave empty to take it from the price list. You’ll see the price and its row before you confirm."),
    )
    format = forms.ChoiceField(choices=Session.Format, label=_("Format"), widget=UnfoldAdminSelectWidget())
    no_certificate_reason = TextFormField(
        label=_("Reason for no certificate"), max_length=250, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cinema: Cinema = self.row
        if not cinema.requires_certificates:
            self.fields["no_certificate_reason"].widget = forms.HiddenInput()
        self.fields["hall"].queryset = cinema.halls.all()  # type: ignore[attr-defined]
        self.fields["time"].help_text = gettext("Local time of %(cinema)s (%(zone)s).") % {
            "cinema": cinema,
            "zone": cinema.time_zone,
        }
        self.fields["which"].choices = [(0, ""), (1, "")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "day" not in data or "time" not in data:
            return data
        wall_clock = datetime.combine(data["day"], data["time"].replace(tzinfo=None))
        fold: Literal[0, 1] | None = data.get("which")
        try:
            data["start"] = as_instant(wall_clock, self.row.zone, fold=fold)
        except NonexistentTime as refused:
            self.add_error("time", str(refused))
        except AmbiguousTime as refused:
            choices = [
                (number, f"{each:%H:%M} {each.tzname()} ({each:%z})") for number, each in enumerate(refused.choices)
            ]
            self.fields["which"].choices = choices  # type: ignore[attr-defined]
            self.fields["which"].widget = UnfoldAdminSelectWidget(choices=[("", "–"), *choices])
            self.add_error("which", str(refused))
        if data.get("ticket_price") is None and not self.errors:
            self._take_from_price_list(data)
        return data

    def _take_from_price_list(self, data: dict[str, Any]) -> None:
        facts = {name: data[name] for name in ("film", "hall", "format")}
        self.price_row = rows_for([Session(start_datetime=data["start"], **facts)])[0]
        if self.price_row is None:
            self.add_error("ticket_price", gettext("No row of a price list fits this screening. Enter a price."))
            return
        self.data = {name: self.data[name] for name in self.data} | {"ticket_price": str(self.price_row.price)}

    def summary(self) -> Iterable[SummaryItem]:
        if self.price_row is not None:
            found = {"price": self.price_row.shown_price, "row": self.price_row}
            yield _("Ticket price"), gettext("%(price)s, from the row “%(row)s” of the price list") % found

    def needs_confirmation(self) -> bool:
        return self.price_row is not None


class CopyForm(PreviewedForm):
    """Previews which sessions will be added and which will be skipped, by running the service without saving."""

    def result(self) -> CopyResult:
        raise NotImplementedError

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        result = self.result()
        yield (
            gettext("Will be added"),
            _html_lines(str(session) + f", {session.hall.name}" for session in result.created) or gettext("nothing"),
        )
        if result.skipped:
            yield (
                gettext("Will be skipped"),
                _html_lines(f"{each.session}: {each.reason}" for each in result.skipped),
            )


class CopyDayForm(CopyForm):
    day = day_field(label=_("Copy the day"))
    to = day_field(label=_("Copy to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = parse_day(self.initial.get("day")) or self.row.local(self.at).date()
        self.initial["day"], self.initial["to"] = day, day + timedelta(days=1)

    def result(self) -> CopyResult:
        return copy_day(self.row, **self.service_arguments, at=self.at, dry_run=True)


class CopyWeekForm(CopyForm):
    monday = day_field(label=_("Copy the week starting"), help_text=_("Seven days, starting on any day of the week."))
    to = day_field(label=_("To the week starting"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = parse_day(self.initial.get("monday")) or self.row.local(self.at).date()
        monday = day - timedelta(days=day.weekday())
        self.initial["monday"], self.initial["to"] = monday, monday + timedelta(days=7)

    def result(self) -> CopyResult:
        return copy_week(self.row, **self.service_arguments, at=self.at, dry_run=True)


def parse_day(text: Any) -> date | None:
    """The day in a query string; None unless it is in ISO format and in a year that the project accepts."""
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return day if is_valid_year(day) else None


def _html_lines(texts: Iterable[str]) -> str:
    return format_html_join("", "{}<br>", ((text,) for text in texts))


class CancelSessionForm(CancellationForm):
    def summary(self) -> Iterable[SummaryItem]:
        taken = taken_tickets(self.at).filter(session=self.row)
        affected = taken.aggregate(tickets=Count("pk"), orders=Count("order", distinct=True))
        yield gettext("tickets sold or reserved"), affected["tickets"]
        yield gettext("orders"), affected["orders"]
        money = refunds_of(self.row)
        yield gettext("money refunded"), format_money(money)
        if is_above_limit(SERVICE, money, actor=self.actor, at=self.at):
            yield gettext("approval"), gettext("the refunds are above your limit and will wait for a colleague")
