"""The page on which members of staff set their own PIN for the box office, after their password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.errors import PinTooSimple
from accounts.models import Pin, User
from accounts.services.pins import set_pin
from backoffice.framework.reauthentication import ask_for_password
from cinema import clock


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("New PIN"),
        max_length=12,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class PinMixin:
    def get_urls(self) -> Any:
        page = path("pin/", self.admin_site.admin_view(self.own_pin), name="accounts_user_pin")  # type: ignore[attr-defined]
        return [page, *super().get_urls()]  # type: ignore[misc]

    def own_pin(self, request: HttpRequest) -> HttpResponseBase:
        assert isinstance(request.user, User)
        form = PinForm(request.POST or None)
        if request.method == "POST":
            if (question := ask_for_password(request)) is not None:
                return question
            form = PinForm(request.POST)
            if form.is_valid():
                try:
                    set_pin(request.user, pin=form.cleaned_data["pin"], at=clock.now())
                except PinTooSimple as refused:
                    form.add_error("pin", str(refused))
                else:
                    messages.success(request, gettext("Your PIN is set."))
                    return redirect("admin:accounts_user_pin")
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("PIN"),
            "form": form,
            "has_pin": Pin.objects.filter(user=request.user).exists(),
        }
        return TemplateResponse(request, "backoffice/accounts/pin.html", context)
