"""Actions of staff on a page: one permission, one confirmation page, one service call, one message.

    class OrderAdmin(ActionsMixin, ReadOnlyAdmin):
        actions_detail = ["cancel"]  # a button on the row's page
        actions = ["cancel"]  # and an action for rows selected in the list

        @confirmed_action(permission="orders.cancel_order", title=_("Cancel the order"), form=CancelForm)
        def cancel(self, order: Order, *, at: datetime, actor: User, reason: str) -> str:
            cancel(order, reason=reason, at=at, actor=actor)
            return gettext("Order %(order)s is cancelled.") % {"order": order}

The method gets the row and the cleaned data of the form, and returns the message. A refusal (`cinema.status.Refused`)
is shown on the confirmation page, which keeps what was entered.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
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

from accounts.errors import SentTwice
from accounts.services.sent_forms import FIELD, sent_once
from backoffice.framework.reauthentication import ask_for_password
from backoffice.framework.time_zones import add_time_zone_hint
from cinema import clock
from cinema.status import Refused

MAX_SELECTED_ROWS = 100  # of one action: each row is a transaction of its own

SummaryItem = tuple[str | Promise, Any]  # a label and its value


class ActionForm(forms.Form):
    """The form of an action. It knows the rows (one on a row's own page), the time and the user who acts.

    Its texts and choices may depend on them; `summary` may depend on the entered data.
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
        """The exact effects on the row, shown above the form. Not used for rows selected in a list."""
        return ()

    @property
    def button(self) -> str:
        """What the button says, if not the title of the action."""
        return ""

    def needs_confirmation(self) -> bool:
        """Whether to show a valid form again, with its summary, before the action runs."""
        return False

    def reopened(self) -> "ActionForm":
        """A new form with the entered data, whose hidden fields have their current values."""
        entered = {name: self[name].value() for name in self.fields if not self[name].is_hidden}
        return type(self)(initial=entered, rows=self.rows, at=self.at, actor=self.actor)


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
    reauthenticate: bool = False,
    by_cinemas: bool = False,
    logged: str | Promise = "",
    leads_to: Callable[[Any], Model] | None = None,
) -> Callable[[Callable[..., str]], Any]:
    """Make an action of a method that takes one row and returns a message; the module's docstring has an example.

    `text` describes the effects in a sentence. `when` limits the button to some rows; the service still decides. `done`
    is the message after several rows at once, an `ngettext_lazy` by "count". `reauthenticate` asks for the password
    again, unless it was given recently. The row is looked up in the page's queryset, so a row of another cinema is not
    found; a row of the whole chain is acted on by people of all cinemas, unless `by_cinemas` lets everybody who has the
    permission. `logged` stands in the row's history instead of the message: for a message that shows a secret once.
    `leads_to` gives the row whose page follows, if that is another one.
    """

    def decorate(method: Callable[..., str]) -> Any:
        name = method.__name__
        context: dict[str, Any] = {"title": title, "text": text, "danger": danger, "action": name, "done": done}
        context |= {"logged": logged, "by_cinemas": by_cinemas, "leads_to": leads_to}

        def view(
            page: Any, request: HttpRequest, queryset: QuerySet[Any] | None = None, *, object_id: str | None = None
        ) -> HttpResponse | None:
            if not (request.user.has_perm(permission) and page.has_view_permission(request)):
                raise PermissionDenied
            if reauthenticate and request.method == "POST" and (answer := ask_for_password(request)) is not None:
                return answer
            if object_id is not None:
                row = page.get_object(request, object_id)
                if row is None:
                    return page.not_found(request, object_id)
                if not by_cinemas and page.is_of_others(request, row):
                    raise PermissionDenied
                return _run_on_row(page, request, row, method, form, context)
            assert queryset is not None
            return _run_on_rows(page, request, queryset, method, form, context)

        view.__name__ = name
        action: Any = unfold_action(view, description=title, url_path=name.replace("_", "-"), icon=icon)
        action.permission, action.when, action.by_cinemas = permission, when, by_cinemas
        action.method, action.form, action.title = method, form, title
        return action

    return decorate


