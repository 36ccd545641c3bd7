"""An unpaid order is paid with a gift card: its code is entered, what it covers is shown, and then it pays."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cinema import clock
from cinema.money import format_money
from cinema.status import Refused
from orders.models import Order
from storefront.request_identity import customer
from storefront.services import gift_cards
from storefront.views.decorators import post_or_redirect
from storefront.views.orders import of_order, refused_page


@post_or_redirect("shop:order")
@of_order
def choose(request: HttpRequest, order: Order) -> HttpResponse:
    """Look a code up; without one, the card that was chosen before is not used."""
    code = request.POST.get("gift_card", "").strip()
    try:
        found = gift_cards.look_up(request, code, cinema=order.cinema, at=clock.now()) if code else None
    except Refused as refusal:
        return refused_page(request, order, refusal, done=Order.SOLD)
    gift_cards.name(request, order, found)
    return redirect("shop:order", order.token)


@post_or_redirect("shop:order")
@of_order
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    if order.is_draft:
        return redirect("shop:order", order.token)
    try:
        paid = gift_cards.pay(request, order, at=clock.now(), actor=customer(request))
    except Refused as refusal:
        return refused_page(request, order, refusal, done=Order.SOLD)
    messages.success(request, _("%(amount)s was paid with your gift card.") % {"amount": format_money(paid)})
    return redirect("shop:order", order.token)
