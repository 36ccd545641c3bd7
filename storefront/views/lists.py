"""The lists on which customers wait: films that are not on sale yet, and screenings that are sold out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.http import client_address
from cinema.ids import valid_ids
from cinema.status import Refused
from screenings.models import Cinema
from storefront.request_identity import signed_in_customer
from storefront.services.lists import lists_of
from storefront.views.account import signed_in
from storefront.views.decorators import post_or_redirect
from storefront.views.finding import MINE
from storefront.views.programme import announced_films
from storefront.views.seats import get_session
from waiting.services import join, leave, unwatch
from waiting.services import watch as watch_film


@require_safe
@signed_in
def lists(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/lists.html", {"lists": lists_of(signed_in_customer(request), at=clock.now())})


@post_or_redirect("shop:film")
@signed_in
def watch(request: HttpRequest, key: int) -> HttpResponseBase:
    """Put the film on the customer's watch list, for the cinema that the visitor calls theirs, or take it off."""
    user = signed_in_customer(request)
    if "stop" in request.POST:
        unwatch(user, film=key)
        messages.success(request, _("Removed from your watch list."))
        return _back(request, "shop:film", key)
    film = get_object_or_404(announced_films(), pk=key)
    cinema = Cinema.objects.filter(pk__in=valid_ids([request.COOKIES.get(MINE, "")])).first()
    try:
        watch_film(user, film=film, cinema=cinema, at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("We’ll write to you once, as soon as it is on sale."))
    return redirect("shop:film", key)


@post_or_redirect("shop:session")
@signed_in
def wait(request: HttpRequest, key: int) -> HttpResponseBase:
    """Join the waiting list of a screening that is sold out, change the number of seats, or leave it."""
    user = signed_in_customer(request)
    if "stop" in request.POST:
        leave(user, session=key)
        messages.success(request, _("You’re off the waiting list."))
        return _back(request, "shop:session", key)
    quantity = request.POST.get("quantity", "")
    seats = int(quantity) if quantity in map(str, range(1, 100)) else 0
    try:
        join(get_session(key), user=user, quantity=seats, address=client_address(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You’re on the waiting list. We’ll write to you as soon as we hold seats for you."))
    return redirect("shop:session", key)


def _back(request: HttpRequest, page: str, key: int) -> HttpResponse:
    return redirect("shop:lists") if "lists" in request.POST else redirect(page, key)
