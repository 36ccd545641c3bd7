"""Gift cards at the till: sold and printed, looked up, used to pay an order, and taken back."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import ApprovalRequired
from accounts.models import normalise_email
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.errors import NoShift
from boxoffice.services import gift_cards, sales
from boxoffice.services.second_person import deciders
from boxoffice.views.sale_form import amount_of, show_error, typed
from boxoffice.views.second_person import REFUND, decide, decide_together
from boxoffice.views.till import WORK, orders_of
from cinema.ids import valid_ids
from cinema.money import ZERO, format_money
from cinema.status import Refused
from payments.gift_cards import in_groups
from payments.models import GiftCard, GiftCardMovement
from payments.services import of_seller

Tender = GiftCardMovement.Tender


@page(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: BoxOfficeRequest) -> HttpResponse:
    """The form that sells a card, those sold in this shift, and what is left on a guest's card."""
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    if shift is None:
        return redirect("boxoffice:shift")
    found, lost = None, None
    if request.method == "POST" and "last4" in request.POST:
        lost = _lost(request)
    elif request.method == "POST":
        try:
            found = gift_cards.look_up(typed(request, "code"), cinema=request.cinema, at=request.at, actor=request.user)
        except Refused as error:
            messages.error(request, str(error))
    context: dict[str, Any] = {"shift": shift, "cards": gift_cards.sold_in(shift), "found": found, "form": uuid.uuid4()}
    context["lost"] = lost
    if context["cards"] or lost:
        context["deciders"] = deciders(request.device, REFUND, other_than=request.user, both=True, at=request.at)
    return TemplateResponse(request, "boxoffice/gift_cards.html", context)


@page(WORK)
@require_POST
def sell(request: BoxOfficeRequest) -> HttpResponse:
    """Sell a card, and show the page to print. Its code is stored nowhere, so that no other page can show it."""
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    try:
        if shift is None:
            raise NoShift
        sold: dict[str, Any] = {"email": _address(request), "language": get_language() or ""}
        sold |= {"amount": amount_of(request.POST.get("amount", "")) or ZERO}
        sold |= {"tender": Tender(request.POST.get("tender", "")), "request": uuid.UUID(request.POST.get("form", ""))}
        card, code = gift_cards.sell(shift, **sold, at=request.at, actor=request.user)
    except ValidationError:
        messages.error(request, _("This e-mail address is not valid. Nothing was sold."))
    except (Refused, ValueError) as error:
        show_error(request, error)
    else:
        return _printed(request, card, code)
    return redirect("boxoffice:gift_cards")


@page(WORK)
@require_POST
def replace(request: BoxOfficeRequest) -> HttpResponse:
    """Block a card that a guest has lost, and print it with another code. A second person always decides it."""
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    work: dict[str, Any] = {"at": request.at, "actor": request.user, "reason": request.POST.get("reason", "")}
    try:
        if shift is None:
            raise NoShift
        decided_by = decide_together(request, REFUND)
        here = GiftCard.objects.filter(of_seller(request.cinema))
        card = get_object_or_404(here, pk__in=valid_ids([request.POST.get("card", "")]))
        new, code = gift_cards.replace(card, shift=shift, decided_by=decided_by, **work)
    except ApprovalRequired:
        messages.error(request, _("This is above the limit of one person. Nothing was changed."))
    except Refused as error:
        messages.error(request, str(error))
    else:
        return _printed(request, new, code)
    return redirect("boxoffice:gift_cards")


def _printed(request: BoxOfficeRequest, card: GiftCard, code: str) -> HttpResponse:
    context: dict[str, Any] = {"card": card, "code": code, "groups": in_groups(code), "cinema": request.cinema}
    context["paper"] = "a4" if request.POST.get("paper") == "a4" else "roll"
    context["cinemas"] = gift_cards.taken_in(card)
    return TemplateResponse(request, "boxoffice/print_gift_card.html", context)


def _address(request: BoxOfficeRequest) -> str:
    """The e-mail address to send the card to, if any. Raises `ValidationError`."""
    if address := normalise_email(typed(request, "email")[:254]):
        validate_email(address)
    return address


def _lost(request: BoxOfficeRequest) -> list[GiftCard]:
    try:
        sold_for = amount_of(request.POST.get("sold_for", ""))
    except ValueError:
        sold_for = None
    found = gift_cards.lost_cards(request.cinema, last4=typed(request, "last4")[:4], amount=sold_for)
    if not found:
        messages.error(request, _("No gift card with money on it was found. Check the characters or the amount."))
    return list(found[:10])


@page(WORK)
@require_POST
def take_back(request: BoxOfficeRequest) -> HttpResponse:
    """Undo the sale of an unused card in its own shift: by its code, which the guest has, or for a card that was not
    printed by a second person.
    """
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    work: dict[str, Any] = {"at": request.at, "actor": request.user}
    try:
        if shift is None:
            raise NoShift
        code = typed(request, "code")
        decided_by = decide(request, REFUND, needed=False) if code else decide_together(request, REFUND)
        if code:
            card = gift_cards.look_up(code, cinema=request.cinema, **work)
        else:
            card = get_object_or_404(gift_cards.sold_in(shift), pk__in=valid_ids([request.POST.get("card", "")]))
        reason = request.POST.get("reason", "")
        movement = gift_cards.take_back(card, reason=reason, shift=shift, decided_by=decided_by, **work)
        by_card = movement.tender == Tender.CARD_TERMINAL
        text = _("Return %(amount)s on the card terminal.") if by_card else _("Give out %(amount)s from the drawer.")
        messages.success(request, text % {"amount": format_money(-movement.amount)})
    except ApprovalRequired:
        messages.error(request, _("This is above the limit of one person. Nothing was changed."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("boxoffice:gift_cards")


@page(WORK)
@require_POST
def pay(request: BoxOfficeRequest, key: int) -> HttpResponse:
    """Pay what is left of an order with a card, as far as its balance goes."""
    row = get_object_or_404(orders_of(request), pk=key)
    shift = sales.shift_of(request.user, request.cinema, device=request.device)
    work: dict[str, Any] = {"at": request.at, "actor": request.user}
    try:
        if shift is None:
            raise NoShift
        card = gift_cards.look_up(typed(request, "code"), cinema=row.cinema, **work)
        paid = gift_cards.pay_with_gift_card(row, card=card, shift=shift, **work)
        left = GiftCard.objects.get(pk=card.pk).balance
        text = _("%(paid)s was paid with gift card %(card)s. Left on the card: %(left)s.")
        amounts = {"paid": format_money(paid), "left": format_money(left)}
        messages.success(request, text % {**amounts, "card": card})
    except Refused as error:
        messages.error(request, str(error))
    return redirect("boxoffice:order", key=row.pk)
