"""The cash of the cinema: what is in the drawers, the safe and the change fund, and moving it, also to the bank."""

from collections.abc import Collection
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services.sent_forms import sent_once
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.services.handovers import confirm as confirm_handed_in
from boxoffice.services.safe import MOVABLE, check_room, handovers_waiting, last_movements, places_of
from boxoffice.views.sale_form import amount_of, show_error
from boxoffice.views.second_person import OTHERS, decide
from boxoffice.views.till import WORK
from cinema.ids import is_valid_id
from cinema.money import ZERO, format_money
from cinema.status import Refused
from payments.models import CashPlace, Handover
from payments.services import count_place, move_between
from payments.services.handovers import COUNTABLE
from screenings.models import Cinema


@page("payments.bank_cash")
@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: BoxOfficeRequest) -> HttpResponse:
    cinema = request.cinema
    places = places_of(cinema)
    if request.method == "POST" and request.POST.get("do") == "count":
        return _count(request, cinema)
    if request.method == "POST":
        try:
            source, target = _place(request, cinema, "source"), _place(request, cinema, "target")
            if source == target:
                messages.error(request, _("Choose two different places."))
                return redirect("boxoffice:cash")
            amount = amount_of(request.POST.get("amount", "")) or ZERO
            reason = request.POST.get("reason", "")
            check_room(cinema, amount, kinds=[target.kind])
            with sent_once(request, at=request.at):
                move_between(source, target, amount=amount, reason=reason, at=request.at, actor=request.user)
            messages.success(request, _("Recorded."))
        except (Refused, ValueError) as error:
            show_error(request, error)
        return redirect("boxoffice:cash")
    movable = [place for place in places if place.kind in MOVABLE]
    return TemplateResponse(
        request,
        "boxoffice/cash.html",
        {
            "cinema": cinema,
            "places": places,
            "movable": movable,
            "countable": [place for place in places if place.kind in COUNTABLE],
            "waiting": handovers_waiting(cinema),
            "movements": last_movements(cinema),
            "sent": uuid4(),
        },
    )


def _count(request: BoxOfficeRequest, cinema: Cinema) -> HttpResponse:
    """Count the safe or the change fund; only afterwards it is said what is over or short."""
    try:
        place, counted = _place(request, cinema, "place", kinds=COUNTABLE), amount_of(request.POST.get("counted", ""))
        if counted is None:
            raise ValueError
        with sent_once(request, at=request.at):
            difference = count_place(place, counted=counted, at=request.at, actor=request.user)
        messages.success(request, _("Counted. Over or short: %(amount)s") % {"amount": format_money(difference)})
    except (Refused, ValueError) as error:
        show_error(request, error)
    return redirect("boxoffice:cash")


@page(WORK)
@require_POST
def confirm(request: BoxOfficeRequest) -> HttpResponse:
    """Confirm how much of what somebody dropped or handed in is there: by another person, here or by PIN."""
    key = request.POST.get("handover", "")
    of_cinema = Handover.objects.filter(movement__place__cinema=request.cinema)
    row = get_object_or_404(of_cinema, pk=int(key) if is_valid_id(key) else 0)
    try:
        found = amount_of(request.POST.get("found", ""))
        if found is None:
            raise ValueError
        confirm_handed_in(row, found=found, at=request.at, actor=decide(request, OTHERS) or request.user)
        messages.success(request, _("Confirmed."))
    except (Refused, ValueError) as error:
        show_error(request, error)
    return redirect("boxoffice:shift")


def _place(request: BoxOfficeRequest, cinema: Cinema, name: str, *, kinds: Collection[str] = MOVABLE) -> CashPlace:
    """The chosen safe, change fund or bank of this cinema."""
    key = request.POST.get(name, "")
    rows = CashPlace.objects.filter(cinema=cinema, kind__in=kinds)
    return get_object_or_404(rows, pk=int(key) if is_valid_id(key) else 0)
