"""Receipts of a separate cash register: a manager's word that there is one, and the number of each receipt."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from boxoffice.access import BoxOfficeRequest, page
from boxoffice.services import receipts
from boxoffice.views.sale_form import typed
from boxoffice.views.till import WORK, orders_of
from cinema.ids import valid_ids
from cinema.status import Refused
from payments.models import Receipt
from payments.services import number_receipts


@page(WORK)
@require_POST
def number_order(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Keep the number of the receipt of an order, entered on its page."""
    row = get_object_or_404(orders_of(request), pk=key)
    try:
        receipts.keep_number(row, kind=typed(request, "kind"), number=typed(request, "number"), at=request.at)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Recorded."))
    return redirect("boxoffice:order", key=row.pk)


@page(WORK)
@require_POST
def number(request: BoxOfficeRequest) -> HttpResponse:
    """Keep the number of receipts that the page of the shift lists."""
    keys = valid_ids(request.POST.getlist("receipt"))
    rows = list(Receipt.objects.by_hand(request.cinema).filter(pk__in=keys).order_by("pk"))
    try:
        number_receipts(rows, number=typed(request, "number"), at=request.at)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Recorded."))
    return redirect("boxoffice:shift")


@page(receipts.VOUCH)
@require_POST
def register(request: BoxOfficeRequest) -> HttpResponse:
    """State which separate cash register prints the receipts here, or that none does."""
    try:
        receipts.vouch_for_register(request.cinema, number=typed(request, "register"), actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Recorded."))
    return redirect("boxoffice:shift")
