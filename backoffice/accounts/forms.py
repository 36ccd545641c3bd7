"""Forms of users and of approvals."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.models import User, normalise_email
from accounts.roles import ROLES
from accounts.services import may_manage
from accounts.services.approvals import title_of
from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.framework.fields import ReasonField

OWN_DETAILS = ["first_name", "last_name", "phone", "preferred_language"]
ROLE_NAMES = {role.code: role.name for role in ROLES}


def role_name(group: Any) -> str:
    """The role's name for people; the group's own name is a code."""
    return str(ROLE_NAMES.get(group.name, group.name))


class RoleField(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class InvitationForm(forms.ModelForm):
    """Adds a colleague: a new account, or rights to the account of a customer, who keeps their own details.

    `actor`, set by the page, is the person who adds them.
    """

    actor: User

    class Meta:
        model = User
        fields = ["email"]
        help_texts = {"email": _("We’ll send a link to set a password to this address.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[str, Any] = {}

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        known = User.objects.select_for_update(of=("self",)).filter(email=email).first()
        if known is None:
            return email
        if not (self.actor.all_cinemas or self.actor.is_superuser):  # who sees no customers is not told of one
            raise forms.ValidationError(
                _("This address already has an account. If it is a colleague’s, change their access on their own page. "
                  "Otherwise ask someone who works for all cinemas, or enter another address.")
            )  # fmt: skip
        if known.is_staff and known.is_active:
            raise forms.ValidationError(
                _("A colleague with this address already works here. Change their access on their own page, or ask "
                  "someone who can see every cinema.")
            )  # fmt: skip
        if not known.is_active or not may_manage(self.actor, known):
            raise forms.ValidationError(
                _("This account is deactivated, or has access that you don’t have. Ask an owner to do this.")
            )
        self.instance = known
        self.kept = {name: getattr(known, name) for name in OWN_DETAILS if getattr(known, name)}
        return email

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for name, value in self.kept.items():
            setattr(self.instance, name, value)


class UserForm(ConflictCheckingForm, UserChangeForm):
    pass


class PasswordField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
        super().__init__(strip=False, max_length=4096, widget=widget, **kwargs)


class NewPasswordForm(SetPasswordForm):
    new_password1 = PasswordField(label=_("New password"), help_text=password_validators_help_text_html())
    new_password2 = PasswordField(label=_("New password again"))


class RejectForm(ActionForm):
    reason = ReasonField(label=_("Reason for rejection"))


class ApproveForm(ActionForm):
    """Sends back the digest of the request that it showed: a request that has changed since is not approved."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = self.row.digest

    def summary(self) -> Iterable[SummaryItem]:
        yield _("action"), title_of(self.row)
        yield _("subject"), self.row.about
        yield _("requested by"), self.row.asked_by
        yield from self.row.facts
