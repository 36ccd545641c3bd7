"""The choices above a report: cinema, period, grouping."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backoffice.screenings.forms import parse_day
from cinema.local_time import validate_year
from reports.catalogue.files import REPORTS
from reports.catalogue.lists import LISTS
from reports.catalogue.months import Month
from reports.reading import Period
from screenings.models import Cinema

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
LONGEST = timedelta(days=3 * 366)


def wrong_period(first: date, last: date) -> Any:
    """What is wrong with a period; empty if nothing is."""
    if first > last:
        return _("The period ends before it begins.")
    return _("Choose a period of at most three years.") if last - first > LONGEST else ""


class PeriodForm(forms.Form):
    """Which cinemas and which business dates. Without an entry: all cinemas of the person, the week up to the end."""

    cinema = forms.ChoiceField(label=_("Cinema"), required=False)
    first = forms.DateField(label=_("From"), required=False, validators=[validate_year], widget=DAY)
    last = forms.DateField(label=_("To"), required=False, validators=[validate_year], widget=DAY)

    days_shown = 7  # without an entry
    _period: Period | None = None

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        self.cinemas, self.at = cinemas, at
        self.today = max(cinema.business_date(at) for cinema in cinemas)
        given = {key: value for key, value in data.items() if value}
        last = parse_day(given.get("last")) or self.today
        defaults = {
            "cinema": "",
            "first": (last - timedelta(days=self.days_shown - 1)).isoformat(),
            "last": last.isoformat(),
        }
        super().__init__({**defaults, **given})
        choices = [(str(cinema.pk), str(cinema)) for cinema in cinemas]
        self.fields["cinema"].choices = [("", _("All cinemas")), *choices] if len(choices) > 1 else choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and (wrong := wrong_period(first, last)):
            self.add_error("last" if first > last else "first", wrong)
        return cleaned

    def period(self) -> Period:
        """The period entered; if it is wrong, today. Always the same one, so that its live figures are counted once."""
        wrong = bool(self.errors)
        chosen = "" if wrong else self.cleaned_data["cinema"]
        cinemas = [cinema for cinema in self.cinemas if not chosen or str(cinema.pk) == chosen]
        first: date = self.today if wrong else self.cleaned_data["first"]
        last: date = self.today if wrong else self.cleaned_data["last"]
        period = Period(cinemas, first, last, self.at)
        if self._period != period:
            self._period = period
        return self._period


class DayForm(forms.Form):
    """One business day of one cinema. Without an entry: the first cinema, and its last day that has ended."""

    cinema = forms.ChoiceField(label=_("Cinema"), required=False)
    day = forms.DateField(label=_("Day"), required=False, validators=[validate_year], widget=DAY)

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        self.at = at
        self.by_key = {str(cinema.pk): cinema for cinema in cinemas}
        cinema = self.by_key.get(data.get("cinema") or "", cinemas[0])
        self.today = cinema.business_date(at)
        defaults = {"cinema": str(cinema.pk), "day": (self.today - timedelta(days=1)).isoformat()}
        super().__init__({**defaults, **{key: value for key, value in data.items() if value}})
        self.fields["cinema"].choices = [(key, str(cinema)) for key, cinema in self.by_key.items()]  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not begun yet."))
        return day

    def period(self) -> Period:
        """The day entered; if it is wrong, today."""
        chosen = "" if self.errors else self.cleaned_data["cinema"]
        cinema = self.by_key.get(chosen) or next(iter(self.by_key.values()))
        day = self.today if self.errors else self.cleaned_data["day"]
        return Period([cinema], day, day, self.at)


MONTHS = 36


class EntityForm(forms.Form):
    """The cinemas of a legal entity, all of which the person sees. Without an entry: the first entity."""

    entity = forms.ChoiceField(label=_("Legal entity"), required=False)

    WITHOUT = "none"  # cinemas that have no legal entity yet

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        self.at = at
        self.yesterday = max(cinema.business_date(at) for cinema in cinemas) - timedelta(days=1)
        shown = [cinema.pk for cinema in cinemas]
        others = Cinema.objects.filter(legal_entity__isnull=False).exclude(pk__in=shown).order_by()
        in_part = set(others.values_list("legal_entity", flat=True))
        self.cinemas = [cinema for cinema in cinemas if cinema.legal_entity_id not in in_part]
        entities = {
            str(each.legal_entity_id): each.legal_entity for each in self.cinemas if each.legal_entity is not None
        }
        names: list[tuple[str, Any]] = sorted(
            ((key, str(entity)) for key, entity in entities.items()), key=lambda each: each[1]
        )
        if names and any(cinema.legal_entity_id is None for cinema in self.cinemas):
            names.append((self.WITHOUT, _("Cinemas without a legal entity")))
        defaults = {"entity": names[0][0] if names else "", **self.defaults()}
        super().__init__({**defaults, **{key: value for key, value in data.items() if value}})
        self.fields["entity"].choices = names or [("", _("All cinemas") if self.cinemas else "–")]  # type: ignore[attr-defined]

    def defaults(self) -> dict[str, str]:
        """What is chosen in the other fields without an entry."""
        return {}

    def period(self) -> Period:
        raise NotImplementedError

    def chosen_cinemas(self) -> list[Cinema]:
        """If the entry is wrong, all of them."""
        entity = "" if self.errors else self.cleaned_data["entity"]
        key = None if entity == self.WITHOUT else int(entity) if entity else 0
        return [cinema for cinema in self.cinemas if not entity or cinema.legal_entity_id == key]


class MonthForm(EntityForm):
    """One month of the cinemas of a legal entity. Without an entry: the month of yesterday."""

    month = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        super().__init__(data, cinemas=cinemas, at=at)
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (first.strftime("%Y-%m"), date_format(first, "YEAR_MONTH_FORMAT"))
            for first in _months_until(self.yesterday)
        ]

    def defaults(self) -> dict[str, str]:
        return {"month": self.yesterday.strftime("%Y-%m")}

    def period(self) -> Period:
        """The month; if the entry is wrong, the last one offered."""
        month = self.yesterday.strftime("%Y-%m") if self.errors else self.cleaned_data["month"]
        cinemas, first = self.chosen_cinemas(), date.fromisoformat(f"{month}-01")
        return Period(cinemas, first, Month(cinemas, first).last, self.at)


class BalancesForm(EntityForm):
    """The end of a business day of the cinemas of a legal entity, or now. Without an entry, yesterday."""

    day = forms.DateField(label=_("Day"), required=False, validators=[validate_year], widget=DAY)

    def defaults(self) -> dict[str, str]:
        return {"day": self.yesterday.isoformat()}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.yesterday + timedelta(days=1):
            raise forms.ValidationError(_("This day has not begun yet."))
        return day

    def period(self) -> Period:
        day = self.yesterday if self.errors else self.cleaned_data["day"]
        return Period(self.chosen_cinemas(), day, day, self.at)


def _months_until(day: date) -> Iterator[date]:
    """The first days of `MONTHS` months, the latest first."""
    first = day.replace(day=1)
    for _number in range(MONTHS):
        yield first
        first = (first - timedelta(days=1)).replace(day=1)


class FilmsForm(PeriodForm):
    rank = forms.ChoiceField(
        label=_("Rank by"),
        required=False,
        choices=[
            ("period", _("The period")),
            ("day", _("Its last day")),
            ("run", _("The whole run")),
        ],
    )


class ListForm(PeriodForm):
    """A list of the accounts. Without an entry: payments of yesterday and today."""

    report = forms.ChoiceField(label=_("List"), required=False, choices=[(name, REPORTS[name].title) for name in LISTS])

    days_shown = 2
    field_order = ["report", "cinema", "first", "last"]

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        super().__init__(
            {"report": next(iter(LISTS)), **{key: value for key, value in data.items() if value}},
            cinemas=cinemas,
            at=at,
        )

    @property
    def chosen(self) -> str:
        return next(iter(LISTS)) if self.errors else self.cleaned_data["report"]


class CustomersForm(PeriodForm):
    """The whole chain, for people who see all of it, or one cinema: some customers belong to several cinemas."""

    days_shown = 365

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        keys = [cinema.pk for cinema in cinemas]
        self.is_whole = len(keys) == 1 or not Cinema.objects.exclude(pk__in=keys).exists()
        one = {} if self.is_whole or data.get("cinema") else {"cinema": str(keys[0])}
        super().__init__({**data, **one}, cinemas=cinemas, at=at)
        if not self.is_whole:
            self.fields["cinema"].choices = [(str(cinema.pk), str(cinema)) for cinema in cinemas]  # type: ignore[attr-defined]

    def period(self) -> Period:
        period = super().period()
        cinemas = list(period.cinemas)
        return period if self.is_whole else replace(period, cinemas=cinemas[:1])


class CustomersNowForm(CustomersForm):
    """The same without a period: customers as they are now."""

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        super().__init__(data, cinemas=cinemas, at=at)
        del self.fields["first"], self.fields["last"]

    def period(self) -> Period:
        self.errors  # noqa: B018 - it cleans the data
        self.cleaned_data |= {"first": self.today, "last": self.today}
        return super().period()


class FourWeeksForm(PeriodForm):
    days_shown = 28


class YearForm(PeriodForm):
    days_shown = 365
