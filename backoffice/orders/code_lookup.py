"""Search boxes of staff into which codes are read: of a ticket, from its QR; of snacks, as the customer says it."""

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
from orders.models import PICKUP_CODE
from orders.services.visits.ticket_codes import FORM

CODE = re.compile(rf"{FORM.pattern}|{PICKUP_CODE}")


class CodeLookupMixin(CinemaScopedAdmin):
    """Whoever looks up one wrong code after the other finds none for a while. Names and numbers are not counted."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        word = search_term.strip().upper()
        if not CODE.fullmatch(word):
            return self.look_up(request, queryset, search_term)
        who: Any = {"person": f"staff {request.user.pk}", "address": client_address(request), "at": clock.now()}
        try:
            rate_limits.check("code", **who)
            found, repeated = self.look_up(request, queryset, search_term)
            if not found.exists():
                rate_limits.hit("code", **who)
        except RateLimited as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return queryset.none(), False
        return found, repeated

    def look_up(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term)