class ActionsMixin:
    """An admin page with confirmed actions: offers those that the user has permission for and that fit the row."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]
        return {
            name: action
            for name, action in actions.items()
            if _is_permitted(action[0], request) and _is_own(action[0], self, request)
        }

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = request._row  # type: ignore[attr-defined]
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        permitted = [action for action in actions if _is_permitted(action.method, request)]
        return [
            each for each in permitted if row and _fits(each.method, row) and _is_own(each.method, self, request, row)
        ]

    def get_actions_row(self, request: HttpRequest) -> list[Any]:
        actions = super().get_actions_row(request)  # type: ignore[misc]
        permitted = [action for action in actions if _is_permitted(action.method, request)]
        return [action for action in permitted if _is_own(action.method, self, request)]

    def on_refusal(
        self, request: HttpRequest, row: Any, action: str, form: ActionForm, refused: Refused
    ) -> str | HttpResponse:
        """A hook to handle a refusal: returns a message or a page to show, or an empty string to show the refusal."""
        return ""


def _is_permitted(function: Any, request: HttpRequest) -> bool:
    permission = getattr(function, "permission", None)
    return permission is None or request.user.has_perm(permission)


def _is_own(function: Any, page: Any, request: HttpRequest, row: Any = None) -> bool:
    """Whether the person may act on the row, or on rows of this page, if these are of the whole chain."""
    return getattr(function, "by_cinemas", True) or not page.is_of_others(request, row)


def _fits(function: Any, row: Any) -> bool:
    when = getattr(function, "when", None)
    return when is None or bool(when(row))


def _run_on_row(
    page: Any,
    request: HttpRequest,
    row: Any,
    method: Callable[..., str],
    form_class: type[ActionForm],
    context: dict[str, Any],
) -> HttpResponse:
    at = clock.now()
    form_kwargs: dict[str, Any] = {"rows": [row], "at": at, "actor": request.user}
    back = _return_url(page, request, row)
    with timezone.override(page.zone_for(request, row)):
        form = (
            form_class(request.POST, **form_kwargs)
            if request.method == "POST"
            else form_class(**form_kwargs, initial=_filled_in(form_class, request))
        )
        refusal = ""
        if form.is_bound and form.is_valid():
            try:
                if not form.needs_confirmation():
                    with sent_once(request, at=at):
                        message = method(page, row, at=at, actor=request.user, **form.cleaned_data)
                    page.log_change(request, row, str(context["logged"] or message))
                    page.message_user(request, message, messages.SUCCESS)
                    return HttpResponseRedirect(_redirect_url(page, request, row, back, context["leads_to"]))
            except SentTwice as twice:
                page.message_user(request, _done_before(request, row, twice), messages.WARNING)
                return HttpResponseRedirect(_redirect_url(page, request, row, back, context["leads_to"]))
            except Refused as refused:
                if answer := page.on_refusal(request, row, method.__name__, form, refused):
                    if isinstance(answer, HttpResponse):
                        return answer
                    page.message_user(request, answer, messages.WARNING)
                    return HttpResponseRedirect(back)
                refusal = str(refused)
                form = form.reopened()
        return _confirmation_page(page, request, form, {**context, "row": row, "refusal": refusal, "back": back})


def _done_before(request: HttpRequest, row: Model, twice: SentTwice) -> str:
    """What the form did when it was sent first, as the row's history says."""
    about = ContentType.objects.get_for_model(row, for_concrete_model=False)
    logged = LogEntry.objects.filter(user=request.user.pk, content_type=about, object_id=row.pk)
    first = logged.filter(action_time__gte=twice.at).order_by("pk").first() if twice.at else None
    return gettext("Already done: %(what)s") % {"what": first.get_change_message()} if first else str(twice)


