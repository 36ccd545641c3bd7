"""Removes personal data from a customer's account. The row itself stays, since orders and points refer to it."""

import re
from collections.abc import Iterable
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet

from accounts.models import Approval, User
from accounts.phones import spellings

ERASED = "…"
ERASED_DOMAIN = "@erased.invalid"  # the top-level domain .invalid never receives e-mail


def anonymise(user: User) -> None:
    """Remove name, e-mail address, phone and password from the user's row, deactivate it and end all its sessions.

    Must be called inside a transaction (the user is locked).
    """
    user.email = f"erased-{user.pk}{ERASED_DOMAIN}"
    user.first_name = user.last_name = user.phone = ""
    user.password, user.is_active, user.last_login = make_password(None), False, None
    user.save(update_fields=["email", "first_name", "last_name", "phone", "password", "is_active", "last_login"])


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


def redact_admin_log(rows: Iterable[Model], *, words: Iterable[str], everywhere: Iterable[str]) -> None:
    """Redact `words` in admin log entries about these rows, and the addresses in `everywhere` in all entries.

    Must be called inside a transaction (the rows are locked).
    """
    about = _about(rows)
    for address in everywhere:
        about |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
        if pattern := spellings(address):
            about |= Q(object_repr__regex=pattern) | Q(change_message__regex=pattern)
    words = [*words, *everywhere]
    log_entries = apps.get_model(
        "admin", "LogEntry"
    )._default_manager  # by name, since apps below `backoffice` must not import django.contrib.admin
    entries = list(log_entries.filter(about))
    for entry in entries:
        entry.object_repr = redact(entry.object_repr, words)[:200]
        entry.change_message = redact(entry.change_message, words)
    log_entries.bulk_update(entries, ["object_repr", "change_message"], batch_size=500)


def redact_approvals(rows: Iterable[Model]) -> list[Approval]:
    """Remove the contents of approval requests about these rows, and delete those still open. Returns the rest.

    Must be called inside a transaction (the rows are locked).
    """
    requests = Approval.objects.filter(_about(rows))
    requests.filter(status=Approval.Status.ASKED).delete()
    requests.update(about=ERASED, facts=[], arguments={}, digest="", why="")
    return list(requests)


def _about(rows: Iterable[Model]) -> Q:
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    return about


def redact_column(rows: QuerySet[Any], field: str, *, words: Iterable[str]) -> None:
    """Redact these words in a text column of the rows. Must be called inside a transaction (the rows are locked)."""
    words = list(words)
    changed = []
    for row in rows.exclude(**{field: ""}):
        if (text := redact(getattr(row, field), words)) != getattr(row, field):
            setattr(row, field, text)
            changed.append(row)
    rows.model._default_manager.bulk_update(changed, [field], batch_size=500)


def redact(text: str, words: Iterable[str]) -> str:
    """The text with each whole word or phrase in `words` replaced by "…", ignoring case, and phone numbers in any
    spelling. Reads only.
    """
    for word in sorted({word for word in words if word}, key=len, reverse=True):
        if pattern := spellings(word):
            text = re.sub(pattern, ERASED, text)
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", ERASED, text, flags=re.IGNORECASE)
    return text
