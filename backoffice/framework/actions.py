"""The one shape of what staff do on a page: one permission, one page that says what is about to happen, one service
call, one message.

    class OrderAdmin(Acting, RecordAdmin):
        actions_detail = ["cancel"]  # a button on the row's page
        actions = ["cancel"]  # and for rows ticked in the list

        @act(permission="orders.cancel_order", title=_("Cancel the order"), form=CancelForm, when=Order.is_unpaid)
        def cancel(self, order: Order, *, at: datetime, actor: User, reason: str) -> str:
            cancel(order, reason=reason, at=at, actor=actor)
            return gettext("Order %(order)s is cancelled.") % {"order": order}

What the method is given beside the row is the form's cleaned data. A refusal (`cinema.status.Refused`) is shown on the
same page, with everything that was typed still in its place.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from unfold.decorators import action as unfold_action

from cinema import clock
from cinema.local_time import add_time_zone_hint
from cinema.status import Refused

MOST_AT_ONCE = 100  # rows of one bulk action: each is a transaction of its own

SummaryItem = tuple[str | Promise, Any]  # what it is, and how much or which


class ActionForm(forms.Form):
    """What an action asks for. It knows the rows, one of them on a row's own page, the instant and who acts.

    Its texts and choices may depend on them; `facts` may depend on what was typed.
    """

    def __init__(self, *args: Any, rows: Sequence[Any], at: datetime, actor: Any, **kwargs: Any) -> None:
        self.rows, self.at, self.actor = rows, at, actor
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateTimeField):
                add_time_zone_hint(field)

    @property
    def row(self) -> Any:
        return self.rows[0]

    def summary(self) -> Iterable[SummaryItem]:
        """What is about to happen to the one row, exactly: shown above the form."""
        return ()

    def needs_confirmation(self) -> bool:
        """Whether a valid form is shown once more, with what came of it, before it counts."""
        return False

    def reopened(self) -> "ActionForm":
        """The form with what was typed, open again; hidden fields are what they are now."""
        typed = {name: self[name].value() for name in self.fields if not self[name].is_hidden}
        return type(self)(initial=typed, rows=self.rows, at=self.at, actor=self.actor)


def confirmed_action(
    *,
    permission: str,
    title: str | Promise,
    text: str | Promise = "",
    form: type[ActionForm] = ActionForm,
    when: Callable[[Any], bool] | None = None,
    icon: str | None = None,
    danger: bool = False,
    done: Any = None,
) -> Callable[[Callable[..., str]], Any]:
    """Make an action of a method that takes one row and returns the message; see above.

    `text` says in a sentence what will happen. `when` says for which rows the button is there at all; the service
    still decides. `done` is the message after several rows were acted on at once, an `ngettext_lazy` by "count". The
    row is looked up through the page, so a row of another cinema is not found.
    """

    def decorate(method: Callable[..., str]) -> Any:
        name = method.__name__
        words: dict[str, Any] = {"title": title, "text": text, "danger": danger, "action": name, "done": done}

        def view(
            page: Any, request: HttpRequest, queryset: QuerySet[Any] | None = None, *, object_id: str | None = None
        ) -> HttpResponse | None:
            if not (request.user.has_perm(permission) and page.has_view_permission(request)):
                raise PermissionDenied
            if object_id is not None:
                row = page.get_object(request, object_id)
                if row is None:
                    return page.gone(request, object_id)
                return _on_one(page, request, row, method, form, words)
            assert queryset is not None
            return _on_many(page, request, queryset, method, form, words)

        view.__name__ = name
        made: Any = unfold_action(view, description=title, url_path=name.replace("_", "-"), icon=icon)
        made.permission, made.when = permission, when
        made.method, made.form, made.title = method, form, title
        return made

    return decorate


class ActionsMixin:
    """A page with actions of the shape above: each is offered to whom it is permitted, for rows that it fits."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered = super().get_actions(request)  # type: ignore[misc]
        return {name: each for name, each in offered.items() if _permitted(each[0], request)}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = request._row  # type: ignore[attr-defined]
        offered = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [each for each in offered if row and _permitted(each.method, request) and _fits(each.method, row)]

    def get_actions_row(self, request: HttpRequest) -> list[Any]:
        return [each for each in super().get_actions_row(request) if _permitted(each.method, request)]  # type: ignore[misc]

    def on_refusal(self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused) -> str:
        """What was done about a refusal instead of showing it, in words; nothing, as a rule."""
        return ""


