"""Asks staff for their password again before changes that must not be possible from an unattended screen.

A log-in, or an answer to the question, counts for `REAUTHENTICATE_AFTER`. The page that asks sends the interrupted
request again, so that nothing typed is lost, even while too many wrong passwords make the person wait.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.errors import LogInPaused
from accounts.staff_sessions import confirm_password, has_recent_password
from cinema import clock


class PasswordForm(forms.Form):
    password_again = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def ask_for_password(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for the password; None if it was given recently, or is in this request and correct."""
    sent = request.POST.copy()
    given = sent.pop("password_again", None)
    request.POST = sent  # type: ignore[assignment]  # without the field, which is not the interrupted form's
    at = clock.now()
    if has_recent_password(request, at=at):
        return None
    form, wait = PasswordForm({"password_again": given[-1]}) if given else PasswordForm(), 0
    if form.is_valid():
        try:
            if confirm_password(request, form.cleaned_data["password_again"], at=at):
                return None
            form.add_error("password_again", gettext("This password is wrong. Try again."))
        except LogInPaused as paused:
            wait = paused.wait
            form.add_error("password_again", _too_many_wrong(minutes=-(-wait // 60)))
    context = {
        **admin.site.each_context(request),
        "title": _("Enter your password"),
        "form": form,
        "sent": [(name, value) for name, values in sent.lists() if name != "csrfmiddlewaretoken" for value in values],
    }
    page = TemplateResponse(request, "backoffice/framework/password_again.html", context)
    if wait:
        page.status_code, page["Retry-After"] = HTTPStatus.TOO_MANY_REQUESTS, str(wait)
    return page


def _too_many_wrong(*, minutes: int) -> str:
    return ngettext(
        "A wrong password was entered too many times. You’re still signed in: wait %(minutes)d minute on this page, "
        "then enter your password.",
        "A wrong password was entered too many times. You’re still signed in: wait %(minutes)d minutes on this page, "
        "then enter your password.",
        minutes,
    ) % {"minutes": minutes}


class ReauthenticationMixin:
    """An admin page on which every change needs the password again."""

    def get_urls(self) -> list[Any]:
        urls = super().get_urls()  # type: ignore[misc]
        for url in urls:
            url.callback = self._with_password(url.callback)
        return urls

    def _with_password(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            changes = request.method == "POST" and self.has_view_permission(request)  # type: ignore[attr-defined]
            if changes and (page := ask_for_password(request)) is not None:
                return page
            return view(request, *args, **kwargs)

        return wrapped
