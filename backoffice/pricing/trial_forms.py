"""The choices above the preview and the simulation of adaptive prices."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pricing.models import PricingMode
from pricing.services.facts import modes_of
from pricing.services.previewing import past_sessions
from screenings.models import Cinema, Film, Session

MODE_FIELDS = ("lowest_percent", "highest_percent", "daily_percent", "step")


class ModeForm(forms.Form):
    """Bounds and limits as those of a mode; without an entry, those of a stored one or the usual ones."""

    lowest_percent = forms.IntegerField(label=_("Lowest price, %"), min_value=1, max_value=100)
    highest_percent = forms.IntegerField(label=_("Highest price, %"), min_value=100, max_value=300)
    daily_percent = forms.IntegerField(label=_("Largest change in 24 hours, %"), min_value=1, max_value=100)
    step = forms.DecimalField(
        label=_("Step of prices"), min_value=Decimal("0.01"), max_value=100_000, max_digits=8, decimal_places=2
    )

    def __init__(self, data: Any, *, stored: PricingMode | None = None, **defaults: Any) -> None:
        usual = {name: getattr(stored or PricingMode(), name) for name in MODE_FIELDS}
        super().__init__({**defaults, **usual, **{key: value for key, value in data.items() if value}})

    def mode(self) -> PricingMode:
        """Not saved. Only of a valid form."""
        return PricingMode(mode=PricingMode.Mode.ADAPTIVE, **self.mode_chosen)

    @property
    def mode_chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in MODE_FIELDS}


class PreviewForm(ModeForm):
    """Which past screenings: those of a cinema, or of one of its films."""

    cinema = forms.ChoiceField(label=_("Cinema"))
    film = forms.ModelChoiceField(
        Film.objects.none(), label=_("Film"), required=False, empty_label=_("All films"), blank=True
    )
    field_order = ("cinema", "film")

    def __init__(self, data: Any, *, cinemas: Sequence[Cinema], at: datetime) -> None:
        by_key = {str(cinema.pk): cinema for cinema in cinemas}
        self.at_cinema = by_key.get(data.get("cinema") or "", cinemas[0])
        shown = Film.objects.filter(pk__in=past_sessions(self.at_cinema, None, at=at).order_by().values("film"))
        film = next((each for each in shown if str(each.pk) == data.get("film")), None)
        stored = _stored(self.at_cinema, film)
        chosen = {**data, "cinema": str(self.at_cinema.pk), "film": str(film.pk) if film else ""}
        super().__init__(chosen, stored=stored)
        self.fields["cinema"].choices = [(key, str(cinema)) for key, cinema in by_key.items()]  # type: ignore[attr-defined]
        self.fields["film"].queryset = shown.order_by("title")  # type: ignore[attr-defined]


class OnePreviewForm(ModeForm):
    """One screening."""

    session = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any, *, session: Session) -> None:
        super().__init__(data, stored=modes_of([session]).get(session.pk), session=session.pk)


CURVES = {
    "learned": _("as past screenings were booked"),
    "late": _("late: half in the last half day"),
    "usual": _("usual: half in the last day and a half"),
    "early": _("early: half in the last four days"),
    "even": _("as many each day"),
}


class SimulationForm(ModeForm):
    """A screening that is made up."""

    price = forms.DecimalField(
        label=_("List price"), min_value=Decimal("0.01"), max_value=100_000, max_digits=8, decimal_places=2
    )
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=1000)
    expected = forms.IntegerField(label=_("Admissions forecast at the list price"), min_value=1, max_value=1000)
    demand = forms.IntegerField(label=_("Real demand, % of the forecast"), min_value=1, max_value=300)
    days = forms.IntegerField(label=_("Days on sale"), min_value=1, max_value=14)
    curve = forms.ChoiceField(label=_("Bookings"))
    field_order = ("price", "seats", "expected", "demand", "days", "curve")

    def __init__(self, data: Any, *, price: Decimal, is_learned: bool) -> None:
        curves = [(key, name) for key, name in CURVES.items() if is_learned or key != "learned"]
        usual: dict[str, Any] = {
            "price": price,
            "seats": 150,
            "expected": 150,
            "demand": 100,
            "days": 14,
            "curve": curves[0][0],
        }
        super().__init__(data, **usual)
        self.fields["curve"].choices = curves  # type: ignore[attr-defined]


def _stored(cinema: Cinema, film: Film | None) -> PricingMode | None:
    """The mode of the film in the cinema, or of the cinema."""
    modes = list(PricingMode.objects.filter(cinema=cinema, session=None))
    found = [each for each in modes if film is not None and each.film_id == film.pk]
    return next(iter([*found, *(each for each in modes if each.film_id is None)]), None)