def _permitted(function: Any, request: HttpRequest) -> bool:
    permission = getattr(function, "permission", None)
    return permission is None or request.user.has_perm(permission)


def _fits(function: Any, row: Any) -> bool:
    when = getattr(function, "when", None)
    return when is None or bool(when(row))


def _on_one(
    page: Any,
    request: HttpRequest,
    row: Any,
    method: Callable[..., str],
    form_class: type[ActionForm],
    words: dict[str, Any],
) -> HttpResponse:
    at = clock.now()
    asked: dict[str, Any] = {"rows": [row], "at": at, "actor": request.user}
    back = _way_back(page, request, row)
    with timezone.override(page.zone_for(request, row)):
        form = (
            form_class(request.POST, **asked)
            if request.method == "POST"
            else form_class(**asked, initial=request.GET.dict())  # a link may fill in what it knows
        )
        refusal = ""
        if form.is_bound and form.is_valid():
            try:
                if not form.needs_confirmation():
                    told = method(page, row, at=at, actor=request.user, **form.cleaned_data)
                    page.log_change(request, row, told)
                    page.message_user(request, told, messages.SUCCESS)
                    return HttpResponseRedirect(_still_there(page, request, row, back))
            except Refused as refused:
                if done := page.on_refusal(request, row, method.__name__, form, refused):
                    page.message_user(request, done, messages.WARNING)
                    return HttpResponseRedirect(back)
                refusal = str(refused)
                form = form.reopened()
        return _page(page, request, form, {**words, "row": row, "refusal": refusal, "back": back})


def _on_many(
    page: Any,
    request: HttpRequest,
    queryset: QuerySet[Any],
    method: Callable[..., str],
    form_class: type[ActionForm],
    words: dict[str, Any],
) -> HttpResponse | None:
    """Each row is acted on by itself: what is refused for one is done for the others, and said of that one."""
    rows = list(queryset[: MOST_AT_ONCE + 1])
    if not rows:
        return None
    if len(rows) > MOST_AT_ONCE:
        told = gettext("You can select up to %(count)d rows at a time.") % {"count": MOST_AT_ONCE}
        page.message_user(request, told, messages.ERROR)
        return None
    at = clock.now()
    asked: dict[str, Any] = {"rows": rows, "at": at, "actor": request.user}
    with timezone.override(page.zone_for(request, rows[0])):
        form = form_class(request.POST, **asked) if "confirmed" in request.POST else form_class(**asked)
        if not (form.is_bound and form.is_valid()):
            return _page(page, request, form, {**words, "rows": rows, "back": request.get_full_path()})
        done = 0
        for row in rows:
            try:
                told = method(page, row, at=at, actor=request.user, **form.cleaned_data)
            except Refused as refused:
                page.message_user(request, f"{row}: {refused}", messages.ERROR)
            else:
                page.log_change(request, row, told)
                done += 1
    if done:
        told = words["done"] or ngettext("%(title)s: %(count)d row.", "%(title)s: %(count)d rows.", done)
        page.message_user(request, told % {"title": words["title"], "count": done}, messages.SUCCESS)
    return None


def _page(page: Any, request: HttpRequest, form: ActionForm, context: dict[str, Any]) -> HttpResponse:
    facts: list[SummaryItem] = []
    if "row" in context:
        try:
            facts = list(form.summary())
        except Refused as refused:
            context["refusal"] = context["refusal"] or str(refused)
    context |= {"opts": page.opts, "media": page.media + form.media, "form": form, "facts": facts}
    answer = TemplateResponse(
        request, "backoffice/framework/confirm_action.html", {**page.admin_site.each_context(request), **context}
    )
    return answer.render()  # here, where the clocks show the cinema's time


def _way_back(page: Any, request: HttpRequest, row: Any) -> str:
    """Where the person came from, the list as it was filtered or the row's page."""
    came_from = request.POST.get("back", "") if request.method == "POST" else request.META.get("HTTP_REFERER", "")
    known = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if known and came_from.split("?")[0] != request.path else page.address_of(row)


def _still_there(page: Any, request: HttpRequest, row: Model, back: str) -> str:
    """`back`, unless it is the page of a row that by what was done has left these pages."""
    if page.get_queryset(request).filter(pk=row.pk).exists() or not back.split("?")[0].endswith(page.address_of(row)):
        return back
    return reverse(f"{page.admin_site.name}:{page.opts.app_label}_{page.opts.model_name}_changelist")
