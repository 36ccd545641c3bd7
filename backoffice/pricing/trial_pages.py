"""The preview of adaptive prices on past screenings, and their simulation. Both only read."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.chosen_cinema import with_chosen_cinema
from backoffice.framework.scoped_choices import visible_rows
from backoffice.pricing.trial_forms import OnePreviewForm, PreviewForm, SimulationForm
from backoffice.pricing.trial_tables import of_many, of_one, of_pairs
from cinema import clock
from cinema.ids import is_valid_id
from pricing.models import ForecastBasis
from pricing.services.facts import inputs_of
from pricing.services.previewing import past_sessions, previewed, spread_over
from pricing.simulated_sales import DRAWS, as_expected, in_ten, leads, pairs
from screenings.models import Cinema, Session

#: For one screening there is time for more draws.
MORE = 2 * DRAWS
#: Mean days between booking and start.
LEADS = {"late": 0.8, "usual": 2.2, "early": 6.0, "even": 1000.0}
#: How far demand may be from what is expected, as the simulated seller believes: multiples, with probabilities.
LEVELS = [[0.4, 0.15], [0.7, 0.25], [1.0, 0.25], [1.5, 0.2], [2.2, 0.15]]


class TrialPages(CinemaScopedAdmin):
    """Adds the pages to those of pricing modes."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview), name="pricing_preview"),
            path("simulation/", view(self.simulation), name="pricing_simulation"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if "session" in request.GET:
            return self._preview_of_one(request, request.GET["session"])
        cinemas = list(self._visible(Cinema, request).order_by("name"))
        context: dict[str, Any] = {}
        if cinemas:
            at = clock.now()
            form = PreviewForm(with_chosen_cinema(request, cinemas), cinemas=cinemas, at=at)
            context["form"] = form
            if form.is_valid():
                rows = past_sessions(form.at_cinema, form.cleaned_data["film"], at=at)
                sample = spread_over(rows)
                context["parts"] = of_many(previewed(sample, form.mode(), at=at), chosen=form.mode_chosen)
                context["source"] = _(
                    "Screenings of the last four weeks that had a forecast and sold tickets: %(all)s. "
                    "Looked at, evenly spread: %(some)s."
                ) % {"all": rows.count(), "some": len(sample)}
        return self._report(request, context, _("What adaptive prices would have made"))

    def _preview_of_one(self, request: HttpRequest, key: str) -> HttpResponseBase:
        at = clock.now()
        rows = self._visible(Session, request).filter(start_datetime__lte=at, ticket_price__gt=0)
        session = rows.select_related("film", "hall__cinema").filter(pk=key).first() if is_valid_id(key) else None
        if session is None:
            return self.not_found(request, key)
        form = OnePreviewForm(request.GET.dict(), session=session)
        context: dict[str, Any] = {"form": form, "source": str(session)}
        if form.is_valid():
            [found] = previewed([session], form.mode(), at=at, draws=MORE)
            context["parts"] = of_one(found)
        return self._report(request, context, _("What other prices would have made"))

    def simulation(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        basis = ForecastBasis.objects.order_by("-made_at").first()
        latest = self._visible(Session, request).filter(ticket_price__gt=0).order_by("-start_datetime").first()
        usual = latest.ticket_price if latest is not None else Decimal(10)
        form = SimulationForm(request.GET.dict(), price=usual, is_learned=basis is not None)
        context: dict[str, Any] = {"form": form}
        if form.is_valid():
            context["parts"] = _simulated(form, basis)
        return self._report(request, context, _("Simulation of adaptive prices"))

    def _visible(self, model: Any, request: HttpRequest) -> Any:
        rows = visible_rows(self.admin_site, model, request)
        return model.objects.none() if rows is None else rows

    def _report(self, request: HttpRequest, context: dict[str, Any], title: str) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "trial_links": True,
            **context,
        }
        return TemplateResponse(request, "backoffice/reports/report.html", whole)


def _simulated(form: SimulationForm, basis: ForecastBasis | None) -> list[Any]:
    chosen = form.cleaned_data
    price, opened = chosen["price"], float(chosen["days"])
    party_mean = max(1.0, basis.party_mean) if basis is not None else 2.0
    if chosen["curve"] == "learned":
        assert basis is not None
        curve = basis.curve
    else:
        curve = leads(LEADS[chosen["curve"]], opened)
    payload = {
        **inputs_of(form.mode(), price, capacity=chosen["seats"]),
        "days_left": opened,
        "forecast": {
            "expected_at_base": float(chosen["expected"]),
            "levels": LEVELS,
            "curve": curve,
            "party_mean": party_mean,
        },
    }
    people = as_expected(
        chosen["expected"] * chosen["demand"] / 100,
        curve,
        party_mean=party_mean,
        base=float(price),
        opened=opened,
        draws=MORE,
        seed="simulation",
    )
    notes = [
        _(
            "People are drawn %(draws)s times. About %(share)s in 10 further draws would be between the low and the "
            "high estimate. How many would pay another price is assumed, not known."
        )
        % {"draws": MORE, "share": in_ten(MORE)}
    ]
    return of_pairs(pairs(payload, people), list_price=price, notes=notes)
