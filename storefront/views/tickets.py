"""One ticket by its code: shown large at the entrance, or sent to a friend by a link that says nothing of the order."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import rate_limits
from cinema import clock
from cinema.http import client_address
from cinema.ids import valid_ids
from customers.services import renew_code
from orders.models import Order, Ticket
from orders.services.visits.ticket_codes import UnknownCode, code_of, ticket_of
from screenings.models import Session
from storefront.services import google_wallet
from storefront.services.programme import time_zone_note
from storefront.services.wallet import signer, wallet_pass
from storefront.views.decorators import post_or_redirect
from storefront.views.orders import of_order


def _of_code(request: HttpRequest, token: str) -> tuple[Ticket, str]:
    """The ticket of a code, which is the secret of the link, and its code while it admits. Wrong codes are counted."""
    try:
        key = ticket_of(token).pk
    except UnknownCode:
        rate_limits.hit("unknown_link", address=client_address(request), at=clock.now())
        raise Http404 from None
    rows = Ticket.objects.select_related("order", "session__film", "session__hall__cinema", "seat", "ticket_type")
    ticket = rows.get(pk=key)
    admits = ticket.status == Ticket.Status.PAID and ticket.session.status != Session.Status.CANCELLED
    return ticket, code_of(ticket) if admits else ""


@require_safe
@never_cache
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    ticket, code = _of_code(request, token)
    session = ticket.session
    cinema = session.hall.cinema
    context = {
        "ticket": ticket,
        "code": code,
        "session": session,
        "cinema": cinema,
        "starts": cinema.local(session.start_datetime),
        "zone": time_zone_note(cinema, clock.now()),
        "has_apple_wallet": signer(clock.now()) is not None,
        "has_google_wallet": google_wallet.account() is not None,
    }
    response = render(request, "storefront/ticket.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_safe
@never_cache
def apple_wallet(request: HttpRequest, token: str) -> HttpResponse:
    """The ticket as a pass for Apple Wallet, where a certificate is set up."""
    signed_by = signer(clock.now())
    ticket, code = _of_code(request, token)
    if signed_by is None or not code:
        raise Http404
    content = wallet_pass(ticket, code=code, signed_by=signed_by)
    return HttpResponse(content, content_type="application/vnd.apple.pkpass")


@require_safe
@never_cache
def to_google_wallet(request: HttpRequest, token: str) -> HttpResponse:
    """To the page of Google that saves the ticket as a pass, where an account is set up."""
    account = google_wallet.account()
    ticket, code = _of_code(request, token)
    if account is None or not code:
        raise Http404
    return redirect(google_wallet.save_link(ticket, code=code, by=account, at=clock.now()))


@post_or_redirect("shop:order")
@of_order
def new_code(request: HttpRequest, order: Order) -> HttpResponse:
    """Take a ticket back whose link was sent to somebody."""
    of_order = order.tickets.select_related("seat", "session")
    ticket = of_order.filter(pk__in=valid_ids([request.POST.get("ticket", "")])).first()
    if ticket is not None and renew_code(ticket, at=clock.now()):
        messages.success(request, _("%(seat)s has a new code. The old one no longer works.") % {"seat": ticket.seat})
    elif ticket is not None:
        messages.error(request, _("The doors are open already, so this ticket keeps its code."))
    return redirect("shop:order", order.token)
