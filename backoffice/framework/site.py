"""The admin site: unfold's, with a lazy list of apps, cached translations and its own page for unknown addresses."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite
from unfold.utils import convert_color

from accounts.backends import is_pin_session, is_shop_session
from accounts.staff_sessions import note_log_in
from backoffice.framework.chain_face import accent_shades
from backoffice.framework.log_in import OwnPasswordForm
from cinema import clock
from house_rules.face import face

HOUR = 3600  # seconds


class Site(UnfoldAdminSite):
    empty_value_display = "–"
    login_template = "backoffice/framework/log_in.html"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the chain's own colours, where it has any."""
        context = super().each_context(request)
        own = {weight: convert_color(shade) for weight, shade in accent_shades(face()).items()}
        primary = {**context["colors"]["primary"], **own}
        return {**context, "colors": {**context["colors"], "primary": primary}}

    def has_permission(self, request: HttpRequest) -> bool:
        """Not for sessions of the shop or of a PIN, whoever signed in there."""
        return super().has_permission(request) and not (is_shop_session(request) or is_pin_session(request))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer: HttpResponse = super().login(request, extra_context)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if getattr(form, "must_enrol", False):
            return redirect("admin:accounts_user_second_factor")
        if request.method == "POST" and request.user.is_authenticated and answer.status_code == 302:
            note_log_in(request, at=clock.now())
        return answer

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """As unfold's, which takes no other form."""
        request.current_app = self.name
        view: Any = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse(f"{self.name}:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Lazy: every page has it in its context, but the menu comes from `backoffice.framework.admin_menu`."""
        get_app_list = super().get_app_list
        return SimpleLazyObject(lambda: get_app_list(request, app_label))

    def i18n_javascript(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """Translations for scripts, which every form and list loads. Browsers cache them for an hour, per user and
        language."""
        response = super().i18n_javascript(request, extra_context)
        patch_cache_control(response, private=True, max_age=HOUR)
        return response

    def catch_all_view(self, request: HttpRequest, url: str) -> HttpResponseBase:
        """Answers an unknown address with the admin's own page, because the site's 404 page is for customers."""
        try:
            return super().catch_all_view(request, url)
        except Http404:
            context = {**self.each_context(request), "title": _("Not found")}
            return TemplateResponse(request, "backoffice/framework/gone.html", context, status=404)


def locked_out(request: HttpRequest, *, minutes: int) -> HttpResponse:
    """What staff see while log-in is paused for them: see `LOCKED_OUT_PAGES`."""
    context = {**admin.site.each_context(request), "title": _("Please wait"), "minutes": minutes}
    return render(request, "accounts/locked_out.html", context)
