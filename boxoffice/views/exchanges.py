"""Tickets of an order exchanged for another screening: one page, on which every press shows what it would cost."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import ApprovalRequired
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.errors import NoShift
from boxoffice.services import sales
from boxoffice.services.exchanges import Choice, choose, exchange, offered_sessions
from boxoffice.services.seats import TillSeats
from boxoffice.services.second_person import deciders
from boxoffice.views.sale_form import amount_of, show_error, typed
from boxoffice.views.second_person import REFUND, decide
from boxoffice.views.till import WORK, orders_of, tell_payouts
from cinema.ids import valid_ids
from cinema.money import ZERO
from cinema.status import Refused
from orders.models import Order, Ticket
from orders.services.refunds.sold_together import missed_code_sum
from screenings.models import Session


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Choose a screening and seats for the ticked tickets, and exchange them."""
    row = get_object_or_404(orders_of(request), pk=key, status__in=Order.SOLD)
    sent = request.POST if request.method == "POST" else request.GET
    live = row.tickets.live().filter(pk__in=valid_ids(sent.getlist("ticket")))
    tickets = list(live.select_related("seat", "ticket_type", "session__film", "session__hall").order_by("pk"))
    if not tickets:
        messages.error(request, _("Tick the tickets to exchange."))
        return redirect("boxoffice:order", key=row.pk)
    sessions = offered_sessions(request.cinema, at=request.at)
    session = next((each for each in sessions if str(each.pk) == sent.get("session", "")), None)
    seats = TillSeats(session, at=request.at) if session else None
    choices = choose(seats, tickets, wanted=sent.getlist("seat")) if seats else []
    if request.method == "POST" and "way" in request.POST and session and choices:
        answer = _exchange(request, row, tickets, session, choices)
        if answer is not None:
            return answer
    value, price = (sum(parts, ZERO) for parts in ([each.paid for each in tickets], [each.price for each in choices]))
    may_refund = request.user.has_perm(REFUND)
    context = {
        "order": row,
        "cinema": row.cinema,
        "tickets": tickets,
        "sessions": sessions,
        "session": session,
        "choices": choices,
        "free": [each for each in seats.seats if each.pk not in seats.taken] if seats else [],
        "value": value,
        "price": price,
        "more": max(price - value, ZERO),
        "less": max(value - price, ZERO),
        "sent": sent,
        "missed_code_sum": missed_code_sum(row, without=tickets),
        "may_refund": may_refund,
        "deciders": deciders(request.device, REFUND, other_than=request.user, at=request.at),
    }
    return TemplateResponse(request, "boxoffice/exchange.html", context)


def _exchange(
    request: BoxOfficeRequest, row: Order, tickets: list[Ticket], session: Session, choices: list[Choice]
) -> HttpResponse | None:
    """Do it, and lead to the new order; None after a refusal, which is shown with what was chosen."""
    try:
        shift = sales.shift_of(request.user, request.cinema, device=request.device)
        if shift is None:
            raise NoShift
        total = amount_of(request.POST.get("total", "")) or ZERO
        decided_by = decide(request, REFUND)
        done: dict[str, Any] = {"shift": shift, "at": request.at, "actor": request.user, "decided_by": decided_by}
        places = [(session, each.seat, each.ticket_type) for each in choices]
        wanted: dict[str, Any] = {"tickets": tickets, "places": places, "expected_total": total}
        wanted |= {
            "way": request.POST["way"],
            "reason": typed(request, "reason"),
            "at_fault": "at_fault" in request.POST,
        }
        exchanged, paid = exchange(row, **wanted, **done)
    except ApprovalRequired:
        messages.error(request, _("This is above the limit of one person. Nothing was changed."))
    except (Refused, ValueError) as error:
        show_error(request, error)
    else:
        messages.success(
            request, _("The tickets were exchanged. The old ones are no longer valid: print the new ones.")
        )
        tell_payouts(request, paid)
        return redirect("boxoffice:order", key=exchanged.new_order_id)
    return None
