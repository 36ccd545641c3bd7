"""A provider of SMS that speaks as SMS.ru, and a partner that speaks as UniSender.

Both show what came, and send nothing. They remember it until the server stops. The `.env` of the demonstration names
their addresses (docs/connections.md).
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

KEPT = 200
COST = "3.50"


@dataclass
class Text:
    number: str
    phone: str
    text: str


_texts: deque[Text] = deque(maxlen=KEPT)
_contacts: dict[str, str] = {}  # by address: "new" or "unsubscribed"


@never_cache
@require_http_methods(["GET", "HEAD"])
def phones(_request: HttpRequest) -> HttpResponse:
    lines = [f"+{each.phone}  {each.text}" for each in _texts]
    return HttpResponse("\n".join(lines) or "Nothing has come yet.", content_type="text/plain; charset=utf-8")


@csrf_exempt  # it stands for another company's server
@never_cache
@require_http_methods(["POST"])
def sms(request: HttpRequest, method: str) -> HttpResponse:
    if method == "send":
        phone = request.POST.get("to", "")
        _texts.appendleft(Text(f"demo-{len(_texts) + 1}", phone, request.POST.get("msg", "")))
        about = {"status": "OK", "status_code": 100, "sms_id": _texts[0].number, "cost": COST}
        return JsonResponse({"status": "OK", "status_code": 100, "sms": {phone: about}})
    asked = request.POST.get("sms_id", "").split(",")
    arrived = {each: {"status": "OK", "status_code": 103, "cost": COST} for each in asked}
    return JsonResponse({"status": "OK", "status_code": 100, "sms": arrived})


@csrf_exempt  # the same: only the list in memory changes
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest) -> HttpResponse:
    """Who is on the list, each with a button that unsubscribes, as the link in a newsletter would."""
    email = request.POST.get("email", "")
    if email in _contacts:
        _contacts[email] = "unsubscribed"
    rows = format_html_join(
        "",
        '<form method="post"><button name="email" value="{}">Unsubscribe</button> {} ({})</form>',
        [(email, email, status) for email, status in sorted(_contacts.items())],
    )
    return HttpResponse(format_html("<!doctype html><title>Newsletters</title>{}", rows or "Nobody yet."))


@csrf_exempt
@never_cache
@require_http_methods(["POST"])
def newsletters(request: HttpRequest, method: str) -> HttpResponse:
    if method == "exclude":
        _contacts.pop(request.POST.get("contact", ""), None)
    if method == "exportContacts":
        left = [[email, status] for email, status in _contacts.items() if status == "unsubscribed"]
        return JsonResponse({"result": {"field_names": ["email", "email_status"], "data": left}})
    if method == "importContacts":
        _import(request.POST)
    return JsonResponse({"result": {"log": []}})


def _import(data: Any) -> None:
    number = 0
    while (email := data.get(f"data[{number}][0]")) is not None:
        if data.get("field_names[1]") == "delete":
            _contacts.pop(email, None)
        else:
            _contacts.setdefault(email, "new")
        number += 1
