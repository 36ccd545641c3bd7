"""Orders that are looked up at the till: by their number, or as those of groups; and a part of a group that pays."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import rate_limits
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.errors import NoShift
from boxoffice.services import groups, sales
from boxoffice.views.sale_form import amount_of, show_error, typed
from boxoffice.views.till import WORK, orders_of
from cinema.keyboards import readings
from cinema.money import format_money
from cinema.status import Refused
from payments.models import Gateway


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: BoxOfficeRequest) -> HttpResponse:
    """The field for an order's number, and the groups of the days to come."""
    if request.method == "POST":
        number = typed(request, "number")[:20]
        order = orders_of(request).filter(number__in=readings(number)).first() if number else None
        if order is not None:
            return redirect("boxoffice:order", key=order.pk)
        rate_limits.hit("code", person=f"staff {request.user.pk}", at=request.at)
        messages.error(request, _("This cinema has no order with this number. Check it, and type it again."))
    context = {"orders": groups.orders_ahead(request.cinema, at=request.at), "cinema": request.cinema}
    return TemplateResponse(request, "boxoffice/orders.html", context)


@page(WORK)
@require_POST
def pay(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Take the money for some people of a group, and go to the order that is theirs, to print its tickets."""
    order = get_object_or_404(orders_of(request).filter(group_order__isnull=False), pk=key)
    shift = sales.shift_of(request.user, order.cinema, device=request.device)
    try:
        if shift is None:
            raise NoShift
        is_cash = request.POST.get("pay") == "cash"
        given: Decimal | None = amount_of(request.POST.get("given", "")) if is_cash else None
        paid, change = groups.pay_for_some(
            order,
            people=groups.number_of(request.POST.get("people", "")),
            gateway=Gateway.CASH if is_cash else Gateway.CARD_TERMINAL,
            given=given,
            release_rest="release" in request.POST,
            shift=shift,
            at=request.at,
            actor=request.user,
        )
    except (Refused, ValueError) as error:
        show_error(request, error)
    else:
        if change:
            messages.success(request, _("Change: %(change)s") % {"change": format_money(change)})
        return redirect("boxoffice:order", key=paid.pk)
    return redirect("boxoffice:order", key=order.pk)
