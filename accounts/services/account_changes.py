"""Records who changed whose account, so that an approval comes from a second person and not from a second account.

Whoever creates an account, sets its password, or changes its address or its access may be able to log in with it, or
may have created it for that purpose. Pages and services that do so record it here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.errors import NotAnApprover
from accounts.models import AccountChange, User, normalise_email

Kind = AccountChange.Kind

#: After these changes the actor may be able to log in as the account. The other kinds decide what it may do.
MAY_LOG_IN = {Kind.CREATED, Kind.PASSWORD, Kind.ADDRESS, Kind.SECOND_FACTOR}

DECIDE = "accounts.decide_approval"


def record_account_change(account: User, kinds: Iterable[AccountChange.Kind], *, at: datetime, actor: User) -> None:
    """Record what the actor did to somebody else's account; nothing for one's own.

    Must be called inside a transaction (that of the change).
    """
    if account.pk != actor.pk:
        AccountChange.objects.bulk_create(
            [AccountChange(account=account, actor=actor, kind=kind, at=at) for kind in kinds]
        )


def name_approvers(addresses: Iterable[str], *, at: datetime) -> list[User]:
    """Name these members of staff as approvers; returns those who were not named already. Called on the server only.

    Earlier changes of their accounts no longer count, so that a new chain, whose accounts were all created by one
    person, can approve requests. Raises `NotAnApprover` for an address whose user is unknown, inactive or may not
    approve. Owns its transaction.
    """
    named = []
    with transaction.atomic():
        for address in addresses:
            person = User.objects.filter(email=normalise_email(address), is_active=True, is_staff=True).first()
            if person is None or not person.has_perm(DECIDE):
                raise NotAnApprover(address)
            latest = AccountChange.objects.filter(account=person).order_by("-pk").first()
            if latest is None or latest.kind != Kind.NAMED:
                AccountChange.objects.create(account=person, kind=Kind.NAMED, at=at)
                named.append(person)
    return named


def are_independent(asker: User, approver: User, *, at: datetime) -> bool:
    """Whether the two accounts belong to two people, judged by the changes in the last `APPROVER_INDEPENDENT_AFTER`.

    False if the asker changed the approver's account in any way, directly or through other accounts. Also false if the
    approver may be able to log in as the asker, or a third person as both, unless that person is a named approver. One
    query. Reads only.
    """
    changes = _changes(at)
    of_asker, of_approver = _reach(asker.pk, changes.may_log_in), _reach(approver.pk, changes.may_log_in)
    helped = set().union(*(_reach(one, changes.may_log_in) for one in changes.gave_access.get(approver.pk, ())))
    return asker.pk not in of_approver | helped and of_asker & of_approver <= changes.named


def accounts_by_person(account: User, *, at: datetime) -> dict[int, set[int]]:
    """The people who may be acting when this account acts, each with all accounts through which they may act.

    Both are primary keys; people are those of their own accounts. A named approver is taken to act through their own
    account only. One query. Reads only.
    """
    changes = _changes(at)
    acts_as = defaultdict(set)
    for changed, actors in changes.may_log_in.items():
        for actor in actors:
            acts_as[actor].add(changed)
    people = _reach(account.pk, changes.may_log_in) - changes.named | {account.pk}
    return {person: {person} if person in changes.named else _reach(person, acts_as) for person in people}


def accounts_of(account: User, *, at: datetime) -> set[int]:
    """All accounts, by primary key, of whoever may be acting when this account acts. One query. Reads only."""
    return set().union(*accounts_by_person(account, at=at).values())


@dataclass
class _Changes:
    """Who recently changed each account, and the named approvers, all by primary key."""

    may_log_in: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    gave_access: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    named: set[int] = field(default_factory=set)


def _changes(at: datetime) -> _Changes:
    since = at - settings.APPROVER_INDEPENDENT_AFTER
    rows = AccountChange.objects.filter(Q(kind=Kind.NAMED) | Q(at__gt=since)).order_by("pk")
    found = _Changes()
    for account, actor, kind in rows.values_list("account_id", "actor_id", "kind"):
        if kind == Kind.NAMED:
            found.named.add(account)
            found.may_log_in.pop(account, None)
            found.gave_access.pop(account, None)
        else:
            (found.may_log_in if kind in MAY_LOG_IN else found.gave_access)[account].add(actor)
    return found


def _reach(account: int, links: Mapping[int, set[int]]) -> set[int]:
    """The account, and all accounts that it is linked to, directly or through others."""
    found: set[int] = set()
    left: Collection[int] = {account}
    while left:
        found |= set(left)
        left = set().union(*(links.get(one, set()) for one in left)) - found
    return found
