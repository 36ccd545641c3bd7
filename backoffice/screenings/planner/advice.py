"""The programme advice of a week: a page of lines that a manager takes or leaves, and the numbers agreed with
distributors."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.scoped_choices import visible_rows
from backoffice.screenings.forms import parse_day
from backoffice.screenings.timetable import requested_cinema
from cinema import clock
from cinema.money import format_money
from cinema.status import Refused
from film_hire.models import AgreedShows
from film_hire.models.agreed_shows import MOST
from film_hire.services import ExpectedHire, agree, agreed_shows
from pricing.services.advice_lines import Advice, Agreed, Line
from pricing.services.programme import advise_week, take
from screenings.models import Cinema, Film, Session
from screenings.services.planning import DAY, lines_of

KINDS = {
    "add": _("Add"),
    "drop": _("Drop"),
    "move": _("Move"),
    "replace": _("Replace"),
    "exchange": _("Exchange halls"),
}


@dataclass(frozen=True)
class ShownLine:
    key: str
    kind: str
    texts: list[str]
    admissions: str
    takings: str
    kept: str
    worth: str
    off_sale: str


@dataclass(frozen=True)
class ShownFilm:
    film: Film
    shows: int  # as planned now
    agreed: int | None


class AdviceMixin(CinemaScopedAdmin):
    """Adds `admin:screenings_plannedsession_advice` to the planner; it takes `?cinema=` and `?week=`, too."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.advice)
        return [path("planner/advice/", view, name="screenings_plannedsession_advice"), *super().get_urls()]

    def advice(self, request: HttpRequest) -> HttpResponseBase:
        if not (self.has_view_permission(request) and request.user.has_perm("pricing.view_sessionforecast")):
            raise PermissionDenied
        visible = visible_rows(self.admin_site, Cinema, request)
        cinemas = list(Cinema.objects.none() if visible is None else visible.order_by("name"))
        context = {**self.admin_site.each_context(request), "title": _("Programme advice")}
        if not cinemas:
            return TemplateResponse(request, "backoffice/screenings/advice.html", context)
        cinema, at = requested_cinema(request, cinemas), clock.now()
        this_week = cinema.week_of(cinema.business_date(at))
        first = cinema.week_of(parse_day(request.GET.get("week")) or this_week + 7 * DAY)
        if request.method == "POST":
            return self._changed(request, cinema, first, at=at)
        return TemplateResponse(
            request,
            "backoffice/screenings/advice.html",
            {**context, **self._shown(request, cinema, cinemas, first, at)},
        )

    def _shown(
        self, request: HttpRequest, cinema: Cinema, cinemas: list[Cinema], first: date, at: datetime
    ) -> dict[str, Any]:
        advice = advise_week(cinema, first=first, at=at, agreed=_agreed(cinema, first))
        return {
            "cinemas": cinemas,
            "cinema": cinema,
            "first": first,
            "last": first + 6 * DAY,
            "before": first - 7 * DAY,
            "after": first + 7 * DAY,
            "advice": advice,
            "lines": [_shown_line(line) for line in advice.lines] if advice else [],
            "total": _gain(advice) if advice else None,
            "has_hire": advice is not None and any(line.kept != line.takings for line in advice.lines),
            "films": _films(cinema, first),
            "most": MOST,
            "may_take": self._may_take(request),
        }

    def _may_take(self, request: HttpRequest) -> bool:
        """Lines add, change and delete drafts, and take screenings back."""
        return (
            self.has_add_permission(request)
            and self.has_change_permission(request)
            and self.has_delete_permission(request)
            and request.user.has_perm("screenings.cancel_session")
        )

    def _changed(self, request: HttpRequest, cinema: Cinema, first: date, *, at: datetime) -> HttpResponse:
        if not self._may_take(request):
            raise PermissionDenied
        here = f"{request.path}?cinema={cinema.pk}&week={first.isoformat()}"
        if "agree" in request.POST:
            agree(cinema, _entered(request, cinema, first), first=first)
            self.message_user(request, gettext("Saved. The advice keeps these numbers."), messages.SUCCESS)
            return redirect(here)
        keys = request.POST.getlist("line")
        if not keys:
            self.message_user(request, gettext("Tick at least one line."), messages.WARNING)
            return redirect(here)
        try:
            agreed, actor = _agreed(cinema, first), request.user
            count = take(cinema, keys, first=first, at=at, agreed=agreed, actor=actor)  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(here)
        text = ngettext("%(count)d line is in the planner.", "%(count)d lines are in the planner.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        planner = reverse("admin:screenings_plannedsession_planner")
        return redirect(f"{planner}?cinema={cinema.pk}&week={first.isoformat()}")


def _agreed(cinema: Cinema, first: date) -> Agreed:
    """Three queries."""
    hire = ExpectedHire(cinema, until=first + 7 * DAY)
    return Agreed(
        agreed_shows(cinema, first=first),
        lambda session, admissions, takings: hire.of(session, admissions=admissions, takings=takings),
    )


def _films(cinema: Cinema, first: date) -> list[ShownFilm]:
    """The films of the week, with the numbers agreed, and those of others with a number."""
    agreed = {row.film_id: row for row in AgreedShows.objects.filter(cinema=cinema, week=first).select_related("film")}
    shows: dict[int, int] = {}
    films = {row.film_id: row.film for row in agreed.values()}
    for line in lines_of(cinema, first):
        shows[line.film_id] = shows.get(line.film_id, 0) + 1
        films[line.film_id] = line.film
    found = [
        ShownFilm(film, shows.get(pk, 0), agreed[pk].shows if pk in agreed else None) for pk, film in films.items()
    ]
    return sorted(found, key=lambda each: each.film.title)


def _entered(request: HttpRequest, cinema: Cinema, first: date) -> dict[Film, int | None]:
    """The numbers that were entered for films of the week; anything that is no number from 0 to `MOST` stays."""
    entered: dict[Film, int | None] = {}
    for each in _films(cinema, first):
        text = request.POST.get(f"shows-{each.film.pk}", "").strip()
        if not text:
            entered[each.film] = None
        elif text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MOST:
            entered[each.film] = int(text)
    return entered


def _shown_line(line: Line) -> ShownLine:
    texts = []
    for change in line.changes:
        if change.row is None and change.place is not None:
            texts.append(_placed(change.place))
        elif change.row is not None and change.place is None:
            texts.append(_placed(change.row))
        elif change.row is not None and change.place is not None:
            texts.append(f"{_placed(change.row)} → {_target(change.row, change.place)}")
    gain = _gain(line)
    return ShownLine(line.key, str(KINDS[line.kind]), texts, **gain, off_sale=_off_sale(line))


def _off_sale(line: Line) -> str:
    if not line.goes_off_sale:
        return ""
    text = gettext("Now on sale, nothing sold: goes off sale.")
    if any(change.place is not None for change in line.changes):
        text += " " + gettext("What replaces it is a draft until you publish the week.")
    return text


def _placed(row: Any) -> str:
    version = f" · {row.format}" if row.format != Session.Format.TWO_D else ""
    return f"{row.film}{version}, {_when(row)}, {row.hall.name}"


def _when(row: Any) -> str:
    local = row.hall.cinema.local(row.start_datetime)
    return f"{date_format(local, 'D j E')} {local:%H:%M}"


def _target(row: Any, place: Session) -> str:
    """What differs: film, time or hall."""
    if row.film_id != place.film_id or row.format != place.format:
        version = f" · {place.format}" if place.format != Session.Format.TWO_D else ""
        start = "" if row.start_datetime == place.start_datetime else f", {_when(place)}"
        return f"{place.film}{version}{start}"
    parts = []
    if row.start_datetime != place.start_datetime:
        parts.append(f"{place.hall.cinema.local(place.start_datetime):%H:%M}")
    if row.hall_id != place.hall_id:
        parts.append(place.hall.name)
    return ", ".join(parts)


def _gain(of: Line | Advice) -> dict[str, str]:
    """With a sign: +12, −3."""

    def signed(text: str, value: Decimal | int) -> str:
        return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text

    people = round(of.admissions)
    money = {"takings": of.takings, "kept": of.kept, "worth": of.worth}
    return {
        "admissions": signed(number_format(abs(people), force_grouping=True), people),
        **{name: signed(format_money(abs(round(amount, 0))), amount) for name, amount in money.items()},
    }