def _filled_in(form_class: type[ActionForm], request: HttpRequest) -> dict[str, Any]:
    """A link may fill in what people see of a form, and not what confirms what they have seen."""
    hidden = {name for name, field in form_class.base_fields.items() if field.widget.is_hidden}
    return {name: value for name, value in request.GET.dict().items() if name not in hidden}


def _run_on_rows(
    page: Any,
    request: HttpRequest,
    queryset: QuerySet[Any],
    method: Callable[..., str],
    form_class: type[ActionForm],
    context: dict[str, Any],
) -> HttpResponse | None:
    """Run the action on each row separately: a refusal is shown as a message and does not stop the other rows."""
    rows = list(queryset[: MAX_SELECTED_ROWS + 1])
    if not rows:
        return None
    if len(rows) > MAX_SELECTED_ROWS:
        message = gettext("You can select up to %(count)d rows at a time.") % {"count": MAX_SELECTED_ROWS}
        page.message_user(request, message, messages.ERROR)
        return None
    if not context["by_cinemas"] and any(page.is_of_others(request, row) for row in rows):
        raise PermissionDenied
    at = clock.now()
    form_kwargs: dict[str, Any] = {"rows": rows, "at": at, "actor": request.user}
    with timezone.override(page.zone_for(request, rows[0])):
        form = form_class(request.POST, **form_kwargs) if "confirmed" in request.POST else form_class(**form_kwargs)
        if not (form.is_bound and form.is_valid()):
            return _confirmation_page(page, request, form, {**context, "rows": rows, "back": request.get_full_path()})
        done = 0
        try:
            with sent_once(request, at=at):
                for row in rows:
                    try:
                        message = method(page, row, at=at, actor=request.user, **form.cleaned_data)
                    except Refused as refused:
                        page.message_user(request, f"{row}: {refused}", messages.ERROR)
                    else:
                        page.log_change(request, row, str(context["logged"] or message))
                        done += 1
        except SentTwice as twice:
            page.message_user(request, str(twice), messages.WARNING)
    if done:
        message = context["done"] or ngettext("%(title)s: %(count)d row.", "%(title)s: %(count)d rows.", done)
        page.message_user(request, message % {"title": context["title"], "count": done}, messages.SUCCESS)
    return None


def _confirmation_page(page: Any, request: HttpRequest, form: ActionForm, context: dict[str, Any]) -> HttpResponse:
    summary: list[SummaryItem] = []
    if "row" in context:
        try:
            summary = list(form.summary())
        except Refused as refused:
            context["refusal"] = context["refusal"] or str(refused)
    context |= {FIELD: uuid4()}
    context |= {"opts": page.opts, "media": page.media + form.media, "form": form, "summary": summary}
    response = TemplateResponse(
        request, "backoffice/framework/confirm_action.html", {**page.admin_site.each_context(request), **context}
    )
    return response.render()  # now, while the cinema's time zone is active


def _return_url(page: Any, request: HttpRequest, row: Any) -> str:
    """The address to return to: the page that the user came from, such as a filtered list, or the row's page."""
    referrer = request.POST.get("back", "") if request.method == "POST" else request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    return referrer if is_ours and referrer.split("?")[0] != request.path else page.change_url(row)


def _redirect_url(
    page: Any, request: HttpRequest, row: Model, back: str, leads_to: Callable[[Any], Model] | None
) -> str:
    """`back`, or the list if `back` is the page of a row that the action has removed from the page's queryset."""
    if leads_to:
        return str(page.change_url(leads_to(row)))
    if page.get_queryset(request).filter(pk=row.pk).exists() or not back.split("?")[0].endswith(page.change_url(row)):
        return back
    return reverse(f"{page.admin_site.name}:{page.opts.app_label}_{page.opts.model_name}_changelist")
