"""Page of approval requests, and the mixin for pages whose actions may need an approval."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import ApprovalRequired
from accounts.models import Approval, User
from accounts.services import approve, refuse, request_approval
from accounts.services.approvals import title_of
from backoffice.accounts.forms import ApproveForm, RejectForm
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.reauthentication import ask_for_password
from cinema.status import Refused


class ApprovalsMixin(ActionsMixin):
    """Sends an action for approval if its service raises `ApprovalRequired`.

    The form's cleaned data are stored as the arguments with which the service is called once approved.
    """

    def on_refusal(
        self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused
    ) -> str | HttpResponse:
        if not isinstance(refused, ApprovalRequired):
            return super().on_refusal(request, row, action, form, refused)
        if (page := ask_for_password(request)) is not None:
            return page
        try:
            request_approval(
                refused.service,
                row,
                arguments=form.cleaned_data,
                facts=_shown_facts(form),
                at=form.at,
                actor=form.actor,
            )
        except Refused:  # something has changed since the service was called: let the person try again
            return ""
        return gettext("This is above your limit, so it has been sent for approval. Nothing has changed yet.")


def _shown_facts(form: ActionForm) -> Iterable[tuple[str, str]]:
    """The summary that the page showed, and the values of the form, as texts."""
    for name, value in form.summary():
        yield str(name), str(value)
    for field in form.visible_fields():
        if field.name in form.cleaned_data:  # otherwise the summary tells what became of it
            yield str(field.label), _shown_value(field, form.cleaned_data[field.name])


def _shown_value(field: BoundField, value: Any) -> str:
    """What the service gets, not what was typed: a digit of another script may look like another digit."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if choices := dict(getattr(field.field, "choices", ())):
        chosen = field.value() if isinstance(field.value(), list) else [field.value()]
        return ", ".join(str(choices.get(each, value)) for each in chosen)
    return str(value)


def is_pending(approval: Approval) -> bool:
    return approval.status == Approval.Status.ASKED


@admin.register(Approval)
class ApprovalAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    """Requests of the person's own cinemas. Staff who work for all cinemas also see requests about chain-wide rows."""

    colours = {
        Approval.Status.ASKED: "warning",
        Approval.Status.APPROVED: "success",
        Approval.Status.REFUSED: "danger",
    }
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["asked_at", "action_title", "about", "asked_by", "status_label", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["asked_by", "decided_by"]
    fields = [
        "status_label",
        ("action_title", "about"),
        "request_facts",
        ("asked_by", "asked_at"),
        ("decided_by", "decided_at"),
        "reason_text",
    ]
    readonly_fields = ["status_label", "action_title", "request_facts", "reason_text"]
    actions_detail = ["approve", "refuse"]

    @admin.display(description=_("action"))
    def action_title(self, approval: Approval) -> str:
        return title_of(approval)

    @admin.display(description=_("request"))
    def request_facts(self, approval: Approval) -> str:
        return format_html_join("", "<div>{}: {}</div>", ((capfirst(name), value) for name, value in approval.facts))

    @admin.display(description=_("reason"))
    def reason_text(self, approval: Approval) -> str:
        return approval.reason or "–"

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Approve"),
        text=_(
            "It will be carried out immediately on behalf of the person who requested it. Your approval is recorded."
        ),
        form=ApproveForm,
        when=is_pending,
        icon="verified",
        reauthenticate=True,
    )
    def approve(self, approval: Approval, *, digest: str, at: datetime, actor: User) -> str:
        return approve(approval, digest=digest, at=at, actor=actor)

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Reject"),
        text=_("The request will be closed and nothing will change."),
        form=RejectForm,
        when=is_pending,
        icon="block",
        danger=True,
    )
    def refuse(self, approval: Approval, *, reason: str, at: datetime, actor: User) -> str:
        refuse(approval, reason=reason, at=at, actor=actor)
        return gettext("%(what)s: rejected.") % {"what": approval}
