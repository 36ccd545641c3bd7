from contextlib import suppress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cinema.status import Refused
from payments.gateways import demo
from payments.models import DemoCharge


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_bank(request: HttpRequest, token: str) -> HttpResponse:
    """The demonstration bank's page: pay, decline, or walk away and leave the payment open.

    It is where a real gateway's own page would be, and knows as much of the cinema as that: nothing.
    """
    charge = DemoCharge.objects.filter(token=token).first() if demo.is_on() else None
    if charge is None:
        raise Http404
    answer = request.POST.get("answer")
    if answer in ("pay", "decline"):
        with suppress(Refused):  # pressed twice, or closed meanwhile: the shop says how it stands
            demo.decide(token, paid=answer == "pay")
        return HttpResponseRedirect(charge.return_url)
    chosen = request.GET.get("lang", charge.language)
    with translation.override(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        shown = {"charge": charge, "open": charge.status == DemoCharge.Status.OPEN, "currency": settings.CURRENCY}
        return render(request, "payments/demo.html", shown)
