"""The page on which a guest of a cancelled screening chooses the money or a voucher. Opening it chooses nothing."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cinema.status import Refused
from incidents.models import ConcernedOrder
from incidents.services import has_voucher, is_sent_to_buyer, lines_to_choose, take_refund, take_voucher, worth
from orders.services.refunds.by_hand import is_refunded_at_cinema
from storefront.errors import message_for_customer
from storefront.request_identity import customer
from storefront.views.decorators import lead_to


def choose(request: HttpRequest, row: ConcernedOrder, *, at: datetime) -> HttpResponse:
    """`voucher` or `refund` is posted; whoever does nothing is refunded once the time to choose is over."""
    refusal = ""
    if request.method == "POST":
        try:
            if "voucher" in request.POST:
                take_voucher(row, at=at, actor=customer(request))
                messages.success(request, _("We’re sending your voucher to %(email)s.") % {"email": row.order.email})
            else:
                take_refund(row, at=at, actor=customer(request))
                messages.success(request, _("Refund confirmed. See the details below."))
        except Refused as refused:
            row.refresh_from_db(fields=["answer"])
            if row.answer:
                return lead_to(row.order)  # the button was pressed before
            refusal = message_for_customer(refused)
        else:
            return redirect("shop:order", row.order.token)
    lines, until = lines_to_choose(row, at=at), row.incident.refund_until
    context = {
        "order": row.order,
        "row": row,
        "refusal": refusal,
        "open": bool(lines),
        "amount": worth(lines),
        "has_voucher": has_voucher(row.order, lines),
        "is_sent": is_sent_to_buyer(row),
        "at_cinema": is_refunded_at_cinema(row.order),
        "until": row.incident.cinema.local(until) if until else None,
    }
    return render(request, "storefront/choose.html", context, status=409 if refusal else 200)
