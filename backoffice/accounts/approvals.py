"""Pages whose actions may need a second person, and the page on which that person signs.

An action that a service refuses with `SecondNeeded` is stored as it was asked for. Who approves it has it done by the
same page, form and method, as the one who asked, with the approver as `second`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import Changed, NotTheSecond, SecondNeeded
from accounts.models import Approval, User
from accounts.services import approve, ask_for, refuse
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.time_zones import cinema_of
from cinema.status import Refused
from cinema.validators import LONGEST_REASON


class ApprovalsMixin(ActionsMixin):
    """A page whose actions take `second`, who agreed to them, or None."""

    def on_refusal(self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused) -> str:
        if not isinstance(refused, SecondNeeded):
            return super().on_refusal(request, row, action, form, refused)
        given = {name: form.data.getlist(name) for name in form.fields if name in form.data}  # type: ignore[attr-defined]
        ask_for(
            {
                "content_type": ContentType.objects.get_for_model(row, for_concrete_model=False),
                "object_id": str(row.pk),
                "action": action,
            },
            asked_for={
                "cinema": cinema_of(self, row),
                "about": str(row)[:200],
                "facts": list(_in_words(form)),
                "given": given,
            },
            at=form.at,
            actor=form.actor,
        )
        return gettext("This is over the limit for one person: it waits for a second one to approve it.")


def _in_words(form: ActionForm) -> Iterable[list[str]]:
    """What the page said would happen, and what was typed."""
    for name, said in form.summary():
        yield [str(name), str(said)]
    for field in form.visible_fields():
        chosen = dict(getattr(field.field, "choices", ()))
        values = field.value() if isinstance(field.value(), list) else [field.value()]
        yield [str(field.label), ", ".join(str(chosen.get(value, value)) for value in values)]


class RefuseForm(ActionForm):
    reason = forms.CharField(label=_("Why not"), max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget())


def way_of(approval: Approval) -> tuple[Any, str]:
    """The page by which it was asked for, and is done, and the name of its action."""
    model = approval.content_type.model_class()
    return (admin.site._registry.get(model) if model else None), approval.action


def title_of(approval: Approval) -> str:
    page, action = way_of(approval)
    return str(getattr(page, action).title) if page else action


class ApproveForm(ActionForm):
    def summary(self) -> Iterable[SummaryItem]:
        yield _("action"), title_of(self.row)
        yield _("asked by"), self.row.asked_by
        yield from self.row.facts


def waits(approval: Approval) -> bool:
    return approval.status == Approval.Status.ASKED


@admin.register(Approval)
class ApprovalAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    """What colleagues may not do alone. Points are the chain's, so who works for the whole chain signs for them."""

    colours = {
        Approval.Status.ASKED: "warning",
        Approval.Status.APPROVED: "success",
        Approval.Status.REFUSED: "danger",
    }
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["asked_at", "what", "about", "asked_by", "standing", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["asked_by", "decided_by", "content_type"]
    fields = ["standing", ("what", "about"), "asked_for", ("asked_by", "asked_at"), ("decided_by", "decided_at"), "why"]
    readonly_fields = ["standing", "what", "asked_for"]
    actions_detail = ["approve", "refuse"]

    @admin.display(description=_("action"))
    def what(self, approval: Approval) -> str:
        return title_of(approval)

    @admin.display(description=_("what was asked for"))
    def asked_for(self, approval: Approval) -> str:
        return format_html_join("", "<div>{}: {}</div>", ((capfirst(name), said) for name, said in approval.facts))

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Approve"),
        text=_("It is done at once, in the name of who asked; that you approved it is kept."),
        form=ApproveForm,
        when=waits,
        icon="verified",
    )
    def approve(self, approval: Approval, *, at: datetime, actor: User) -> str:
        return approve(approval, do=lambda row: self._do(row, at=at, second=actor), at=at, actor=actor)

    @confirmed_action(
        permission="accounts.decide_approval",
        title=_("Do not approve"),
        text=_("Nothing is done."),
        form=RefuseForm,
        when=waits,
        icon="block",
        danger=True,
    )
    def refuse(self, approval: Approval, *, reason: str, at: datetime, actor: User) -> str:
        refuse(approval, reason=reason, at=at, actor=actor)
        return gettext("%(what)s: not approved.") % {"what": approval}

    def _do(self, approval: Approval, *, at: datetime, second: User) -> str:
        page, action = way_of(approval)
        made = getattr(page, action)
        row = page.get_queryset(_as(second)).filter(pk=approval.object_id).first()
        if row is None or not second.has_perm(made.permission) or not approval.asked_by.has_perm(made.permission):
            raise NotTheSecond
        data = QueryDict(mutable=True)
        for name, values in approval.given.items():
            data.setlist(name, values)
        form = made.form(data, rows=[row], at=at, actor=approval.asked_by)
        if not form.is_valid() or form.needs_confirmation():
            raise Changed
        told: str = made.method(page, row, at=at, actor=approval.asked_by, second=second, **form.cleaned_data)
        return told


def _as(person: User) -> HttpRequest:
    """A page asks a request whose rows are to be seen."""
    request = HttpRequest()
    request.user = person
    return request
