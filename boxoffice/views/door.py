"""The door: scan, admit people of an order, undo, let in again, turn away, and how many have entered."""

import re
from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions_policy import HEADER, POLICY
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.models import DoorEvent
from boxoffice.services import door, door_log
from cinema.ids import is_valid_id
from cinema.keyboards import readings
from cinema.status import Refused
from orders.models import ORDER_NUMBER, Ticket

PERMISSION = "orders.check_in_ticket"
WITH_CAMERA = POLICY.replace("camera=()", "camera=(self)")


@csp_update({"script-src": [WASM_UNSAFE_EVAL]})  # of the reader for browsers that read no codes themselves
@page(PERMISSION)
@require_safe
def show(request: BoxOfficeRequest) -> HttpResponseBase:
    response = TemplateResponse(
        request, "boxoffice/door.html", {"counts": door.counts(request.device, at=request.at), "words": _words()}
    )
    response[HEADER] = WITH_CAMERA
    return response


@page(PERMISSION)
@require_POST
def scan(request: BoxOfficeRequest) -> HttpResponseBase:
    """One scan, or an order's number, or the chosen people of an order."""
    who: dict[str, Any] = {"device": request.device, "actor": request.user, "at": request.at}
    code = request.POST.get("code", "")[:80].strip()
    if any(re.fullmatch(ORDER_NUMBER, each) for each in readings(code)):
        people = door.people_of_order(code, device=request.device, at=request.at)
        if people and "person" not in request.POST:
            return _answer(request, people=people, code=code)
        if people:
            chosen = [each for each in people if str(each.pk) in request.POST.getlist("person")]
            return _answer(request, verdicts=[door.admit(each, **who) for each in chosen])
    return _answer(request, verdicts=[door.scan(code, **who)])


@page(PERMISSION)
@require_POST
def correct_last_scan(request: BoxOfficeRequest) -> HttpResponseBase:
    """What an usher does with the ticket that was scanned last: undo, let in again, or turn away."""
    ticket = _ticket(request)
    who: dict[str, Any] = {"device": request.device, "actor": request.user, "at": request.at}
    done, reason = request.POST.get("do"), request.POST.get("reason", "")
    try:
        if done == "let_in":
            return _answer(request, verdicts=[door.let_in_again(ticket, **who)])
        if reason in DoorEvent.TurnedAway.values:
            door.turn_away(ticket, reason=reason, **who)
            label = DoorEvent.TurnedAway(reason).label
            return _answer(request, verdicts=[door.Verdict("red", _("Turned away"), str(label))])
        door.undo(ticket, **who)
    except Refused as refused:
        return _answer(request, verdicts=[door.Verdict("red", _("Not possible"), str(refused), ticket)])
    return _answer(request, verdicts=[door.Verdict("amber", _("Undone"), _("The ticket can be scanned again."))])


@page(PERMISSION, in_background=True)
@require_safe
def counts(request: BoxOfficeRequest) -> HttpResponseBase:
    found = door.counts(request.device, at=request.at)
    return TemplateResponse(request, "boxoffice/_counts.html", {"counts": found})


@page(PERMISSION)
@require_safe
def log(request: BoxOfficeRequest) -> HttpResponseBase:
    entries = door_log.log_of(request.cinema, at=request.at)
    context = {"entries": entries, "numbers": door_log.numbers_of(entries)}
    return TemplateResponse(request, "boxoffice/door_log.html", context)


def _answer(request: HttpRequest, **context: Any) -> HttpResponseBase:
    """The part of the page that the script replaces; the whole page for a browser without scripts."""
    verdicts = context.get("verdicts", [])
    colours = [each.colour for each in verdicts]
    context["colour"] = next((each for each in ("red", "amber", "green") if each in colours), "")
    context |= _choices()
    if request.headers.get("X-Part"):
        return TemplateResponse(request, "boxoffice/_verdict.html", context)
    context["words"] = _words()
    context["counts"] = door.counts(request.device, at=request.at)  # type: ignore[attr-defined]
    return TemplateResponse(request, "boxoffice/door.html", context)


def _choices() -> dict[str, Any]:
    return {"reasons": DoorEvent.TurnedAway.choices}


def _words() -> dict[str, str]:
    """What the script writes, in the reader's language. Words in braces are filled in."""
    return {
        "noAnswer": _("No answer"),
        "noAnswerText": _("The network is away. Let the guest wait, or admit by the printed list."),
        "awayText": _("No network since {since}. Go on scanning: tickets are checked against the list on this device."),
        "awayBare": _("No network since {since}, and no list on this device. Admit by the printed list."),
        "kept": _("List on this device: made at {time}, {minutes} min ago. Tickets on it: {number}."),
        "noList": _("There is no list on this device yet."),
        "waiting": _("Scans waiting to be sent: {number}"),
        "admit": _("Admit"),
        "check": _("Check, then admit"),
        "used": _("Already used"),
        "usedHere": _("Used {time} at this door."),
        "usedBefore": _("Used before {time}, when the list was made."),
        "early": _("Too early"),
        "other": _("Other screening"),
        "unknown": _("Unknown code"),
        "scanTickets": _("Only ticket codes can be scanned offline. Scan each ticket."),
        "unlisted": _("Not on the list"),
        "byEye": _("Look at the ticket and ask. It may have been sold after {time}, or be for another hall or day."),
        "seat": _("row {row} seat {number}"),
        "undo": _("Undo"),
        "undone": _("Undone"),
        "return": _("Came back: let in again"),
        "returned": _("Let in again"),
        "sent": _("Not possible"),
        "sentText": _("This scan has been sent. Scan the ticket again, and undo it there."),
        "locked": _("Locked. The list was removed from this device. Scans that wait are sent after the next PIN."),
    }


def _ticket(request: BoxOfficeRequest) -> Ticket:
    key = request.POST.get("ticket", "")
    rows = Ticket.objects.select_related(*door.SHOWN)
    return get_object_or_404(rows, pk=int(key) if is_valid_id(key) else 0, order__cinema=request.device.cinema_id)
