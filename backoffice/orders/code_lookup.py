"""Search by ticket code or pick-up code on the admin's lists, with a limit on wrong codes."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.errors import RateLimited
from accounts.services import rate_limits
from backoffice.framework.admin import CinemaScopedAdmin
from cinema import clock
from cinema.http import client_address
from cinema.keyboards import readings
from concessions.models import ConcessionPreorder
from orders.models import ORDER_NUMBER, PICKUP_CODE, Order
from orders.services.visits.ticket_codes import TICKET_CODE

SECRET = re.compile(rf"{TICKET_CODE.pattern}|{PICKUP_CODE}")
CODE = re.compile(rf"{SECRET.pattern}|{ORDER_NUMBER}")


def found_by(orders: QuerySet[Order], word: str) -> QuerySet[Order]:
    """Those with exactly this number, e-mail address, phone number or pick-up code; each has its own index."""
    word = word.replace("\x00", "").strip()  # PostgreSQL cannot store or search for NUL
    collected = ConcessionPreorder.objects.filter(pickup_code=word.upper()).values_list("order", flat=True)[:100]
    return orders.filter(
        Q(number=word.upper())
        | Q(email__in={word, word.lower()})
        | Q(phone=word)
        | Q(pk__in=list(collected))  # read first: beside an OR neither database would use its index
    )


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
