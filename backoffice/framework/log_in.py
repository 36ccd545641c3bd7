"""The log-in form of staff: e-mail and password, then the second factor if the person has enrolled one; and the form of
a new password."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import RateLimited
from accounts.models import User
from accounts.services import second_factor
from accounts.services.old_password import is_old_password
from accounts.staff_sessions import forget_password_given, note_password_given, who_gave_password
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused


class LogInForm(AuthenticationForm):
    """In two steps, or in one where all three are sent. Between them the session remembers whose password was right."""

    otp_token = forms.CharField(
        label=gettext_lazy("Code"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.asks_code = False  # whether the page shows the second step
        self.must_enrol = False
        sent = self.data.get("otp_token") and not self.data.get("password")
        self.known = who_gave_password(request, at=clock.now()) if sent and request is not None else None
        if self.known is not None:
            for name in ("username", "password"):
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        person: Any = self.known
        if person is None:
            super().clean()
            person = self.get_user()
        else:
            self.confirm_login_allowed(person)
        if isinstance(person, User):
            self._check_second_factor(person)
            self.user_cache = person
        return self.cleaned_data

    def _check_second_factor(self, person: User) -> None:
        assert self.request is not None
        at, code = clock.now(), self.cleaned_data.get("otp_token", "").strip()
        if second_factor.is_enrolled(person):
            note_password_given(self.request, person, at=at)
            self.asks_code = True
            if not code:
                raise forms.ValidationError(_("Enter the code that your authenticator app shows."), code="code_needed")
            try:
                second_factor.verify(person, code=code, address=client_address(self.request), at=at)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
            forget_password_given(self.request)
        elif second_factor.is_required(person):
            note_password_given(self.request, person, at=at)
            self.must_enrol = True
            raise forms.ValidationError(_("Set up two-step sign-in to continue."), code="must_enrol")


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A new password for whoever knows the old one, which nobody can try out without end."""

    @sensitive_variables("old")
    def clean_old_password(self) -> str:
        old = str(self.cleaned_data["old_password"])
        try:
            is_right = is_old_password(self.user, old, at=clock.now())
        except RateLimited as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        if not is_right:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old
