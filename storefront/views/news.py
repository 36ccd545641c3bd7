"""News and offers: agreeing to them and withdrawing, in the account, on an order's page and by a link in a message."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.errors import WithdrawnAlready
from accounts.models import MarketingConsent
from accounts.services import rate_limits
from accounts.services.consents import Place, confirm, withdraw, wording
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused
from orders.models import Order
from storefront.request_identity import customer, is_colleague, signed_in_customer
from storefront.services import news
from storefront.views.account import signed_in
from storefront.views.decorators import post_or_redirect
from storefront.views.orders import of_order, refused_page


@post_or_redirect("shop:profile")
@signed_in
def of_account(request: HttpRequest) -> HttpResponse:
    """Save what is ticked and what is not, for each channel that the account has a contact for."""
    user, at = signed_in_customer(request), clock.now()
    try:
        rate_limits.hit("news", person=f"user {user.pk}", address=client_address(request), at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("shop:profile")
    for choice in news.choices_of_customer(user):
        ticked = choice.channel in request.POST.getlist("channel")
        news.choose(choice, is_given=ticked, user=user, language=request.POST.get("shown_in", ""), at=at)
    messages.success(request, _("Changes saved."))
    return redirect("shop:profile")


@post_or_redirect("shop:order")
@of_order
def of_order_page(request: HttpRequest, order: Order) -> HttpResponse:
    """Agree, or withdraw, for one channel. Colleagues who opened the page of a customer's order choose nothing."""
    at = clock.now()
    try:
        rate_limits.hit("news", person=f"order {order.pk}", address=client_address(request), at=at)
    except Refused as refusal:
        return refused_page(request, order, refusal)
    choices = [] if is_colleague(request) else news.choices_of_order(order)
    for choice in choices:
        if choice.channel == request.POST.get("channel"):
            is_given, language = request.POST.get("agree") == "yes", request.POST.get("shown_in", "")
            news.choose(choice, is_given=is_given, user=customer(request), order=order, language=language, at=at)
            messages.success(request, _("Changes saved."))
    return redirect("shop:order", order.token)


@csrf_exempt  # mail servers press the button for their users (RFC 8058); nobody else knows the token
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button, and pressing it withdraws: mail scanners open links but press no buttons.

    A POST needs no cookie and gets no redirect, as RFC 8058 demands of the address in `List-Unsubscribe`.
    """
    consent = _of_link(request, token, MarketingConsent.objects.all())
    done = request.method == "POST"
    if done:
        with suppress(WithdrawnAlready):
            withdraw(consent, place=Place.MESSAGE, at=clock.now())
    label = wording(consent.channel, purpose=consent.purpose, is_given=False)
    return _answer(request, "storefront/unsubscribe.html", {"consent": consent, "done": done, "label": label})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button, and pressing it confirms what was agreed to for this address or number."""
    consent = _of_link(request, token, MarketingConsent.objects.filter(is_given=True, is_proved=False))
    done = request.method == "POST"
    if done:
        confirm(consent, at=clock.now())
    return _answer(request, "storefront/subscribe.html", {"consent": consent, "done": done})


def _of_link(request: HttpRequest, token: str, rows: QuerySet[MarketingConsent]) -> MarketingConsent:
    try:
        consent = rows.exclude(recipient="").filter(uid=UUID(token)).first()
    except ValueError:
        consent = None
    if consent is None:
        rate_limits.hit("unknown_link", address=client_address(request), at=clock.now())
        raise Http404
    return consent


def _answer(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    response = render(request, template, page)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
