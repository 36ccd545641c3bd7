"""Removes personal data from a customer's account. The row itself stays, since orders and points refer to it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Approval, RecoveryCode, User
from accounts.services.consents import erase_consents
from accounts.services.free_text import ERASED, Columns
from cinema.status import transition

ERASED_DOMAIN = "@erased.invalid"  # the top-level domain .invalid never receives e-mail


def anonymise(user: User) -> None:
    """Remove name, e-mail address, phone and password from the user's row, deactivate it and end all its sessions.

    Must be called inside a transaction (the user is locked).
    """
    user.email = f"erased-{user.pk}{ERASED_DOMAIN}"
    user.first_name = user.last_name = user.phone = ""
    user.password, user.is_active, user.last_login = make_password(None), False, None
    user.save(update_fields=["email", "first_name", "last_name", "phone", "password", "is_active", "last_login"])
    TOTPDevice.objects.filter(user=user).delete()  # of a former member of staff
    RecoveryCode.objects.filter(user=user).delete()


def is_anonymous(user: User) -> bool:
    """Whether the account was erased. Reads only."""
    return user.email.endswith(ERASED_DOMAIN)


def delete_login_attempts(addresses: Iterable[str]) -> None:
    """Delete the records of log-in attempts with these e-mail addresses.

    Must be called inside a transaction (nothing need be locked).
    """
    named = Q(username__in=list(addresses))
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(named).delete()


def admin_log(rows: Iterable[Model] | None = None) -> QuerySet[Any]:
    """The entries of the admin's log about these rows, or all of them. Reads only."""
    # By name, since apps below `backoffice` must not import django.contrib.admin.
    entries = apps.get_model("admin", "LogEntry")._default_manager.all()
    return entries if rows is None else entries.filter(_about(rows))


def text_of_higher_apps() -> Columns:
    """The columns of text in the admin's log, and those that models of higher apps name as `FREE_TEXT`. Reads only."""
    declared = {model: list(model.FREE_TEXT) for model in apps.get_models() if hasattr(model, "FREE_TEXT")}
    return {admin_log().model: ["object_repr", "change_message"], **declared}


def forget_customer(recipients: Collection[str], *, user: User | None, orders: Collection[int]) -> None:
    """Remove a customer from the consents, and from the rows of higher apps that are about customers: each model that
    has such rows says how, in a class method `forget_customer(user=…, orders=…)`.

    Must be called inside a transaction (the orders are locked).
    """
    erase_consents(recipients, user=user, orders=orders)
    for model in apps.get_models():
        if hasattr(model, "forget_customer"):
            model.forget_customer(user=user, orders=orders)


def redact_approvals(rows: Iterable[Model], *, at: datetime) -> list[Approval]:
    """Remove the contents of approval requests about these rows, and withdraw those still open. Returns them all.

    Must be called inside a transaction (the rows are locked).
    """
    requests = Approval.objects.filter(_about(rows))
    requests.update(about=ERASED, facts=[], arguments={}, digest="", why="")
    waiting = list(requests.filter(status=Approval.Status.ASKED).select_for_update(of=("self",)).order_by("pk"))
    transition(waiting, Approval.Status.WITHDRAWN, decided_at=at, why=Approval.Withdrawal.ERASED)
    return list(requests)


def _about(rows: Iterable[Model]) -> Q:
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    return about
