"""Four-eyes approval: above a limit, one person requests and another one approves before a service runs.

A room offers a service by an `ApprovableService` in its `approvals.py`; the setting `APPROVABLE_SERVICES` names these
by dotted path. A page that a service refuses with `ApprovalRequired` may call `request_approval`, which stores the name
of the service and its arguments as data. `approve` calls the service with them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.errors import ApprovalOutdated, ApprovalRequired, ApproverNotAllowed
from accounts.models import Approval, User
from cinema.status import transition
from cinema.validators import clean_reason

#: What one person did to one row within this time counts together, so that a large sum is not split into small ones.
LIMIT_WINDOW = timedelta(days=1)

ATTEMPTS = 3  # to store a request while others store theirs for the same row


class ApprovableService:
    """What a room offers for approval: one of its services, and how its arguments become data and back.

    Stateless; made anew for each use. `call` is run in the transaction of `approve`.
    """

    title: ClassVar[str | Promise]  # for people
    permission: ClassVar[str]  # to use the service at all
    model: ClassVar[type[Model]]  # of the subject, the row that the service is called with
    cinema_path: ClassVar[str | None]  # from the subject to its cinema; None: it belongs to the whole chain

    def cinema(self, subject: Any) -> Any:
        """The cinema of the subject; None for rows of the whole chain."""
        return attrgetter(self.cinema_path.replace("__", "."))(subject) if self.cinema_path else None

    def encode(self, subject: Any, *, at: datetime, **arguments: Any) -> dict[str, Any]:
        """The arguments as data that JSON keeps exactly, with all that they leave open settled as of `at`."""
        raise NotImplementedError

    def decode(self, subject: Any, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments for `call`. Raises `ApprovalOutdated` if something that they name is gone."""
        return data

    def permissions(self, subject: Any, **arguments: Any) -> set[str]:
        """What both the person who asks and the one who approves need for these arguments."""
        return {self.permission}

    def call(self, subject: Any, *, at: datetime, actor: User, approver: User, **arguments: Any) -> Any:
        """Call the service. Raises what it raises, and `ApprovalOutdated` if it would do something else than shown."""
        raise NotImplementedError

    @staticmethod
    def message(subject: Any, result: Any) -> str:
        """What was done, for people, after `call` or after the service itself returned `result`."""
        raise NotImplementedError


def approvable_service(name: str) -> ApprovableService:
    """The service of that name. Raises `LookupError` if the setting `APPROVABLE_SERVICES` names none."""
    found: type[ApprovableService] = import_string(settings.APPROVABLE_SERVICES[name])
    return found()


def title_of(approval: Approval) -> str:
    """What was requested, for people; the bare name of a service that is not offered any more."""
    try:
        return str(approvable_service(approval.service).title)
    except LookupError:
        return approval.service


def require_approval_above_limit(
    service: str, amount: int | Decimal, *, actor: User | None, approver: User | None
) -> None:
    """Raise `ApprovalRequired` above the limit that `APPROVAL_LIMITS` sets for the service, unless someone approved.

    `amount` includes what the same person did to the same row within `LIMIT_WINDOW`. Without an actor (jobs) there is
    no limit. Raises `ApproverNotAllowed` if actor and approver are the same person. Reads only.
    """
    limit = settings.APPROVAL_LIMITS.get(service)
    if actor is None or limit is None or amount <= limit:
        return
    if approver is None:
        raise ApprovalRequired(service)
    if approver.pk == actor.pk:
        raise ApproverNotAllowed


