"""Two-step sign-in of staff: the page on which each sets up their own, and the reset of a colleague's."""

from datetime import datetime
from typing import Any

import segno
from django import forms
from django.contrib import admin, auth, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_totp.admin import TOTPDevice  # from there, so that it is registered by now
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import AccountChange, User
from accounts.services import second_factor
from accounts.staff_sessions import forget_password_given, note_log_in, who_gave_password
from backoffice.accounts.notices import queue_notice
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.fields import ReasonField
from backoffice.framework.reauthentication import ask_for_password
from cinema import clock
from cinema.status import Refused

SALT = "backoffice.second_factor"
SECRET_WORKS = 1800  # seconds between the QR code and the first code

admin.site.unregister(TOTPDevice)  # its pages show the secrets of everybody


class EnrolForm(forms.Form):
    """The first code of the app. The page carries the signed secret, so that nothing is stored before."""

    secret = forms.CharField(widget=forms.HiddenInput, max_length=400)
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ResetSecondFactorForm(ActionForm):
    reason = ReasonField(label=_("Reason"))


class SecondFactorMixin(ActionsMixin):
    """Adds the page of one's own two-step sign-in, and the action that resets a colleague's."""

    def get_urls(self) -> Any:
        # Not within `admin_view`: a person who must enrol before the first log-in has only given the password.
        page = path("second-factor/", self.own_second_factor, name="accounts_user_second_factor")
        return [page, *super().get_urls()]  # type: ignore[misc]

    @method_decorator(never_cache)
    def own_second_factor(self, request: HttpRequest) -> HttpResponseBase:
        at = clock.now()
        logged_in = self.admin_site.has_permission(request)  # type: ignore[attr-defined]
        person = request.user if logged_in else who_gave_password(request, at=at)
        if not logged_in and (again := _sent_again(request, at=at)):
            return self._second_factor_page(request, again[0], codes=again[1], logged_in=False)
        if not isinstance(person, User) or (not logged_in and second_factor.is_enrolled(person)):
            return redirect("admin:login")
        if request.method == "POST":
            if logged_in and (question := ask_for_password(request)) is not None:
                return question
            return self._change_second_factor(request, person, logged_in=logged_in, at=at)
        return self._second_factor_page(request, person, logged_in=logged_in)

    def _change_second_factor(
        self, request: HttpRequest, person: User, *, logged_in: bool, at: datetime
    ) -> HttpResponseBase:
        enrolled = second_factor.is_enrolled(person)
        try:
            if enrolled and "renew" in request.POST:
                codes = second_factor.renew_recovery_codes(person)
                _log(person, gettext("New recovery codes"))
                return self._second_factor_page(request, person, codes=codes)
            if enrolled and "remove" in request.POST and not second_factor.is_required(person):
                second_factor.remove(person)
                _log(person, gettext("Two-step sign-in turned off"))
                messages.success(request, gettext("Two-step sign-in is off."))
                return redirect("admin:accounts_user_second_factor")
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:accounts_user_second_factor")
        if again := _sent_again(request, at=at):
            return self._second_factor_page(request, person, codes=again[1])
        if enrolled or {"renew", "remove"} & request.POST.keys():
            return redirect("admin:accounts_user_second_factor")
        form = EnrolForm(request.POST)
        if not form.is_valid():
            return self._second_factor_page(request, person, form, logged_in=logged_in)
        try:
            secret = _read(form.cleaned_data["secret"], person)
            codes = second_factor.enrol(person, secret=secret, code=form.cleaned_data["code"], at=at)
        except signing.BadSignature:
            messages.error(request, gettext("This page was open for too long. Scan the new code."))
            return redirect("admin:accounts_user_second_factor")
        except Refused as refusal:
            form.add_error("code", str(refusal))
            return self._second_factor_page(request, person, form, logged_in=logged_in)
        _log(person, gettext("Two-step sign-in set up"))
        if not logged_in:
            forget_password_given(request)
            auth.login(request, person)
            note_log_in(request, at=at)
        return self._second_factor_page(request, person, codes=codes)

    def _second_factor_page(
        self,
        request: HttpRequest,
        person: User,
        form: EnrolForm | None = None,
        *,
        codes: list[str] | None = None,
        logged_in: bool = True,
    ) -> HttpResponseBase:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("Two-step sign-in"),
            "layout": "admin/base_site.html" if logged_in else "unfold/layouts/unauthenticated.html",
            "logged_in": logged_in,
            "enrolled": second_factor.is_enrolled(person),
            "required": second_factor.is_required(person),
            "codes": codes,
        }
        if context["enrolled"]:
            context["left"] = second_factor.recovery_codes_left(person)
        else:
            try:
                secret = _read(form.data.get("secret", ""), person) if form else second_factor.new_secret()
            except signing.BadSignature:
                secret, form = second_factor.new_secret(), None
            url = second_factor.app_url(person, secret)
            drawing = segno.make(url, error="m").svg_inline(border=4, light="#fff", dark="#000", scale=5)
            signed = signing.dumps({"person": person.pk, "secret": secret}, salt=SALT)
            context |= {
                "form": form or EnrolForm(initial={"secret": signed}),
                "qr": mark_safe(drawing),  # noqa: S308 (drawn here)
                "by_hand": second_factor.secret_for_people(secret),
            }
        return TemplateResponse(request, "backoffice/accounts/second_factor.html", context)

    @confirmed_action(
        permission="accounts.reset_second_factor",
        title=_("Reset two-step sign-in"),
        text=_(
            "For colleagues who have lost their phone and their recovery codes. Make sure that it is really them: "
            "afterwards the password alone is enough to sign in."
        ),
        form=ResetSecondFactorForm,
        when=second_factor.is_enrolled,
        icon="phonelink_erase",
        danger=True,
        reauthenticate=True,
    )
    def reset_second_factor(self, person: User, *, reason: str, at: datetime, actor: User) -> str:
        with transaction.atomic():
            second_factor.reset_for(person, at=at, actor=actor)
            queue_notice(person, AccountChange.Kind.SECOND_FACTOR, at=at, actor=actor)
        return gettext("%(person)s: two-step sign-in was reset. Reason: %(reason)s") % {
            "person": person,
            "reason": reason,
        }


def _read(signed: str, person: User) -> str:
    data = signing.loads(signed, salt=SALT, max_age=SECRET_WORKS)
    if data["person"] != person.pk:
        raise signing.BadSignature
    return str(data["secret"])


def _sent_again(request: HttpRequest, *, at: datetime) -> tuple[User, list[str]] | None:
    """The person who has just enrolled with this form, and the recovery codes that the response showed.

    The second of two presses may come without the session, since the first has logged the person in and so replaced
    it. The form itself holds the secret, so that whoever sends it has the second factor already.
    """
    form = EnrolForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        data = signing.loads(form.cleaned_data["secret"], salt=SALT, max_age=SECRET_WORKS)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=data["person"], is_active=True, is_staff=True).first()
    if person is None or request.user not in (person, AnonymousUser()):
        return None
    given = {"secret": str(data["secret"]), "code": form.cleaned_data["code"]}
    codes = second_factor.codes_of_enrolment(person, **given, at=at)
    return (person, codes) if codes else None


def _log(person: User, text: str) -> None:
    LogEntry.objects.log_actions(person.pk, [person], CHANGE, text, single_object=True)
