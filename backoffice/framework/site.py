"""The site of the admin: unfold's, without the work for what is drawn nowhere."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

HOUR = 3600  # seconds


class Site(UnfoldAdminSite):
    empty_value_display = "–"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Built only when read: every page gets it, but the menu that is shown is `backoffice.framework.admin_menu`."""
        make = super().get_app_list
        return SimpleLazyObject(lambda: make(request, app_label))

    def i18n_javascript(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """Words for scripts, which every form and list asks for: a browser keeps them until somebody else logs in there
        or chooses another language."""
        answer = super().i18n_javascript(request, extra_context)
        patch_cache_control(answer, private=True, max_age=HOUR)
        return answer

    def catch_all_view(self, request: HttpRequest, url: str) -> HttpResponseBase:
        """A page that is not there is missed among the admin's own: the shop's speaks to customers."""
        try:
            return super().catch_all_view(request, url)
        except Http404:
            context = {**self.each_context(request), "title": _("Not found")}
            return TemplateResponse(request, "backoffice/framework/gone.html", context, status=404)


def locked_out(request: HttpRequest, *, minutes: int) -> HttpResponse:
    """What staff see while log-in is paused for them: see `LOCKED_OUT_PAGES`."""
    context = {**admin.site.each_context(request), "title": _("Please wait"), "minutes": minutes}
    return render(request, "accounts/locked_out.html", context)
