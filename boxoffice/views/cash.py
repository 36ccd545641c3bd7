"""The cash of the cinema: what is in the drawers, the safe and the change fund, and moving it, also to the bank."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.services.sent_forms import sent_once
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.services.safe import MOVABLE, check_room, last_movements, places_of
from boxoffice.views.sale_form import amount_of
from cinema.ids import is_valid_id
from cinema.money import ZERO
from cinema.status import Refused
from payments.models import CashPlace
from payments.services import move_between
from screenings.models import Cinema


@page("payments.bank_cash")
@require_http_methods(["GET", "HEAD", "POST"])
def cash(request: BoxOfficeRequest) -> HttpResponse:
    cinema = request.cinema
    places = places_of(cinema)
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
        except ValueError:
            messages.error(request, _("Enter an amount such as 500 or 500.50."))
        except Refused as error:
            messages.error(request, str(error))
        return redirect("boxoffice:cash")
    movable = [place for place in places if place.kind in MOVABLE]
    return TemplateResponse(
        request,
        "boxoffice/cash.html",
        {
            "cinema": cinema,
            "places": places,
            "movable": movable,
            "movements": last_movements(cinema),
            "sent": uuid4(),
        },
    )


def _place(request: BoxOfficeRequest, cinema: Cinema, name: str) -> CashPlace:
    """The chosen safe, change fund or bank of this cinema."""
    key = request.POST.get(name, "")
    rows = CashPlace.objects.filter(cinema=cinema, kind__in=MOVABLE)
    return get_object_or_404(rows, pk=int(key) if is_valid_id(key) else 0)
