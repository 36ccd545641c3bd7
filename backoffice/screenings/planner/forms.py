"""Forms of the week planner: one draft, a week to copy, to publish or to take back. Times are those of the cinema."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
)

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.screenings.forms import NativeInput, day_field, parse_day
from cinema import clock
from cinema.money import format_money
from cinema.status import Refused
from orders.models import Ticket
from screenings.errors import AmbiguousTime, NonexistentTime
from screenings.models import Cinema, PlannedSession, Session
from screenings.services.planning import DAY, drafts_of, follow_price_list, lines_of, place, problems_of, week_bounds
from screenings.times import as_instant

FACTS = ("film", "hall", "format", "language", "subtitles", "no_certificate_reason")
NAMED = 30  # lines of a summary, at most


class DraftForm(ConflictCheckingForm):
    """One draft. Its price may be left to the price list."""

    day = day_field(label=_("Day"))
    time = forms.TimeField(label=_("Time"), widget=NativeInput("time", "%H:%M"), help_text=_("Local time of the hall."))
    which = forms.TypedChoiceField(
        label=_("Which one"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=[(0, ""), (1, "")],
        widget=forms.HiddenInput,
    )
    start: datetime | None = None

    class Meta:
        model = PlannedSession
        fields: ClassVar = ["film", "hall", "format", "language", "subtitles", "ticket_price", "no_certificate_reason"]
        widgets: ClassVar = {"ticket_price": UnfoldAdminDecimalFieldWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            local = self.instance.hall.cinema.local(self.instance.start_datetime)
            self.initial.update(day=local.date(), time=local.time().replace(tzinfo=None))
        if "ticket_price" in self.fields:
            self.fields["ticket_price"].required = False
            self.fields["ticket_price"].help_text = _("Leave empty to take it from the price list.")

    @property
    def keeps_price(self) -> bool:
        return bool(self.instance.pk) and "ticket_price" not in self.changed_data

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors or not {"day", "time", "hall", "film"} <= data.keys():
            return data
        self.start = self._instant(data)
        if self.start is None:
            return data
        planned = PlannedSession(pk=self.instance.pk, start_datetime=self.start)
        for name in FACTS:
            setattr(planned, name, data[name])
        price = data.get("ticket_price")
        if self.keeps_price and self.instance.costs_as_listed:
            price = None
        try:
            place(planned, ticket_price=price, at=clock.now())
        except Refused as refused:
            self.add_error(None, str(refused))
            data.setdefault("ticket_price", None)
        else:
            data["ticket_price"] = planned.ticket_price
        return data

    def _instant(self, data: dict[str, Any]) -> datetime | None:
        wall_clock = datetime.combine(data["day"], data["time"].replace(tzinfo=None))
        fold: Literal[0, 1] | None = data.get("which")
        try:
            return as_instant(wall_clock, data["hall"].cinema.zone, fold=fold)
        except NonexistentTime as refused:
            self.add_error("time", str(refused))
        except AmbiguousTime as refused:
            choices = [
                (number, f"{each:%H:%M} {each.tzname()} ({each:%z})") for number, each in enumerate(refused.choices)
            ]
            self.fields["which"].choices = choices  # type: ignore[attr-defined]
            self.fields["which"].widget = UnfoldAdminSelectWidget(choices=[("", "–"), *choices])
            self.add_error("which", str(refused))
        except Refused as refused:
            self.add_error("day", str(refused))
        return None


class WeekForm(ActionForm):
    """Of a week that a link names (`?first=`); another one can be entered. What was shown is sent along, so that
    nothing else is done than that."""

    first = day_field(label=_("Week from"), help_text=_("Any day of the week."))
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = parse_day(self.initial.get("first")) or self.row.business_date(self.at)
        self.initial["first"] = self.row.week_of(day)
        self.initial["shown"] = self.state(self.initial["first"])

    def clean_first(self) -> date:
        week: date = self.row.week_of(self.cleaned_data["first"])
        return week

    @property
    def week(self) -> date:
        found: date = self.cleaned_data["first"] if self.is_bound and self.is_valid() else self.initial["first"]
        return found

    def rows_of(self, week: date) -> Sequence[Any]:
        raise NotImplementedError

    def state(self, week: date) -> str:
        """A digest of the rows; empty without any."""
        rows = [f"{row.pk} {row.hall_id} {row.start_datetime} {row.ticket_price}" for row in self.rows_of(week)]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest() if rows else ""

    def needs_confirmation(self) -> bool:
        state = self.state(self.week)
        if self.cleaned_data["shown"] == state or not state:  # the service says why nothing can be done
            return False
        self.data = {name: self.data[name] for name in self.data} | {"shown": state}
        return True


class PublishWeekForm(WeekForm):
    def rows_of(self, week: date) -> Sequence[PlannedSession]:
        return list(drafts_of(self.row, week))

    def summary(self) -> Iterable[SummaryItem]:
        sessions = follow_price_list(self.rows_of(self.week))
        found = [
            f"{each}, {each.hall.name}: {format_money(each.ticket_price)}"
            + (f" ({each.price_row})" if each.price_row and each.ticket_price == each.price_row.price else "")
            for each in sessions
        ]
        if problems := problems_of(sessions, at=self.at):
            yield gettext("Stands in the way"), _lines([f"{session}: {reason}" for session, reason in problems])
        yield gettext("Will go on sale"), _lines(found)


class TakeBackForm(WeekForm):
    def rows_of(self, week: date) -> Sequence[Session]:
        return unsold(self.row, week, at=self.at)

    def summary(self) -> Iterable[SummaryItem]:
        sessions = self.rows_of(self.week)
        yield gettext("Will go off sale"), _lines([f"{each}, {each.hall.name}" for each in sessions])


def unsold(cinema: Cinema, first: date, *, at: datetime) -> list[Session]:
    """The sessions of the week that are on sale and have no live ticket. Two queries."""
    start, end = week_bounds(cinema, first)
    sessions = Session.objects.on_sale(at).filter(
        hall__cinema=cinema, start_datetime__gte=start, start_datetime__lt=end
    )
    rows = list(sessions.select_related("film", "hall__cinema").order_by("start_datetime", "pk"))
    sold = set(Ticket.objects.live().filter(session__in=rows).order_by().values_list("session", flat=True))
    return [each for each in rows if each.pk not in sold]


class CopyToPlanForm(ActionForm):
    source = day_field(
        label=_("Copy the week from"), help_text=_("Any day of the week. Change it to choose from another week.")
    )
    to = day_field(label=_("Into the week from"))
    lines = forms.MultipleChoiceField(
        label=_("What to copy"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("Untick what you don’t want to copy."),
    )
    listed = forms.CharField(max_length=10, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cinema: Cinema = self.row
        to = cinema.week_of(parse_day(self.initial.get("to")) or cinema.local(self.at).date() + 7 * DAY)
        source = cinema.week_of(parse_day(self.initial.get("source")) or to - 7 * DAY)
        self.initial.update(source=source, to=to)
        week = parse_day(self.data.get("source")) if self.is_bound else source
        self.source_week = cinema.week_of(week or source)
        self.found = {_key(line): line for line in lines_of(cinema, self.source_week)}
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (key, _line_text(line)) for key, line in self.found.items()
        ]
        self.initial["lines"] = list(self.found)
        self.initial["listed"] = self.source_week.isoformat()
        if self.is_bound and self.data.get("listed") != self.initial["listed"]:  # another week was entered: its lines
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["listed"] = self.initial["listed"]
            data.setlist("lines", list(self.found))
            self.data, self.is_new_list = data, True

    is_new_list = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            data["to"] = self.row.week_of(data["to"])
            if data["to"] == self.source_week:
                self.add_error("to", gettext("Choose another week than the one that is copied."))
        return data

    def needs_confirmation(self) -> bool:
        return self.is_new_list

    @property
    def by(self) -> timedelta:
        week: timedelta = self.cleaned_data["to"] - self.source_week
        return week


def chosen_lines(cinema: Cinema, source: date, keys: Sequence[str]) -> list[Session | PlannedSession]:
    wanted = set(keys)
    return [line for line in lines_of(cinema, cinema.week_of(source)) if _key(line) in wanted]


def _key(line: Session | PlannedSession) -> str:
    return f"{'d' if isinstance(line, PlannedSession) else 's'}{line.pk}"


def _line_text(line: Session | PlannedSession) -> str:
    local = line.hall.cinema.local(line.start_datetime)
    version = f" · {line.format}" if line.format != Session.Format.TWO_D else ""
    return f"{date_format(local, 'D j E')} {local:%H:%M}, {line.hall.name}: {line.film}{version}"


def _lines(texts: Sequence[str]) -> str:
    shown = list(texts[:NAMED])
    if (more := len(texts) - NAMED) > 0:
        shown.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    return format_html_join("", "{}<br>", ((text,) for text in shown)) or gettext("nothing")
