"""The choices above the takings."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from backoffice.reports.forms import DAY, PeriodForm, wrong_period
from cinema.local_time import validate_year
from reports.catalogue.comparing import NOT_COMPARED, against
from reports.catalogue.takings import DIMENSIONS
from screenings.models import Cinema, Film, Session

FILMS_SHOWN = timedelta(days=400)  # that a screening was in
SCREENING = "screening"
SCREENINGS_NOT_COMPARED = _("Screenings have nothing to be compared with. Choose other rows.")


class TakingsForm(PeriodForm):
    """Takings by any dimension, of all films or of one, compared with another period, cinema or film."""

    longest_by_screening = timedelta(days=7)  # a page has no room for more rows

    by = forms.ChoiceField(
        label=_("Group by"),
        required=False,
        choices=[(key, each.title) for key, each in DIMENSIONS.items()],
        widget=forms.HiddenInput,  # chosen by `groupings`
    )
    film = forms.ChoiceField(label=_("Film"), required=False)
    compare = forms.ChoiceField(label=_("Compare with"), required=False)
    other_first = forms.DateField(label=_("Other dates from"), required=False, validators=[validate_year], widget=DAY)
    other_last = forms.DateField(label=_("Other dates to"), required=False, validators=[validate_year], widget=DAY)

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        super().__init__(data, cinemas=cinemas, at=at)
        recent = Session.objects.filter(
            film=OuterRef("pk"), start_datetime__gte=at - FILMS_SHOWN, hall__cinema__in=cinemas
        )
        self.films = {str(film.pk): film for film in Film.objects.filter(Exists(recent)).order_by("title", "pk")}
        films = [(key, str(film)) for key, film in self.films.items()]
        self.fields["film"].choices = [("", _("All films")), *films]  # type: ignore[attr-defined]
        self.fields["compare"].choices = [  # type: ignore[attr-defined]
            ("", _("Nothing")),
            ("before", _("The period before")),
            ("year", _("The same weeks a year before")),
            ("dates", _("Other dates")),
            *([(_("Cinema"), [(f"cinema:{each.pk}", str(each)) for each in cinemas])] if len(cinemas) > 1 else []),
            *([(_("Film"), [(f"film:{key}", name) for key, name in films])] if films else []),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        by, kind = cleaned.get("by") or "day", (cleaned.get("compare") or "").partition(":")[0]
        cleaned["film"] = self.films.get(cleaned.get("film") or "")
        if by == SCREENING:
            self._clean_screenings(cleaned, kind)
        elif by in NOT_COMPARED.get(kind, ()):
            self.add_error(
                "compare",
                _("To compare two cinemas, choose other rows.")
                if kind == "cinema"
                else _("To compare two films, choose rows by day, week or month."),
            )
        elif kind == "film" and cleaned["film"] is None:
            self.add_error("film", _("Choose the film to compare."))
        elif kind == "dates":
            self._clean_other_dates(cleaned)
        if not self.errors:
            cleaned["against"] = against(
                self.period(),
                cleaned["compare"],
                cinemas={str(each.pk): each for each in self.cinemas},
                films=self.films,
                other=(cleaned["other_first"], cleaned["other_last"]) if kind == "dates" else None,
            )
        return cleaned

    def _clean_screenings(self, cleaned: dict[str, Any], kind: str) -> None:
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last - first >= self.longest_by_screening:
            self.add_error("first", _("For rows by screening choose a period of at most a week."))
        if kind:
            self.add_error("compare", SCREENINGS_NOT_COMPARED)

    def _clean_other_dates(self, cleaned: dict[str, Any]) -> None:
        """Without an end, as many days as the period has."""
        first, last = cleaned.get("other_first"), cleaned.get("other_last")
        if first is None:
            if "other_first" not in self.errors:
                self.add_error("other_first", _("Enter the first of the days to compare with."))
        elif last is None and "last" in cleaned and "first" in cleaned:
            cleaned["other_last"] = first + (cleaned["last"] - cleaned["first"])
        elif last is not None and (wrong := wrong_period(first, last)):
            self.add_error("other_last", wrong)

    def groupings(self) -> Iterator[tuple[str, Any, bool]]:
        """What the rows can be: the address that keeps the other choices, the name, and whether it is chosen."""
        chosen = {field.name: field.value() or "" for field in self}
        kind = chosen["compare"].partition(":")[0]
        for by, dimension in DIMENSIONS.items():
            compare = "" if by == SCREENING or by in NOT_COMPARED.get(kind, ()) else chosen["compare"]
            address = urlencode({**chosen, "by": by, "compare": compare})
            yield f"?{address}", dimension.title, by == (chosen["by"] or "day")
