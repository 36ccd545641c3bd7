from contextlib import suppress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cinema.status import Refused
from demo import bank
from demo.models import DemoCharge


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_bank(request: HttpRequest, token: str) -> HttpResponse:
    """The demonstration bank's payment page: pay, decline, or leave with the payment still open.

    It stands in for a real gateway's hosted page and shows only what the gateway was given. 404 for an unknown token,
    and for every token while the bank is switched off.
    """
    charge = DemoCharge.objects.filter(token=token).first() if bank.is_on() else None
    if charge is None:
        raise Http404
    answer = request.POST.get("answer")
    if answer in ("pay", "decline"):
        with suppress(Refused):  # answered or closed already: the shop shows the payment's state
            bank.decide(token, paid=answer == "pay")
        return HttpResponseRedirect(charge.return_url)
    chosen = request.GET.get("lang", charge.language)
    with translation.override(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        shown = {"charge": charge, "open": charge.status == DemoCharge.Status.OPEN, "currency": settings.CURRENCY}
        return render(request, "demo/bank.html", shown)
