"""The cashier's shift: opened, its drawer filled and emptied, counted, and its summary."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.services.sent_forms import sent_once
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.services import receipts, refunds, sales
from boxoffice.services.safe import check_room, handovers_waiting, is_unlikely
from boxoffice.services.second_person import deciders
from boxoffice.views.sale_form import amount_of, show_error
from boxoffice.views.second_person import OTHERS, REFUND, decide
from boxoffice.views.till import WORK
from cinema.ids import is_valid_id
from cinema.money import ZERO, format_money
from cinema.status import Refused
from payments.models import CashMovement, CashPlace, Payment, Refund, Shift
from payments.services import by_person, count_and_close, end_shift, move_cash, open_shift, totals_of
from screenings.models import Cinema

ASKED = "boxoffice_count_asked"  # in the session: the unlikely count that was asked about, and its shift
LISTED = timedelta(days=7)  # counted shifts, and money taken without one, on the page of those who may count others'


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: BoxOfficeRequest) -> HttpResponse:
    """The cashier's own shift: opening one, or what can be done in the open one."""
    cinema, actor = request.cinema, request.user
    if request.method == "POST":
        try:
            return _act(request, cinema, actor)
        except (Refused, ValueError) as error:
            show_error(request, error)
        return redirect("boxoffice:shift")
    current = sales.shift_of(actor, cinema, device=request.device)
    waiting = Shift.objects.not_counted().filter(cinema=cinema).select_related("drawer", "cashier")
    may_count_others = actor.has_perm(OTHERS)
    handed_in = handovers_waiting(cinema)
    others: Any = {"other_than": actor, "at": request.at}
    return TemplateResponse(
        request,
        "boxoffice/shift.html",
        {
            "cinema": cinema,
            "shift": current if current and current.cashier == actor else None,
            "shared": current if current and current.cashier != actor else None,
            "drawers": CashPlace.objects.filter(cinema=cinema, kind=CashPlace.Kind.DRAWER).order_by("name"),
            "waiting": [each for each in waiting if each != current and (may_count_others or each.cashier == actor)],
            "receipts": receipts.receipts_of(cinema, at=request.at),
            "may_vouch": actor.has_perm(receipts.VOUCH),
            "unfinished": sales.unfinished_sales(cinema),
            "to_give_out": refunds.money_waiting(cinema),
            "outside": Payment.objects.outside_shifts()
            .filter(order__cinema=cinema, succeeded_at__gte=request.at - LISTED)
            .select_related("order", "actor")
            if may_count_others
            else [],
            "counted": Shift.objects.filter(cinema=cinema, counted_at__gte=request.at - LISTED)
            .select_related("drawer", "cashier")
            .order_by("-counted_at")
            if may_count_others
            else [],
            "handed_in": handed_in,
            "may_confirm": may_count_others,
            "confirmers": deciders(request.device, OTHERS, **others) if handed_in else [],
            "deciders": deciders(request.device, REFUND, **others) if current else [],
            "sent": uuid4(),
            "kinds": [(kind, CashMovement.Kind(kind).label) for kind in ("CASH_IN", "CASH_OUT", "DROP")],
        },
    )


def _act(request: BoxOfficeRequest, cinema: Cinema, actor: User) -> HttpResponse:
    at, what = request.at, request.POST.get("do")
    if what == "open":
        opened = amount_of(request.POST.get("float", "")) or ZERO
        check_room(cinema, opened)
        open_shift(_drawer(request, cinema), opening_float=opened, at=at, actor=actor)
        return redirect("boxoffice:till")
    current = get_object_or_404(Shift.objects.open(), cashier=actor, cinema=cinema)
    if what == "move" and (kind := request.POST.get("kind")) in ("CASH_IN", "CASH_OUT", "DROP"):
        amount = amount_of(request.POST.get("amount", "")) or ZERO
        check_room(cinema, ZERO if kind == "CASH_OUT" else amount)
        decided_by = decide(request, REFUND, needed=False) if kind == "CASH_OUT" else None
        with sent_once(request, at=at):
            moved: dict[str, Any] = {"kind": kind, "amount": amount, "reason": request.POST.get("reason", "")}
            move_cash(current, **moved, at=at, actor=decided_by or actor)
        messages.success(request, _("Recorded."))
    elif what == "end":
        end_shift(current, at=at)
        messages.warning(request, _("The shift has ended. Its drawer is not counted yet."))
    return redirect("boxoffice:shift")


def _drawer(request: BoxOfficeRequest, cinema: Cinema) -> CashPlace:
    """The chosen drawer, or the one that is named for the first time."""
    drawers = CashPlace.objects.filter(cinema=cinema, kind=CashPlace.Kind.DRAWER)
    if is_valid_id(chosen := request.POST.get("drawer", "")):
        return get_object_or_404(drawers, pk=chosen)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:60] or _("Till 1")
    return drawers.get_or_create(cinema=cinema, name=name, defaults={"kind": CashPlace.Kind.DRAWER})[0]


def _shift(request: BoxOfficeRequest, key: int) -> Shift:
    """A shift of the cinema: one's own, or any, for those who may count the shifts of others."""
    rows = Shift.objects.filter(cinema=request.cinema).select_related("drawer", "cashier", "cinema", "counted_by")
    actor = request.user
    return get_object_or_404(rows if actor.has_perm(OTHERS) else rows.filter(cashier=actor), pk=key)


@page(WORK)
@require_POST
def count(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Count and close; only afterwards the summary says what should have been there.

    An unlikely count is asked about once: sent again, it is taken.
    """
    row = _shift(request, key)
    try:
        cash = amount_of(request.POST.get("cash", ""))
        if cash is None:
            raise ValueError
        card: Decimal | None = amount_of(request.POST.get("card", ""))
        note = request.POST.get("note", "")
        check_room(row.cinema, cash)
        asked = f"{row.pk} {cash}"
        if request.session.get(ASKED) != asked and is_unlikely(row, cash):
            request.session[ASKED] = asked
            text = _(
                "%(amount)s is unusually much. Nothing was closed. Count again, and enter it once more if it is right."
            )
            messages.warning(request, text % {"amount": format_money(cash)})
            return redirect("boxoffice:shift")
        count_and_close(row, counted_cash=cash, counted_card=card, note=note, at=request.at, actor=request.user)
    except (Refused, ValueError) as error:
        show_error(request, error)
        return redirect("boxoffice:shift")
    return redirect("boxoffice:summary", key=row.pk)


@page(WORK)
@require_safe
def summary(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """The summary of a counted shift, to print on a roll of 80 mm or on A4."""
    row = _shift(request, key)
    if row.status != Shift.Status.COUNTED:
        messages.error(request, _("Count the drawer first."))
        return redirect("boxoffice:shift")
    totals, people = totals_of(row), by_person(row)
    sold = Payment.objects.filter(shift=row, status=Payment.Status.SUCCEEDED)
    return TemplateResponse(
        request,
        "boxoffice/print_shift.html",
        {
            "shift": row,
            "cinema": row.cinema,
            "paper": "a4" if request.GET.get("paper") == "a4" else "roll",
            "totals": totals,
            "people": people if any(each.person != row.cashier for each in people) else [],
            "moved": [(CashMovement.Kind(kind).label, amount) for kind, amount in totals.by_kind.items()],
            "sales": sold.count(),
            "voids": Refund.objects.filter(shift=row, is_void=True).aggregate(number=Count("pk"), sum=Sum("amount")),
            "card_difference": None if row.counted_card is None else row.counted_card - totals.expected_card,
            "unfinished": sales.unfinished_sales(row.cinema),
        },
    )
