"""Redirects to the gateway and back. A payment counts only once the gateway itself confirms it."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import rate_limits
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused
from orders.models import Order
from orders.services import CustomerPaymentState, customer_payment_state, start_payment
from payments.errors import GatewayError
from payments.models import Payment
from storefront.services import own_orders
from storefront.views.decorators import post_or_redirect
from storefront.views.orders import of_order, refused_page


@post_or_redirect("shop:order")
@of_order
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    if order.is_draft:
        return redirect("shop:order", order.token)
    # Signed, so that whoever paid finds their way back even if the order's address, and with it its link, is corrected.
    back = request.build_absolute_uri(reverse("shop:paid", args=[order.token]))
    back += "?" + urlencode({"proof": own_orders.proof_of_link(order)})
    at = clock.now()
    try:
        rate_limits.hit("ask_gateway", person=f"order {order.pk}", address=client_address(request), at=at)
        started = start_payment(order, gateway=request.POST.get("gateway", ""), return_url=back, at=at)
    except (Refused, GatewayError) as refusal:
        return refused_page(request, order, refusal, done=Order.SOLD)
    if urlsplit(started.redirect_url).netloc == request.get_host():
        return redirect(started.redirect_url)
    # The Content-Security-Policy forbids forms to redirect to another host; a link on a page may.
    return render(request, "storefront/going.html", {"link": started.redirect_url, "order": order})


@require_safe
@never_cache
def paid(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page to which the gateway returns the customer. It shows nothing of an order that has another link now."""
    order = own_orders.order_of_proof(request.GET.get("proof", ""), token=token)
    if order is not None and order.token != token:
        text = _("Order %(order)s has a new link, which was sent to its email address.") % {"order": order}
        answer = render(request, "storefront/problem.html", {"title": _("Payment"), "text": text})
        answer["X-Robots-Tag"] = "noindex, nofollow"
        return answer
    return _paid(request, token=token)


@of_order
def _paid(request: HttpRequest, order: Order) -> HttpResponse:
    """Reloads while the payment is in flight. Whoever reloads too often waits for the webhook or the job."""
    at, address = clock.now(), client_address(request)
    in_flight = order.payments.filter(status=Payment.Status.PENDING).exists()
    if in_flight and not rate_limits.allowed("ask_gateway", person=f"order {order.pk}", address=address, at=at):
        state = CustomerPaymentState.WAITING
    else:
        state = customer_payment_state(order, at=at)
    if state == CustomerPaymentState.WAITING:
        return render(request, "storefront/waiting.html", {"order": order})
    return redirect("shop:order", order.token)
