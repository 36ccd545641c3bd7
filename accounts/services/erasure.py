"""A customer's account becomes nobody's: its row stays, since orders and points hang on it, and says nothing more."""

import re
from collections.abc import Iterable

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

from accounts.models import Approval, User

ERASED = "…"
NOWHERE = "@erased.invalid"  # a domain that can never receive anything


def anonymise(user: User) -> None:
    """Remove name, address, phone and password from the user's row. All its sessions end.

    Must be called inside a transaction (the user is locked).
    """
    user.email = f"erased-{user.pk}{NOWHERE}"
    user.first_name = user.last_name = user.phone = ""
    user.password, user.is_active, user.last_login = make_password(None), False, None
    user.save(update_fields=["email", "first_name", "last_name", "phone", "password", "is_active", "last_login"])


def is_anonymous(user: User) -> bool:
    """Whether the account was erased. Reads only."""
    return user.email.endswith(NOWHERE)


def delete_login_attempts(addresses: Iterable[str]) -> None:
    """Delete the failed log-ins by these addresses.

    Must be called inside a transaction (nothing need be locked).
    """
    named = Q(username__in=list(addresses))
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(named).delete()


def redact_admin_log(rows: Iterable[Model], *, words: Iterable[str], everywhere: Iterable[str]) -> None:
    """Redact words from what the admin's log says about these rows, and addresses from everything it says.

    Must be called inside a transaction (the rows are locked).
    """
    about = _about(rows)
    for address in everywhere:
        about |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    words = [*words, *everywhere]
    log_entries = apps.get_model("admin", "LogEntry")._default_manager  # a table of the admin's, not its pages
    notes = list(log_entries.filter(about))
    for note in notes:
        note.object_repr = redact(note.object_repr, words)[:200]
        note.change_message = redact(note.change_message, words)
    log_entries.bulk_update(notes, ["object_repr", "change_message"], batch_size=500)


def redact_approvals(rows: Iterable[Model]) -> list[Approval]:
    """Remove what requests for approval say about these rows; one that still waits is deleted. Returns the requests.

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


def redact(text: str, words: Iterable[str]) -> str:
    """The text with each of the words redacted, in upper or lower case. Reads only."""
    for word in sorted({word for word in words if word}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", ERASED, text, flags=re.IGNORECASE)
    return text
