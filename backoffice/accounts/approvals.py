"""Pages whose actions may require approval, and the page on which requests are approved."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import ApprovalRequired
from accounts.models import Approval, User
from accounts.services import approve, refuse, request_approval
from accounts.services.approvals import title_of
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from cinema.status import Refused
from cinema.validators import LONGEST_REASON


class ApprovalsMixin(ActionsMixin):
    """A page that requests approval when a service requires it. Its forms' cleaned data are the service's arguments."""

    def on_refusal(self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused) -> str:
        if not isinstance(refused, ApprovalRequired):
            return super().on_refusal(request, row, action, form, refused)
        try:
            request_approval(
                refused.service, row, arguments=form.cleaned_data, facts=_in_words(form), at=form.at, actor=form.actor
            )
        except Refused:  # something has changed since the service was called: the person may try again
            return ""
        return gettext("This is above your limit, so it has been sent for approval. Nothing has changed yet.")


def _in_words(form: ActionForm) -> Iterable[tuple[str, str]]:
    """What the page said would happen, and what was typed."""
    for name, said in form.summary():
        yield str(name), str(said)
    for field in form.visible_fields():
        chosen = dict(getattr(field.field, "choices", ()))
        values = field.value() if isinstance(field.value(), list) else [field.value()]
        yield str(field.label), ", ".join(str(chosen.get(value, value)) for value in values)


class RefuseForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason for rejection"), max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget()
    )


class ApproveForm(ActionForm):
    """It sends back the digest of the request that it shows."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = self.row.digest

    def summary(self) -> Iterable[SummaryItem]:
        yield _("action"), title_of(self.row)
        yield _("subject"), self.row.about
        yield _("requested by"), self.row.asked_by
        yield from self.row.facts


def waits(approval: Approval) -> bool:
    return approval.status == Approval.Status.ASKED


@admin.register(Approval)
class ApprovalAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    """Requests of the person's cinemas; those about the whole chain's rows, for people who work for all of it."""

    colours = {
        Approval.Status.ASKED: "warning",
        Approval.Status.APPROVED: "success",
        Approval.Status.REFUSED: "danger",
    }
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["asked_at", "what", "about", "asked_by", "status_label", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["asked_by", "decided_by"]
    fields = [
        "status_label",
        ("what", "about"),
        "asked_for",
        ("asked_by", "asked_at"),
        ("decided_by", "decided_at"),
        "reason_in_words",
    ]
    readonly_fields = ["status_label", "what", "asked_for", "reason_in_words"]
    actions_detail = ["approve", "refuse"]

    @admin.display(description=_("action"))
    def what(self, approval: Approval) -> str:
        return title_of(approval)

    @admin.display(description=_("request"))
    def asked_for(self, approval: Approval) -> str:
        return format_html_join("", "<div>{}: {}</div>", ((capfirst(name), said) for name, said in approval.facts))

    @admin.display(description=_("reason"))
    def reason_in_words(self, approval: Approval) -> str:
        return approval.reason or "–"

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Approve"),
        text=_(
            "It will be carried out immediately on behalf of the person who requested it. Your approval is recorded."
        ),
        form=ApproveForm,
        when=waits,
        icon="verified",
    )
    def approve(self, approval: Approval, *, digest: str, at: datetime, actor: User) -> str:
        return approve(approval, digest=digest, at=at, actor=actor)

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Reject"),
        text=_("The request will be closed and nothing will change."),
        form=RefuseForm,
        when=waits,
        icon="block",
        danger=True,
    )
    def refuse(self, approval: Approval, *, reason: str, at: datetime, actor: User) -> str:
        refuse(approval, reason=reason, at=at, actor=actor)
        return gettext("%(what)s: rejected.") % {"what": approval}
