"""Search by ticket code or pick-up code on the admin's lists, with a limit on wrong codes."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.errors import RateLimited
from accounts.services import rate_limits
from backoffice.framework.admin import CinemaScopedAdmin
from cinema import clock
from cinema.http import client_address
from cinema.keyboards import readings
from orders.models import ORDER_NUMBER, PICKUP_CODE
from orders.services.visits.ticket_codes import TICKET_CODE

SECRET = re.compile(rf"{TICKET_CODE.pattern}|{PICKUP_CODE}")
CODE = re.compile(rf"{SECRET.pattern}|{ORDER_NUMBER}")


class CodeLookupMixin(CinemaScopedAdmin):
    """A list whose search box accepts codes, and limits how many wrong ones are looked up (`ATTEMPTS["code"]`).

    A code that exists is always found, also as a scanner types it under another keyboard layout. Wrong ones are counted
    per person and per IP address; other searches, such as names and order numbers, are not.
    Pages override `look_up` to say how a code is found.
    """

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        found, repeated = self.look_up(request, queryset, search_term)
        meant = [each for each in readings(search_term) if CODE.fullmatch(each)]
        for code in meant:
            if found.exists():
                return found, repeated
            found, repeated = self.look_up(request, queryset, code)
        if any(map(SECRET.fullmatch, meant)) and not found.exists():
            person, address = f"staff {request.user.pk}", client_address(request)
            try:
                rate_limits.hit("code", person=person, address=address, at=clock.now())
            except RateLimited as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        return found, repeated

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term)
