"""Forms of users and of approvals."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.forms import UserCreationForm as UnfoldUserCreationForm

from accounts.models import User
from accounts.services.approvals import title_of
from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from backoffice.framework.fields import ReasonField
from cinema.roles import ROLES

ROLE_NAMES = {role.code: role.name for role in ROLES}


def role_name(group: Any) -> str:
    """The role's name for people; the group's own name is a code."""
    return str(ROLE_NAMES.get(group.name, group.name))


class RoleField(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj)


class UserCreationForm(UnfoldUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]


class UserForm(ConflictCheckingForm, UserChangeForm):
    pass


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
