"""The page of an order: whoever has its secret link can see, pay, change, cancel and refund it."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import RateLimited
from accounts.services import rate_limits
from allocations.services import OF_THE_HOUSE
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused
from concessions.models import ConcessionPreorder
from concessions.services.combos import rest_of_combos
from customers.services import correct_address_by_customer
from incidents.services import send_vouchers_again
from orders import notifications, services
from orders.errors import BelowCodeSum, SoldTogether
from orders.models import Order, OrderLine
from payments.gateways import offered_gateways
from payments.services import receipts_to_look_at
from storefront.errors import message_for_customer
from storefront.forms import AddressForm
from storefront.request_identity import customer, is_colleague
from storefront.services import gift_cards, own_orders
from storefront.services.order_page import OrderPage, session_of
from storefront.services.programme import time_zone_note
from storefront.services.seat_map import SeatMap
from storefront.templatetags.shop import clock as clock_time
from storefront.templatetags.shop import in_zone
from storefront.views import checkout as checkout_views
from storefront.views import seats as seats_views
from storefront.views.decorators import lead_to, post_or_redirect
from storefront.views.programme import calendar_file

View = Callable[..., HttpResponseBase]
WHOLE = Order.objects.select_related("cinema", "promocode", "user", "agreed_terms__version__page").defer(
    "agreed_terms__version__text"
)


def of_order(view: View) -> View:
    """Look the order up by its secret token, or answer 404. The page is neither stored nor indexed, and
    sends no referrer. An order that its customer has changed leads on to what it became, unless money came for it.
    """

    @wraps(view)
    @never_cache
    def found(request: HttpRequest, token: str, **parts: Any) -> HttpResponseBase:
        order = order_of(request, token)
        following = None
        if order.status == Order.Status.CANCELLED:
            following = own_orders.replacement(order) or own_orders.order_of_draft(request, order)
        if following is not None and not order.payments.exists():
            return lead_to(following)
        response = view(request, order, **parts)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return found


def order_of(request: HttpRequest, token: str) -> Order:
    """The order of the token, compared in constant time. Only wrong tokens are counted and limited, so that nobody's
    guesses shut out whoever has the right link at the same IP address.
    """
    order = WHOLE.filter(token=token).exclude(OF_THE_HOUSE).first()  # the house is no customer
    known = order.token if order else secrets.token_urlsafe(24)
    if not secrets.compare_digest(known.encode(), token.encode()) or order is None:
        rate_limits.hit("unknown_link", address=client_address(request), at=clock.now())
        raise Http404
    return order


@require_safe
@of_order
def order(request: HttpRequest, order: Order) -> HttpResponse:
    if order.is_draft and order.status in Order.UNPAID and order.expires_at > clock.now():
        return redirect("shop:change", order.token)
    return order_page(request, order)


def order_page(request: HttpRequest, order: Order, *, refusal: object = None, status: int = 409) -> HttpResponse:
    page = OrderPage(order, at=clock.now(), user=customer(request), may_choose_news=not is_colleague(request))
    return render(
        request,
        "storefront/order.html",
        {
            "page": page,
            "order": order,
            "gateways": offered_gateways(),
            "refusal": refusal,
            "receipts": receipts_to_look_at(order.pk),
            "site": settings.SITE_URL,
            "gift_card": gift_cards.offer(request, order) if page.unpaid else None,
        },
        status=status if refusal else 200,
    )


def refused_page(request: HttpRequest, order: Order, refusal: Exception, *, done: Collection[str] = ()) -> HttpResponse:
    """The order's current page with the reason of the refusal; without it if the order is in one of the statuses
    `done`, because the button was pressed before.
    """
    current = WHOLE.get(pk=order.pk)
    if current.status in done:
        return lead_to(current)
    status = 429 if isinstance(refusal, RateLimited) else 409
    return order_page(request, current, refusal=message_for_customer(refusal), status=status)


@post_or_redirect("shop:order")
@of_order
def extend(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        extended = services.extend_online(order, at=clock.now())
    except Refused as refusal:
        return refused_page(request, order, refusal)
    until = order.cinema.local(extended.expires_at)
    time = in_zone(clock_time(until), time_zone_note(order.cinema, until))
    messages.success(request, _("Your order is now held until %(time)s.") % {"time": time})
    return redirect("shop:order", order.token)


@post_or_redirect("shop:order")
@of_order
def cancel(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        services.cancel_by_customer(order, at=clock.now(), actor=customer(request))
    except Refused as refusal:
        return refused_page(request, order, refusal, done={Order.Status.CANCELLED})
    return redirect("shop:order", order.token)


@post_or_redirect("shop:order")
@of_order
def send_again(request: HttpRequest, order: Order) -> HttpResponse:
    """Send the link of a sold order to its own address once more: one in `LINK_AGAIN`, and a few a day, for an address,
    however often it is pressed on the pages of however many orders. Presses that send nothing use up none.
    """
    if order.status in Order.SOLD and order.email:
        limited: Any = {"person": order.recipient, "address": client_address(request), "at": clock.now()}
        try:
            rate_limits.check("link_again", **limited)
        except RateLimited as refusal:
            return refused_page(request, order, refusal)
        if notifications.send_link(order, sparingly=True, at=clock.now()):
            rate_limits.allowed("link_again", **limited)
        send_vouchers_again(order, at=clock.now())
        messages.success(request, _("We’re sending the link to %(email)s again.") % {"email": order.email})
    return redirect("shop:order", order.token)


@post_or_redirect("shop:order")
def correct_address(request: HttpRequest, token: str) -> HttpResponseBase:
    """A second press of the button leads to the order, whose link the first one has changed."""
    posted, at = request.POST, clock.now()
    before = own_orders.corrected_before(posted.get("proof", ""), token=token, email=posted.get("email", ""), at=at)
    return lead_to(before) if before else _correct_address(request, token=token)


@of_order
def _correct_address(request: HttpRequest, order: Order) -> HttpResponse:
    form, at = AddressForm(request.POST), clock.now()
    if not form.is_valid():
        return order_page(request, order, refusal=str(form.errors["email"][0]))
    limited: Any = {"person": f"order {order.pk}", "address": client_address(request), "at": at}
    try:
        rate_limits.check("correct_address", **limited)
        corrected = correct_address_by_customer(order, email=form.cleaned_data["email"], at=at)
    except Refused as refusal:
        return refused_page(request, order, refusal)
    rate_limits.allowed("correct_address", **limited)  # counts what was corrected, not what was refused
    own_orders.note_correction(request.POST.get("proof", ""), at=at)
    messages.success(request, _("Sent to %(email)s. This page has a new address now.") % {"email": corrected.email})
    return redirect("shop:order", corrected.token)


@require_safe
@of_order
def seats(request: HttpRequest, order: Order) -> HttpResponse:
    """Choose other seats for the same session; the current ones are preselected."""
    seat_map = _map_of(order, at=clock.now())
    return redirect("shop:order", order.token) if seat_map is None else seats_views.seats_page(request, seat_map)


@require_http_methods(["GET", "HEAD", "POST"])
@of_order
def change(request: HttpRequest, order: Order) -> HttpResponse:
    """The checkout, filled in with the current order, which stays held until it is replaced.

    If the seats of a draft were let go while its buyer was typing, they are held again if they are still free.
    """
    at = clock.now()
    seat_map = _map_of(order, at=at)
    if seat_map is not None:
        return checkout_views.checkout_page(request, seat_map)
    session = session_of(order) if request.method == "POST" and order.is_draft else None
    if session is None:
        return redirect("shop:order", order.token)
    keys = [str(key) for key in order.tickets.values_list("seat", flat=True)]
    return checkout_views.checkout_page(request, SeatMap(session, at=at), keys=keys)


@of_order
def change_again(request: HttpRequest, order: Order) -> HttpResponse:
    """The change of an order with what was typed, after the visitor has signed in or out in another tab."""
    seat_map = _map_of(order, at=clock.now())
    if seat_map is None:
        return redirect("shop:order", order.token)
    return checkout_views.checkout_page(request, seat_map, stale=True)


def _map_of(order: Order, *, at: datetime) -> SeatMap | None:
    """The seat map for changing the order: it must be unpaid and held, bought online, and for one session."""
    is_held = order.status in Order.UNPAID and order.expires_at > at
    session = session_of(order) if is_held and order.channel == Order.Channel.ONLINE else None
    return SeatMap(session, at=at, order=order) if session else None


@post_or_redirect("shop:order")
@of_order
def confirm(request: HttpRequest, order: Order) -> HttpResponse:
    """Confirm an order that costs nothing: it needs no payment."""
    if order.final_amount or order.is_draft:
        return redirect("shop:order", order.token)
    try:
        services.mark_paid(order, gateway="", amount=order.final_amount, at=clock.now(), actor=customer(request))
    except Refused as refusal:
        return refused_page(request, order, refusal, done=Order.SOLD)
    return redirect("shop:order", order.token)


@require_http_methods(["GET", "HEAD", "POST"])
@of_order
def refund(request: HttpRequest, order: Order) -> HttpResponse:
    """Choose lines, see exactly what is returned, and confirm."""
    at = clock.now()
    page = OrderPage(order, at=at, user=customer(request))
    fit = [] if page.by_seller else services.refundable_by_customer(order, at=at)
    given = request.POST if request.method == "POST" else request.GET
    named = set(given.getlist("line"))
    chosen = [line for line in fit if key_of(line) in named]
    refusal: object = None
    preview = None
    along: list[OrderLine] = []
    combos: list[ConcessionPreorder] = []
    try:
        if len(chosen) < len(named) and not page.disputed:
            raise services.TooLateToRefund
        if request.method == "POST":
            services.refund_by_customer(order, lines=chosen, at=at, actor=customer(request))
            messages.success(request, _("Refund confirmed. See the details below."))
            return redirect("shop:order", order.token)
        if chosen:
            combos = rest_of_combos(chosen, fit)
            chosen += combos
            named |= {key_of(line) for line in combos}
            preview, along = _preview(order, chosen, at=at)
            if not {key_of(line) for line in along} <= {key_of(line) for line in fit}:
                raise services.TooLateToRefund
            if preview.missed is not None:
                raise BelowCodeSum(preview.missed)
            named |= {key_of(line) for line in along}
    except Refused as refused:
        if request.method == "POST" and named and named <= own_orders.refunded_lines(order):
            return lead_to(order)  # the button was pressed before
        refusal = message_for_customer(refused)
    return render(
        request,
        "storefront/refund.html",
        {
            "order": order,
            "page": page,
            "lines": [(key_of(line), line, key_of(line) in named) for line in fit],
            "preview": preview if not refusal else None,
            "along": along,
            "combos": combos,
            "refusal": refusal,
            "notice": order.refund_notice // timedelta(minutes=1),
        },
        status=409 if refusal else 200,
    )


def _preview(
    order: Order, lines: Sequence[OrderLine], *, at: datetime
) -> tuple[services.RefundPreview, list[OrderLine]]:
    """What the refund gives, and the tickets that are refunded along with the lines: they are sold together only."""
    try:
        preview = services.preview_refund(order, lines=lines, at=at)
    except SoldTogether as together:
        preview = services.preview_refund(order, lines=[*lines, *together.tickets], at=at)
        return preview, [*together.tickets, *preview.along]
    return preview, list(preview.along)


def key_of(line: OrderLine) -> str:
    return f"{line._meta.model_name}-{line.pk}"


@require_safe
@of_order
def tickets_calendar(request: HttpRequest, order: Order) -> HttpResponse:
    page = OrderPage(order, at=clock.now(), user=None)
    link = settings.SITE_URL + reverse("shop:order", args=[order.token])
    return calendar_file(page.calendar(link), name=f"tickets-{order.number}")
