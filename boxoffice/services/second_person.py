"""A second person at the same screen: chosen by name, proved by the PIN, for one decision only."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Approval, Device, User
from accounts.services import accounts_by_person, approve, approvers_of, are_independent
from accounts.services.pins import people_of
from boxoffice.errors import SecondAccount, SecondPersonNeeded
from boxoffice.services.pins import prove
from orders.models import Order
from orders.services.refunds.by_hand import SERVICE as PAY_OUT


def deciders(device: Device, permission: str, *, other_than: User, both: bool = False, at: datetime) -> list[User]:
    """Who of the people with a PIN on this device may decide it, as `decider` says. Some queries for each of them.
    Reads only.
    """
    able = [each for each in people_of(device)[:100] if each != other_than and each.has_perm(permission)]
    return [each for each in able if _are_two(other_than, each, permission, both=both, at=at)]


def decider(
    device: Device, permission: str, *, person: str, pin: str, other_than: User, both: bool = False, at: datetime
) -> User:
    """The person who decides, by PIN: another one, and not another account of the same one.

    Where it takes `both` people, or the first one has the permission too, the accounts must be independent as for an
    approval. Otherwise the second one, who could do it alone, only lends the permission; then it is enough that the
    first one cannot log in as the second. Raises as `prove`, `SecondPersonNeeded` and `SecondAccount`. Owns its
    transaction.
    """
    found = prove(device, person=person, pin=pin, at=at)
    if found == other_than or not found.has_perm(permission):
        raise SecondPersonNeeded
    if not _are_two(other_than, found, permission, both=both, at=at):
        raise SecondAccount
    return found


def _are_two(first: User, second: User, permission: str, *, both: bool, at: datetime) -> bool:
    if both or first.has_perm(permission):
        return are_independent(first, second, at=at)
    return first.pk not in accounts_by_person(second, at=at)


def request_of(order: Order, actor: User) -> Approval | None:
    """The request of this person about the order, or the payout of its refund, that waits for approval. Two queries.
    Reads only."""
    refunds = [str(key) for key in order.refunds.values_list("pk", flat=True)]
    wanted = Q(service="orders.refund", object_id=str(order.pk)) | Q(service=PAY_OUT, object_id__in=refunds)
    waiting = Approval.objects.filter(wanted, asked_by=actor, status=Approval.Status.ASKED)
    return waiting.select_related("asked_by").first()


def approvers_here(approval: Approval, device: Device, *, at: datetime) -> list[User]:
    """Who of the people with a PIN on this device may approve the request. Reads only."""
    here = set(people_of(device).values_list("pk", flat=True))
    return [each for each in approvers_of(approval, at=at) if each.pk in here]


def approve_here(approval: Approval, device: Device, *, digest: str, person: str, pin: str, at: datetime) -> str:
    """Approve a request by PIN on the screen of whoever asked; returns the message of its service.

    Raises as `prove` and `approve`. Owns its transaction.
    """
    approver = prove(device, person=person, pin=pin, at=at)
    with transaction.atomic():
        return approve(approval, digest=digest, at=at, actor=approver)
