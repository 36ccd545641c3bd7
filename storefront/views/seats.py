"""The seats of a session: which are free, and choosing some."""

from collections.abc import Collection, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.ids import valid_ids
from cinema.money import ZERO
from orders.availability.seat_map import taken_seats
from screenings.models import Seat, SeatKind, Session, with_pictures
from storefront import request_identity
from storefront.services import own_orders, programme
from storefront.services.lists import waiting
from storefront.services.price_note import price_note
from storefront.services.seat_map import SeatMap
from storefront.structured_data import image_of, screening_events


def get_session(key: int) -> Session:
    """The session, which the shop knows only once its film has an age rating, and unless a group has hired it."""
    sessions = Session.objects.select_related("film", "hall__cinema").exclude(film__age_rating="")
    sessions = sessions.filter(is_private=False)
    return get_object_or_404(sessions, pk=key)


@require_safe
@never_cache
def seats(request: HttpRequest, key: int) -> HttpResponse:
    """The seat map, or the same seats as a list; seats named in the URL are preselected, else those of a draft."""
    session, at = get_session(key), clock.now()
    return seats_page(request, SeatMap(session, at=at, order=own_orders.draft_of(request, session, at=at)))


def seats_page(
    request: HttpRequest,
    seat_map: SeatMap,
    *,
    refusal: object = None,
    instead: Sequence[Sequence[Seat]] = (),
    chosen: Collection[int] | None = None,
) -> HttpResponse:
    """`instead`: choices of seats to offer with the refusal."""
    session, order = seat_map.session, seat_map.order
    cinema = session.hall.cinema
    with_pictures([session.film])
    party = request.GET.get("best", "")
    best = seat_map.best(party)
    if chosen is None:
        chosen = best or valid_ids(request.GET.getlist("seat")) or seat_map.mine
    showing = programme.Showing(
        session=session,
        starts=cinema.local(session.start_datetime),
        seats=seat_map.count,
        price=seat_map.prices[SeatKind.STANDARD],
        soon=False,
    )
    on_sale = session.is_on_sale(seat_map.at)
    draft = order is not None and order.is_draft
    changed = None if draft else order
    here = reverse("shop:session", args=[session.pk])
    layout = seat_map.layout(chosen) if on_sale else None
    may_wait = on_sale and not showing.seats.free and not order
    ticked = [each for each in layout.seats if each.mark.is_chosen] if layout else []
    return render(
        request,
        "storefront/seats.html",
        {
            "session": session,
            "cinema": cinema,
            "showing": showing,
            "ends": cinema.local(session.end_datetime),
            "on_sale": on_sale,
            "sold_out": may_wait and showing.seats.sold_out,
            "only_wheelchairs": may_wait and showing.seats.only_wheelchairs,
            "waiting": waiting(request_identity.customer(request), session, at=seat_map.at) if may_wait else None,
            "seat_map": seat_map,
            "layout": layout,
            "ticked": ticked,
            "sum": sum((each.mark.price for each in ticked if each.mark.price is not None), ZERO),
            "as_list": request.GET.get("view") == "list",
            "here": here if changed is None else reverse("shop:order_seats", args=[changed.token]),
            "action": reverse("shop:hold", args=[session.pk])
            if changed is None
            else reverse("shop:change", args=[changed.token]),
            "changed": changed,
            "order": order,
            "draft": draft,
            "seconds_left": seat_map.seconds_left,
            "visitor": request_identity.visitor_for_form(request),
            "most_seats": settings.SEATS_A_VISITOR,
            "parties": range(1, settings.SEATS_A_VISITOR + 1),
            "party": party or "2",
            "no_room_together": bool(party) and not best,
            "refusal": refusal,
            "instead": instead,
            "price_note": price_note(session) if on_sale else None,
            "zone": programme.time_zone_note(cinema, seat_map.at),
            "image": image_of(session.film),
            "markup": screening_events([showing]) if on_sale or session.status == Session.Status.CANCELLED else "",
        },
        status=409 if refusal else 200,
    )


@require_safe
@never_cache
def taken(request: HttpRequest, key: int) -> JsonResponse:
    """The seats that are taken now, polled by an open seat map; none once the session is off sale, since sales figures
    are not public.
    """
    session = get_session(key)
    at = clock.now()
    if not session.is_on_sale(at):
        return JsonResponse({"taken": [], "on_sale": False})
    gone, _mine = taken_seats(session, at=at)
    return JsonResponse({"taken": sorted(gone), "on_sale": True})
