"""Holding the chosen seats before anything is typed: what the button beneath the seat map does."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.errors import RateLimited
from cinema import clock
from cinema.ids import valid_ids
from cinema.status import Refused
from orders.errors import NotOnSale
from orders.services import hold_online
from screenings.models import Seat, TicketType
from storefront import request_identity
from storefront.services import own_orders
from storefront.services.seat_map import SeatMap
from storefront.views import seats as seats_views
from storefront.views.checkout import seats_refused
from storefront.views.decorators import lead_to

VIEWS = ("map", "list")


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, key: int) -> HttpResponse:
    """Hold the seats as a draft, which the checkout makes an order of; it replaces this browser's former draft."""
    session, at = seats_views.get_session(key), clock.now()
    if request.method != "POST":
        return redirect("shop:session", key)
    wanted = valid_ids(request.POST.getlist("seat"))
    if request.POST.get("view") in VIEWS:  # the button that switches between map and list: the choice is kept
        chosen = urlencode({"seat": sorted(wanted), "view": request.POST["view"]}, doseq=True)
        return redirect(f"{reverse('shop:session', args=[key])}?{chosen}")
    draft = own_orders.draft_of(request, session, at=at)
    seat_map = SeatMap(session, at=at, order=draft)
    if draft is not None and wanted == seat_map.mine:
        return redirect("shop:change", draft.token)
    buyer = request_identity.buyer(request, email="", phone="", language=get_language() or "")
    try:
        chosen_seats = seat_map.chosen(request.POST.getlist("seat"))
        places = [(seat, _first_type(seat_map, seat)) for seat in chosen_seats]
        shown = seat_map.expected_total(places, price_shown=request.POST.get("price_shown", ""))
        held = hold_online(seat_map, places=places, buyer=buyer, expected_total=shown, at=at)
    except Refused as refusal:
        if made := own_orders.order_made_before(request, session, wanted, at=at):
            return lead_to(made)  # the button was pressed twice
        fresh = SeatMap(session, at=at, order=draft)
        answer = seats_refused(request, fresh, refusal, chosen=wanted)
        answer.status_code = 429 if isinstance(refusal, RateLimited) else answer.status_code
        return answer
    request_identity.keep_visitor(request)
    return redirect("shop:change", held.token)


def hold_again(request: HttpRequest, key: int) -> HttpResponse:
    """The map with what was chosen, after the visitor has signed in or out in another tab."""
    chosen = urlencode({"seat": sorted(valid_ids(request.POST.getlist("seat")))}, doseq=True)
    return redirect(f"{reverse('shop:session', args=[key])}?{chosen}")


def _first_type(seat_map: SeatMap, seat: Seat) -> TicketType:
    """What the checkout offers first. Raises `NotOnSale` if there is no ticket type for the seat."""
    types = seat_map.types_for(seat)
    if not types:
        raise NotOnSale.any_more(seat_map.session.film)
    return types[0]
