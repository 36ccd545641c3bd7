"""From chosen seats to a held order: ticket types, snacks, contact details, promo code, points; for a new
order or a change.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import RateLimited
from accounts.services import rate_limits
from bonuses.models import BonusAccount
from cinema import clock
from cinema.http import client_address
from cinema.ids import valid_ids
from cinema.status import Refused
from concessions.errors import OutOfStock
from concessions.models import ConcessionItem
from concessions.services import available
from house_rules.pages import agree_to_terms
from orders.errors import (
    ChoiceRefused,
    NotEnoughPoints,
    NotOnSale,
    PromocodeRefused,
    SeatBroken,
    SeatLeftAlone,
    SeatTaken,
)
from orders.models import Order
from orders.services import hold_online
from payments.errors import GiftCardBlocked, GiftCardEmpty, GiftCardExpired, GiftCardUnknown
from screenings.models import Seat
from storefront import request_identity
from storefront.errors import message_for_customer
from storefront.forms import CheckoutForm
from storefront.services import campaigns, gift_cards, news, own_orders, programme
from storefront.services.checkout_sum import CheckoutSum, checkout_sum
from storefront.services.seat_map import SeatMap
from storefront.views import seats as seats_views
from storefront.views.decorators import lead_to

OF_SEATS = (SeatTaken, SeatBroken, SeatLeftAlone, NotOnSale, ChoiceRefused)  # settled on the map


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest, key: int) -> HttpResponse:
    """The chosen seats are in the URL, so that the page can be shared and returned to."""
    return checkout_page(request, SeatMap(seats_views.get_session(key), at=clock.now()))


@never_cache
def checkout_again(request: HttpRequest, key: int) -> HttpResponse:
    """The checkout with what was typed, after the visitor has signed in or out in another tab."""
    return checkout_page(request, SeatMap(seats_views.get_session(key), at=clock.now()), stale=True)


def checkout_page(
    request: HttpRequest, seat_map: SeatMap, *, keys: Sequence[str] = (), stale: bool = False
) -> HttpResponse:
    """`keys`: the seats, if neither the URL nor the order names them. `stale`: only show what was typed, without
    keeping or holding anything.

    What was refused may have been done before: the button pressed twice, the page gone back to, a second tab. Then the
    answer is the order that it made.
    """
    answer = _checkout(request, seat_map, keys=keys, stale=stale)
    made = _made_before(request, seat_map) if answer.status_code == 409 and not stale else None
    return answer if made is None else lead_to(made)


def _made_before(request: HttpRequest, seat_map: SeatMap) -> Order | None:
    if seat_map.order is not None:
        return own_orders.replacement(seat_map.order) or own_orders.order_of_draft(request, seat_map.order)
    seats = valid_ids(request.GET.getlist("seat"))
    return own_orders.order_made_before(request, seat_map.session, seats, at=seat_map.at)


def _checkout(request: HttpRequest, seat_map: SeatMap, *, keys: Sequence[str], stale: bool) -> HttpResponse:
    at, order = seat_map.at, seat_map.order
    keys = request.GET.getlist("seat") or keys or [str(key) for key in seat_map.mine]
    try:
        chosen = seat_map.chosen(keys)
        seat_map.check(chosen)
    except Refused as refusal:
        if request.method == "POST" and not stale:  # seats that were let go while their buyer was typing
            form = _form(request, seat_map, [seat for seat in seat_map.seats if str(seat.pk) in keys])
            form.is_valid()
            request_identity.store_typed(request, form, at=at)
        return seats_refused(request, seat_map, refusal, chosen=valid_ids(keys))
    form = _form(request, seat_map, chosen)
    if request.method == "POST" and "recount" in request.POST and not stale:
        return _recount(request, form, seat_map, chosen)
    status = 200
    if request.method == "POST":
        status = 409
        if stale:
            form.add_error(None, _("You’ve signed in or out in another tab. Check your order and continue."))
        elif not form.is_valid():
            request_identity.store_typed(request, form, at=at)
        else:
            try:
                code, cinema = form.cleaned_data["gift_card"].strip(), seat_map.session.hall.cinema
                card = gift_cards.look_up(request, code, cinema=cinema, at=at) if code else None
                held = _hold(request, form, seat_map, at=at)
            except OF_SEATS as refusal:
                request_identity.store_typed(request, form, at=at)
                fresh = SeatMap(seat_map.session, at=at, order=order)
                return seats_refused(request, fresh, refusal, chosen={seat.pk for seat in chosen})
            except Refused as refusal:
                if isinstance(refusal, RateLimited):
                    status = 429
                else:
                    request_identity.store_typed(request, form, at=at)
                form.add_error(_field_of(refusal, form), message_for_customer(refusal))
            else:
                _record_agreements(request, form, held, at=at)
                campaigns.credit(request, held)
                request_identity.keep_visitor(request)
                request_identity.clear_typed(request)
                if card is not None:
                    gift_cards.name(request, held, card)
                return redirect("shop:order", held.token)
    return _page(request, form, seat_map, chosen, status=status)


def _recount(request: HttpRequest, form: CheckoutForm, seat_map: SeatMap, chosen: Sequence[Seat]) -> HttpResponse:
    """The checkout with its new total, or only that for a script; nothing is held. Unknown promo codes count. The
    button "use all" fills in as many points as may pay.
    """
    prices, snacks, code, points = form.so_far()
    if use_all := request.POST["recount"] == "points":
        points = form.balance
    by_whom: Any = {
        "person": request_identity.visitor(request), "address": client_address(request), "at": seat_map.at
    }  # fmt: skip
    try:
        if code:
            rate_limits.check("promocode", **by_whom)
        result = checkout_sum(
            seat_map.session, prices=prices, snacks=snacks, promocode=code, points=points, at=seat_map.at
        )
        if result.is_guess:
            rate_limits.hit("promocode", **by_whom)
    except RateLimited as refusal:
        result = checkout_sum(
            seat_map.session, prices=prices, snacks=snacks, promocode="", points=points, at=seat_map.at
        )
        result = replace(result, refusal=str(refusal))
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "storefront/_checkout_sum.html", {"result": result})
    typed = form.cleaned_data | ({"points": result.points_used} if use_all else {})
    again = _form(request, seat_map, chosen, typed=typed)
    return _page(request, again, seat_map, chosen, status=200, result=result)


def seats_refused(request: HttpRequest, seat_map: SeatMap, refusal: Refused, *, chosen: set[int]) -> HttpResponse:
    """The seat map with the reason, and with the chosen seats that are still free."""
    text, lost = message_for_customer(refusal), chosen & seat_map.taken
    if lost and lost <= own_orders.held_seats(request, seat_map.session, at=seat_map.at):
        text = _("You already hold these seats: %(seats)s. Open your order to pay or to change it.") % {
            "seats": "; ".join(str(seat) for seat in seat_map.seats if seat.pk in lost)
        }
    instead: Sequence[Sequence[Seat]] = ()
    if isinstance(refusal, SeatLeftAlone):  # the page has a button for each
        text, instead = refusal.why, refusal.instead
    return seats_views.seats_page(request, seat_map, refusal=text, instead=instead, chosen=chosen - seat_map.taken)


def _hold(request: HttpRequest, form: CheckoutForm, seat_map: SeatMap, *, at: datetime) -> Order:
    given = form.cleaned_data
    return hold_online(
        seat_map,
        places=form.places(),
        snacks=form.snacks(),
        buyer=request_identity.buyer(
            request, email=given["email"], phone=given["phone"], language=get_language() or ""
        ),
        promocode=given["promocode"].strip(),
        points=given.get("points") or 0,
        expected_total=form.expected_total(),
        at=at,
    )


def _record_agreements(request: HttpRequest, form: CheckoutForm, order: Order, *, at: datetime) -> None:
    user = request_identity.customer(request)
    agreements = form.agreements()
    news.agree(order, agreements, user=user, language=request.POST.get("shown_in", ""), at=at)
    if shown := valid_ids([request.POST.get("terms_shown", "")]):
        agree_to_terms(order, shown.pop(), at=at)


def _form(
    request: HttpRequest, seat_map: SeatMap, chosen: Sequence[Seat], *, typed: dict[str, Any] | None = None
) -> CheckoutForm:
    """With what was sent, or with `typed` as if nothing had been."""
    user, order = request_identity.customer(request), seat_map.order
    own = {}
    if order:
        own = {
            line.combo_id or line.concession_item_id: line.combo_quantity or line.quantity
            for line in order.preorders.all()
        }
    cinema = seat_map.session.hall.cinema
    items = list(ConcessionItem.objects.on_sale().filter(cinema=cinema).order_by("name"))
    left = available(items)
    balance = _points_of(order)
    if user is not None and (order is None or order.is_draft or order.user == user):
        balance += BonusAccount.objects.filter(user=user).values_list("balance", flat=True).first() or 0
    return CheckoutForm(
        request.POST if request.method == "POST" and typed is None else None,
        initial=_initial(request, order, own) | (typed or {}),
        seat_map=seat_map,
        seats=chosen,
        stock=[(item, left[item.pk] + own.get(item.pk, 0)) for item in items],
        balance=balance,
        channels=news.channels_to_ask(request),
    )


def _initial(request: HttpRequest, order: Order | None, own: dict[int, int]) -> dict[str, Any]:
    """The initial data: the order that is changed, else what was typed before, else the account."""
    user = request_identity.customer(request)
    known = {"email": user.email, "phone": user.phone} if user else {}
    if order is None:
        return known | request_identity.stored_typed(request)
    if order.is_draft:
        return _types_of(order) | known | request_identity.stored_typed(request)
    agreed = {f"news-{channel.lower()}": True for channel in news.agreed_in(order)}
    snacks = {f"snack-{item}": quantity for item, quantity in own.items()}
    return {
        "email": order.email,
        "phone": order.phone,
        "promocode": str(order.promocode or ""),
        "points": _points_of(order),
        **_types_of(order),
        **snacks,
        **agreed,
    }


def _types_of(order: Order) -> dict[str, Any]:
    return {f"type-{ticket.seat_id}": ticket.ticket_type_id for ticket in order.tickets.all()}


def _points_of(order: Order | None) -> int:
    return -sum(each.amount for each in order.bonus_transactions.all()) if order else 0


def _field_of(refusal: Refused, form: CheckoutForm) -> str | None:
    """The form field that a refusal belongs to; None for the whole form."""
    if isinstance(refusal, PromocodeRefused):
        return "promocode"
    if isinstance(refusal, GiftCardUnknown | GiftCardBlocked | GiftCardEmpty | GiftCardExpired):
        return "gift_card"
    if isinstance(refusal, NotEnoughPoints) and "points" in form.fields:
        return "points"
    if isinstance(refusal, OutOfStock):
        return next((f"snack-{item.pk}" for item, _left in form.stock if item.name in refusal.items), None)
    return None


def _page(
    request: HttpRequest,
    form: CheckoutForm,
    seat_map: SeatMap,
    chosen: Sequence[Seat],
    *,
    status: int,
    result: CheckoutSum | None = None,
) -> HttpResponse:
    if result is None:  # a code that is only typed counts once its total is asked for, and then as an attempt
        prices, snacks, code, points = form.so_far()
        held = seat_map.order.promocode if seat_map.order else None
        kept = held if held is not None and code.upper() == held.code else None
        result = checkout_sum(
            seat_map.session, prices=prices, snacks=snacks, promocode=kept, points=points, at=seat_map.at
        )
    session = seat_map.session
    cinema = session.hall.cinema
    back = "&".join(f"seat={seat.pk}" for seat in chosen)
    return render(
        request,
        "storefront/checkout.html",
        {
            "form": form,
            "result": result,
            "session": session,
            "cinema": cinema,
            "starts": cinema.local(session.start_datetime),
            "zone": programme.time_zone_note(cinema, seat_map.at),
            "seats": chosen,
            "back": back,
            "order": seat_map.order,
            "draft": seat_map.order is not None and seat_map.order.is_draft,
            "seconds_left": seat_map.seconds_left,
            "held_until": cinema.local(seat_map.order.expires_at) if seat_map.order else None,
            "guest": request_identity.customer(request) is None,
            "visitor": request_identity.visitor_for_form(request),
            "title": _("Change order") if seat_map.order and not seat_map.order.is_draft else _("Your order"),
        },
        status=status,
    )