def request_approval(
    service: str,
    subject: Model,
    *,
    arguments: Mapping[str, Any],
    facts: Iterable[tuple[str, str]],
    at: datetime,
    actor: User,
) -> Approval:
    """Store a request to call the service with these arguments; `facts` are what the person was shown, in words.

    A subject has one open request for each service: a different one withdraws the former and is a new row; the same
    one, requested by the same person, is left as it is. Owns its transaction. Raises what `encode` raises.
    """
    offered = approvable_service(service)
    fresh = Approval(
        service=service,
        content_type=ContentType.objects.get_for_model(offered.model),
        object_id=str(subject.pk),
        cinema=offered.cinema(subject),
        about=str(subject)[:200],
        arguments=offered.encode(subject, at=at, **arguments),
        facts=[[str(name), str(value)] for name, value in facts],
        asked_at=at,
        asked_by=actor,
    )
    fresh.digest = digest_of(fresh)
    for _attempt in range(ATTEMPTS - 1):
        with suppress(IntegrityError):  # somebody else stored one at the same moment: theirs is seen next time
            return _store(fresh)
    return _store(fresh)


def approve(approval: Approval, *, digest: str, at: datetime, actor: User) -> str:
    """Approve the request and call its service in the same transaction, as the person who asked; return its message.

    `digest` is that of the request which the approver was shown. Raises `ApprovalOutdated` if it is another one than
    what is stored, or was withdrawn; `ApproverNotAllowed` unless asker and approver are two people who both may do it,
    in that cinema; `ForbiddenMove` if the request is decided already; and what the service raises. Owns its
    transaction.
    """
    with transaction.atomic():
        row = _lock(approval, actor)
        if row.status == Approval.Status.WITHDRAWN or not digest == row.digest == digest_of(row):
            raise ApprovalOutdated
        transition([row], Approval.Status.APPROVED, decided_at=at, decided_by=actor)
        try:
            service = approvable_service(row.service)
        except LookupError:
            raise ApprovalOutdated from None
        subject = service.model._base_manager.filter(pk=row.object_id).first()
        if subject is None:
            raise ApprovalOutdated
        arguments = service.decode(subject, row.arguments)
        needed = service.permissions(subject, **arguments)
        if not (_may_ask(row.asked_by, needed, row) and _may_approve(actor, needed, row)):
            raise ApproverNotAllowed
        result = service.call(subject, **arguments, at=at, actor=row.asked_by, approver=actor)
        return service.message(subject, result)


def refuse(approval: Approval, *, reason: str, at: datetime, actor: User) -> None:
    """Refuse the request: nothing is done. Owns its transaction.

    Raises `ReasonNeeded` without a reason that can be kept, `ApproverNotAllowed` for the person who asked, and
    `ForbiddenMove` if the request is decided already.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        transition([_lock(approval, actor)], Approval.Status.REFUSED, decided_at=at, decided_by=actor, why=reason)


def digest_of(approval: Approval) -> str:
    """A hash of who requests what of which row, and of what was shown; equal for equal requests."""
    content = [
        approval.service,
        approval.content_type_id,
        approval.object_id,
        approval.cinema_id,
        approval.asked_by_id,
        approval.about,
        approval.arguments,
        approval.facts,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _store(fresh: Approval) -> Approval:
    with transaction.atomic():
        same_subject = Approval.objects.filter(
            content_type=fresh.content_type, object_id=fresh.object_id, service=fresh.service
        )
        waiting = same_subject.filter(status=Approval.Status.ASKED).select_for_update(of=("self",)).first()
        if waiting is not None and waiting.digest == fresh.digest:
            return waiting
        if waiting is not None:
            replaced = Approval.Withdrawal.REPLACED
            transition([waiting], Approval.Status.WITHDRAWN, decided_at=fresh.asked_at, why=replaced)
        fresh.save(force_insert=True)
        return fresh


def _may_ask(person: User, permissions: set[str], approval: Approval) -> bool:
    return person.has_perms(permissions) and (approval.cinema_id is None or _works_in(approval.cinema_id, person))


def _may_approve(person: User, permissions: set[str], approval: Approval) -> bool:
    """What belongs to the whole chain is approved by people who work for all of it."""
    return person.has_perms({*permissions, "accounts.decide_approval"}) and _works_in(approval.cinema_id, person)


def _works_in(cinema: int | None, person: User) -> bool:
    return person.all_cinemas or (cinema is not None and person.cinemas.filter(pk=cinema).exists())


def _lock(approval: Approval, actor: User) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if row.asked_by_id == actor.pk:
        raise ApproverNotAllowed
    return row
