"""Redirects to the gateway and back. A payment counts only once the gateway itself confirms it."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cinema import clock
from cinema.status import Refused
from orders.models import Order
from orders.services import CustomerPaymentState, customer_payment_state, start_payment
from payments.errors import GatewayError
from storefront.views.decorators import post_or_redirect
from storefront.views.orders import of_order, refused_page


@post_or_redirect("shop:order")
@of_order
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    back = request.build_absolute_uri(reverse("shop:paid", args=[order.token]))
    try:
        started = start_payment(order, gateway=request.POST.get("gateway", ""), return_url=back, at=clock.now())
    except (Refused, GatewayError) as refusal:
        return refused_page(request, order, refusal, done=Order.SOLD)
    if urlsplit(started.redirect_url).netloc == request.get_host():
        return redirect(started.redirect_url)
    # The Content-Security-Policy forbids forms to redirect to another host; a link on a page may.
    return render(request, "storefront/going.html", {"link": started.redirect_url, "order": order})


@require_safe
@of_order
def paid(request: HttpRequest, order: Order) -> HttpResponse:
    """The page to which the gateway returns the customer; it reloads while the payment is in flight."""
    if customer_payment_state(order, at=clock.now()) == CustomerPaymentState.WAITING:
        return render(request, "storefront/waiting.html", {"order": order})
    return redirect("shop:order", order.token)
