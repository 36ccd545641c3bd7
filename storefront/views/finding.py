"""Finding a film, and the cinema that a visitor calls theirs."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.ids import valid_ids
from screenings.models import Cinema
from storefront.services import programme
from storefront.services.search import MOST_LETTERS, search
from storefront.views.decorators import post_or_redirect

MINE = "cinema"  # the cookie that keeps a visitor's cinema, by its key
KEPT = timedelta(days=365)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Films on sale or announced. With `part`, only the list, which a script shows while somebody types."""
    at = clock.now()
    text = request.GET.get("q", "").replace("\0", "")[:MOST_LETTERS].strip()
    found = []
    if text:
        week = timezone.localdate(at) + timedelta(days=programme.WEEK)
        films = {each.film: each for each in programme.films_on_sale(beyond=week, cinema=None, at=at)}
        found = [films[film] for film in search(films, text)]
    page = "storefront/_found.html" if "part" in request.GET else "storefront/search.html"
    return render(request, page, {"text": text, "found": found})


@post_or_redirect("shop:home")
def choose_cinema(request: HttpRequest) -> HttpResponseBase:
    """Keep the visitor's cinema in a cookie for a year, or forget it, and show its programme."""
    key = request.POST.get("cinema", "")
    day = {"day": shown} if (shown := request.POST.get("day", "")[:10]) else {}
    response = HttpResponseRedirect(f"{reverse('shop:home')}?{urlencode(day)}".removesuffix("?"))
    if not key:
        response.delete_cookie(MINE)
        return response
    cinema = get_object_or_404(Cinema, pk__in=valid_ids([key]))
    response.set_cookie(
        MINE,
        str(cinema.pk),
        max_age=KEPT,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response
