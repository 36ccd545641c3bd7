"""Four-eyes approval: above a limit, one person requests and another one approves before a service runs.

An app makes a service approvable with an `ApprovableService` in its `approvals.py`, which the setting
`APPROVABLE_SERVICES` names by dotted path. When a service raises `ApprovalRequired`, the page may call
`request_approval`, which stores the service's name and its arguments as JSON. `approve` then calls the service.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.errors import ApprovalOutdated, ApproverNotAllowed, ApproverNotIndependent
from accounts.models import Approval, User
from accounts.services.account_changes import DECIDE, are_independent
from cinema.status import transition
from cinema.validators import clean_reason

STORE_ATTEMPTS = 3  # tries to store a request while others store theirs for the same row


class ApprovableService:
    """Describes one service that can be requested and approved, and converts its arguments to JSON and back.

    Stateless: a new instance is created for each use. `call` runs in the transaction of `approve`.
    """

    title: ClassVar[str | Promise]  # shown to staff
    permission: ClassVar[str]  # needed to use the service at all
    model: ClassVar[type[Model]]  # model of the subject, the row that the service acts on
    cinema_path: ClassVar[str | None]  # lookup from the subject to its cinema; None for rows of the whole chain

    def cinema(self, subject: Any) -> Any:
        """The cinema of the subject; None for rows of the whole chain."""
        return attrgetter(self.cinema_path.replace("__", "."))(subject) if self.cinema_path else None

    def encode(self, subject: Any, *, at: datetime, **arguments: Any) -> dict[str, Any]:
        """The arguments as JSON-safe data; values that depend on the current state are fixed as of `at`."""
        raise NotImplementedError

    def decode(self, subject: Any, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments for `call`. Raises `ApprovalOutdated` if a row they refer to no longer exists."""
        return data

    def permissions(self, subject: Any, **arguments: Any) -> set[str]:
        """The permissions that both the requester and the approver need for these arguments."""
        return {self.permission}

    def call(self, subject: Any, *, at: datetime, actor: User, approver: User, **arguments: Any) -> Any:
        """Call the service. Raises what it raises, or `ApprovalOutdated` if it would not do what was shown."""
        raise NotImplementedError

    def benefits(self, subject: Any, person: User) -> bool:
        """Whether this person gains, such as the customer whose order is refunded. They cannot approve the request."""
        return False

    @staticmethod
    def message(subject: Any, result: Any) -> str:
        """The message for staff about what was done; `result` is what the service returned."""
        raise NotImplementedError


def approvable_service(name: str) -> ApprovableService:
    """The service of this name. Raises `LookupError` if it is not in the setting `APPROVABLE_SERVICES`."""
    found: type[ApprovableService] = import_string(settings.APPROVABLE_SERVICES[name])
    return found()


def title_of(approval: Approval) -> str:
    """The title of the requested service, or its name if it is no longer in `APPROVABLE_SERVICES`."""
    try:
        return str(approvable_service(approval.service).title)
    except LookupError:
        return approval.service


def request_approval(
    service: str,
    subject: Model,
    *,
    arguments: Mapping[str, Any],
    facts: Iterable[tuple[str, str]],
    at: datetime,
    actor: User,
) -> Approval:
    """Store a request to call the service with these arguments; `facts` are the labels and values shown to the actor.

    A subject has at most one open request per service. A different request withdraws the earlier one; the same request
    by the same person returns the existing row. Owns its transaction. Raises what `encode` raises.
    """
    approvable = approvable_service(service)
    request = Approval(
        service=service,
        content_type=ContentType.objects.get_for_model(approvable.model),
        object_id=str(subject.pk),
        cinema=approvable.cinema(subject),
        about=str(subject)[:200],
        arguments=approvable.encode(subject, at=at, **arguments),
        facts=[[str(name), str(value)] for name, value in facts],
        asked_at=at,
        asked_by=actor,
    )
    request.digest = digest_of(request)
    for _attempt in range(STORE_ATTEMPTS - 1):
        with suppress(IntegrityError):  # someone else stored a request at the same moment; the next try finds it
            return _store(request)
    return _store(request)


def approve(approval: Approval, *, digest: str, at: datetime, actor: User) -> str:
    """Approve the request, call its service in the same transaction on behalf of the requester, and return its message.

    `digest` is that of the request as the approver saw it. Raises `ApprovalOutdated` if the stored request differs or
    was withdrawn; `ApproverNotAllowed` unless requester and approver are two people who both have the permissions and
    access to the cinema, and the approver gains nothing; `ApproverNotIndependent` if one person could hold both
    accounts; `ForbiddenMove` if the request was already decided; and what the service raises. Owns its transaction.
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
        if not (_may_request(row.asked_by, needed, row) and _may_approve(actor, needed, row)):
            raise ApproverNotAllowed
        if service.benefits(subject, actor):
            raise ApproverNotAllowed
        if not are_independent(row.asked_by, actor, at=at):
            raise ApproverNotIndependent
        result = service.call(subject, **arguments, at=at, actor=row.asked_by, approver=actor)
        return service.message(subject, result)


def refuse(approval: Approval, *, reason: str, at: datetime, actor: User) -> None:
    """Reject the request without calling its service. Owns its transaction.

    Raises `ReasonNeeded` if the reason is blank or too long, `ApproverNotAllowed` for the person who made the request,
    and `ForbiddenMove` if the request was already decided.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        transition([_lock(approval, actor)], Approval.Status.REFUSED, decided_at=at, decided_by=actor, why=reason)


def approvers_of(approval: Approval, *, at: datetime) -> list[User]:
    """Who may approve this open request, as far as its cinema, permissions and independence tell. Reads only.

    `approve` checks again, with the arguments.
    """
    needed = {approvable_service(approval.service).permission}
    people = ModelBackend().with_perm(DECIDE).filter(is_staff=True).exclude(pk=approval.asked_by_id).order_by("pk")
    able = [person for person in people if _may_approve(person, needed, approval)]
    return [person for person in able if are_independent(approval.asked_by, person, at=at)]


def digest_of(approval: Approval) -> str:
    """A hash of the requester, subject, service, arguments and facts; equal for equal requests."""
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


def _store(request: Approval) -> Approval:
    with transaction.atomic():
        same_subject = Approval.objects.filter(
            content_type=request.content_type, object_id=request.object_id, service=request.service
        )
        pending = same_subject.filter(status=Approval.Status.ASKED).select_for_update(of=("self",)).first()
        if pending is not None and pending.digest == request.digest:
            return pending
        if pending is not None:
            replaced = Approval.Withdrawal.REPLACED
            transition([pending], Approval.Status.WITHDRAWN, decided_at=request.asked_at, why=replaced)
        request.save(force_insert=True)
        return request


def _may_request(person: User, permissions: set[str], approval: Approval) -> bool:
    return person.has_perms(permissions) and (approval.cinema_id is None or _has_access_to(approval.cinema_id, person))


def _may_approve(person: User, permissions: set[str], approval: Approval) -> bool:
    """A request without a cinema (for the whole chain) needs an approver who has access to all cinemas."""
    return person.has_perms({*permissions, DECIDE}) and _has_access_to(approval.cinema_id, person)


def _has_access_to(cinema: int | None, person: User) -> bool:
    return person.all_cinemas or (cinema is not None and person.cinemas.filter(pk=cinema).exists())


def _lock(approval: Approval, actor: User) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if row.asked_by_id == actor.pk:
        raise ApproverNotAllowed
    return row
