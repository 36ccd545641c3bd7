"""The bar: cards of tonight's orders, the pick-up code, items that ran out, and the screen on the wall."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.services import rate_limits
from boxoffice.access import BoxOfficeRequest, page, wall_page
from boxoffice.errors import NotASubstitute
from boxoffice.services import bar, ran_out
from boxoffice.services.second_person import deciders
from boxoffice.views.second_person import REFUND, decide
from cinema.ids import is_valid_id
from cinema.money import ZERO, format_money
from cinema.status import Refused
from concessions.models import ConcessionItem
from concessions.services import put_on_sale, take_off_sale
from orders.models import Order

PERMISSION = "concessions.make_ready"


@page(PERMISSION)
@require_safe
def show(request: BoxOfficeRequest) -> HttpResponseBase:
    items = ConcessionItem.objects.filter(cinema=request.cinema).order_by("name")
    context = {"cards": bar.cards(request.cinema, at=request.at), "items": items}
    return TemplateResponse(request, "boxoffice/bar.html", context)


@page(PERMISSION, in_background=True)
@require_safe
def cards(request: BoxOfficeRequest) -> HttpResponseBase:
    return TemplateResponse(request, "boxoffice/_cards.html", {"cards": bar.cards(request.cinema, at=request.at)})


@page(PERMISSION)
@require_POST
def act(request: BoxOfficeRequest) -> HttpResponseBase:
    """Prepare or hand over an order's snacks, by its card or by the pick-up code."""
    code, key = request.POST.get("code", "").replace("\x00", "").strip()[:20], request.POST.get("order", "")
    try:
        if code:
            order = bar.order_of_code(code, cinema=request.cinema)
            if order is None:
                rate_limits.hit("code", person=f"staff {request.user.pk}", at=request.at)
                messages.error(request, _("No snacks wait under this code."))
                return redirect("boxoffice:bar")
        else:
            order = get_object_or_404(Order, pk=int(key) if is_valid_id(key) else 0, cinema=request.cinema)
        if request.POST.get("do") == "prepare":
            bar.prepare(order, at=request.at, actor=request.user)
        elif not request.user.has_perm("concessions.hand_over"):
            raise PermissionDenied
        elif given := bar.hand_over(order, at=request.at, actor=request.user):
            messages.success(request, _("Handed over: %(snacks)s") % {"snacks": ", ".join(map(str, given))})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("boxoffice:bar")


@page("concessions.take_off_sale")
@require_POST
def sale(request: BoxOfficeRequest) -> HttpResponseBase:
    """Take an item off sale at once, or put it back."""
    key = request.POST.get("item", "")
    item = get_object_or_404(ConcessionItem, pk=int(key) if is_valid_id(key) else 0, cinema=request.cinema)
    try:
        if request.POST.get("do") == "on":
            put_on_sale(item)
        else:
            take_off_sale(item)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("boxoffice:bar")


@page("concessions.take_off_sale")
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: BoxOfficeRequest, key: int) -> HttpResponseBase:
    """An item that ran out: off sale, and in the orders that wait for it another one, or the money back."""
    row = get_object_or_404(ConcessionItem.objects.select_related("cinema"), pk=key, cinema=request.cinema)
    waiting = ran_out.waiting_for(row, at=request.at)
    offered = [(each, ran_out.worth_more(each, waiting)) for each in ran_out.substitutes(row, waiting=waiting)]
    if request.method == "POST":
        try:
            if request.POST.get("do") == "substitute":
                _substitute(request, row, dict(offered))
            else:
                _refund(request, row)
        except Refused as error:
            messages.error(request, str(error))
            return redirect("boxoffice:bar_item", key=row.pk)
        return redirect("boxoffice:bar")
    may_refund = request.user.has_perm(REFUND)
    context = {
        "item": row,
        "waiting": waiting,
        "offered": offered,
        "may_refund": may_refund,
        "deciders": [] if may_refund else deciders(request.device, REFUND, other_than=request.user, at=request.at),
    }
    return TemplateResponse(request, "boxoffice/bar_item.html", context)


def _substitute(request: BoxOfficeRequest, item: ConcessionItem, offered: dict[ConcessionItem, Decimal]) -> None:
    """What costs as much needs no second person; what costs more is a gift of the cinema."""
    chosen = next((each for each in offered if str(each.pk) == request.POST.get("substitute")), None)
    if chosen is None:
        raise NotASubstitute
    actor = decide(request, REFUND, needed=offered[chosen] > ZERO) or request.user
    done, refused = ran_out.substitute(item, by=chosen, at=request.at, actor=actor)
    text = _("Taken off sale. Orders that get %(item)s instead: %(number)d. The customers are told.")
    messages.success(request, text % {"item": chosen, "number": len(done)})
    _say_refused(request, refused)


def _refund(request: BoxOfficeRequest, item: ConcessionItem) -> None:
    actor = decide(request, REFUND) or request.user
    done, refused = ran_out.refund_item(item, reason=request.POST.get("reason", ""), at=request.at, actor=actor)
    total = format_money(sum((each.total for each in done), ZERO))
    text = _("Off sale. Orders refunded: %(number)d, %(total)s. The customers are told.")
    messages.success(request, text % {"number": len(done), "total": total})
    _say_refused(request, refused)


def _say_refused(request: BoxOfficeRequest, refused: ran_out.Refusals) -> None:
    for order, why in refused:
        messages.error(request, f"{order}: {why}")


@wall_page(PERMISSION)
@require_safe
def wall(request: BoxOfficeRequest) -> HttpResponseBase:
    """For customers: the codes of snacks that are ready. A screen for customers needs nobody's PIN."""
    template = "boxoffice/_wall.html" if request.headers.get("X-Part") else "boxoffice/wall.html"
    return TemplateResponse(request, template, {"codes": bar.ready_codes(request.cinema, at=request.at)[:40]})
