"""Staff set their password by an e-mailed link, or with the old one. Nobody can set the password of somebody else."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.errors import InsufficientAccess, PasswordLinkSentLately
from accounts.models import User
from accounts.services import account_of_link, link_state, may_manage, password_token, set_password_by_link
from backoffice.accounts.forms import NewPasswordForm
from backoffice.framework.actions import ActionsMixin, confirmed_action
from cinema import clock
from cinema.status import Refused
from notifications.models import MessageKind
from notifications.services import Message, chosen_phones, queue, was_queued


def queue_password_link(person: User, *, at: datetime, actor: User) -> None:
    """Queue the message with the link, in the person's language, to the address of the account.

    Owns its transaction.
    """
    link = reverse("admin:accounts_user_set_password", args=[password_token(person, at=at)])
    message = Message(
        kind=MessageKind.STAFF_PASSWORD,
        recipient=person.email,
        occasion=f"{link_state(person)} {at.isoformat()}",
        language=person.preferred_language,
        context={
            "link": settings.SITE_URL + link,
            "hours": int(settings.PASSWORD_LINK.total_seconds()) // 3600,
            "by": actor.get_full_name() or actor.email,
        },
        not_after=at + settings.PASSWORD_LINK,
    )
    with transaction.atomic():
        queue([message], at=at)


class PasswordLinksMixin(ActionsMixin):
    """Adds the page that a link opens, and the action that sends one."""

    def get_urls(self) -> Any:
        # Not within `admin_view`: the person who opens the link is not logged in.
        page = path("set-password/<str:token>/", self.set_password, name="accounts_user_set_password")
        return [page, *super().get_urls()]  # type: ignore[misc]

    @method_decorator([never_cache, sensitive_post_parameters("new_password1", "new_password2")])
    def set_password(self, request: HttpRequest, token: str) -> HttpResponseBase:
        at = clock.now()
        context = {**self.admin_site.each_context(request), "title": gettext("Set your password")}  # type: ignore[attr-defined]
        template = "backoffice/accounts/set_password.html"
        try:
            form = NewPasswordForm(account_of_link(token, at=at), request.POST or None)
            if request.method == "POST" and form.is_valid():
                person = set_password_by_link(token, form.cleaned_data["new_password1"], at=at)
                chosen_phones.send_emails_again([person])
                LogEntry.objects.log_actions(
                    person.pk, [person], CHANGE, gettext("Password set by an e-mailed link"), single_object=True
                )
                messages.success(request, gettext("Password saved. Log in with it."))
                return redirect("admin:login")
        except Refused as refusal:
            return TemplateResponse(request, template, {**context, "refusal": str(refusal)}, status=410)
        return TemplateResponse(request, template, {**context, "form": form, "person": form.user})

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Where Django lets staff type any password: one's own needs the old one, and others get a link."""
        person: User | None = self.get_object(request, unquote(id))  # type: ignore[attr-defined]
        if not self.has_change_permission(request, person):  # type: ignore[attr-defined]
            raise PermissionDenied
        if person is not None and person.pk == request.user.pk:
            return redirect("admin:password_change")
        if person is None:
            return self.not_found(request, id)  # type: ignore[attr-defined]
        return redirect(reverse("admin:accounts_user_send_password_link", args=[person.pk]))

    @confirmed_action(
        permission="accounts.change_user",
        title=_("Send a link to set a password"),
        text=_(
            "The link is sent to the user’s e-mail address. It works once. The present password stays valid until then."
        ),
        when=lambda person: person.is_staff and person.is_active,
        icon="forward_to_inbox",
    )
    def send_password_link(self, person: User, *, at: datetime, actor: User) -> str:
        if not may_manage(actor, person):
            raise InsufficientAccess(person)
        lately, working = at - settings.LINK_AGAIN, link_state(person)
        if was_queued(MessageKind.STAFF_PASSWORD, recipient=person.email, after=lately, occasion=working):
            raise PasswordLinkSentLately(person)
        queue_password_link(person, at=at, actor=actor)
        return gettext("A link to set a password was sent to %(email)s.") % {"email": person.email}
