"""Keeps lists at partners like their segments: plans the differences, sends them, and reads who has unsubscribed there.

Whoever unsubscribes there has withdrawn the consent here, and is never put on that list again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.services.consents import Channel, withdraw_elsewhere
from cinema.status import transition, transition_matching
from integrations.marketing import Denied, ListPartner, NoAnswer, client
from integrations.models import ListMember, MarketingList
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts

Status = ListMember.Status
BACKOFF = Backoff(
    [
        *(timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12), timedelta(hours=24)),
        *(timedelta(hours=24), timedelta(hours=24)),
    ]
)
ONE_BY_ONE = 4  # after so many attempts, so that one address does not hold up those of its call
DAY = timedelta(days=1)
CHUNK = 500  # rows in a statement


# --- What is to change


def plan(lists: Collection[MarketingList], *, at: datetime) -> None:
    """Compare each list with its segment, and note who is to be added and who removed.

    A constant number of queries for each list and 500 of its members. Must be called inside a transaction (the lists
    are locked).
    """
    for each in lists:
        _plan(each, at=at)
    MarketingList.objects.filter(pk__in=[each.pk for each in lists]).update(planned_on=timezone.localdate(at))


def _plan(marketing_list: MarketingList, *, at: datetime) -> None:
    reachable = marketing_list.segment.reachable(Channel.EMAIL, timezone.localdate(at))
    wanted = {
        address: {"user_id": user, "order_id": order, "consent": consent}
        for address, user, order, consent in reachable.order_by("pk").values_list(
            "lower_address", "user", "order", "consent"
        )
    }
    members = {each.email: each for each in marketing_list.members.exclude(status=Status.ERASING).select_for_update()}
    erasing = set(marketing_list.members.filter(status=Status.ERASING).values_list("email", flat=True))
    stamps = {"changed_at": at, "next_attempt_at": at, "attempts": 0, "claimed_by": "", "answer": ""}
    new = [
        ListMember(marketing_list=marketing_list, email=address, changed_at=at, next_attempt_at=at, **about)
        for address, about in wanted.items()
        if address not in members and address not in erasing  # added once it was deleted
    ]
    ListMember.objects.bulk_create(new, batch_size=CHUNK)
    back = [each for address, each in members.items() if address in wanted and each.status in GONE]
    gone = [each for address, each in members.items() if address not in wanted and each.status in THERE]
    for rows, status in ((back, Status.ADDING), (gone, Status.LEAVING)):
        for start in range(0, len(rows), CHUNK):
            transition(rows[start : start + CHUNK], status, **stamps)
    changed = []
    for address in members.keys() & wanted.keys():
        row, about = members[address], wanted[address]
        if {name: getattr(row, name) for name in about} != about:
            for name, value in about.items():
                setattr(row, name, value)
            changed.append(row)
    ListMember.objects.bulk_update(changed, ["user", "order", "consent"], batch_size=CHUNK)


GONE = {Status.LEAVING, Status.LEFT}
THERE = {Status.ADDING, Status.ON_LIST}


# --- Telling the partners


def send_changes(members: Sequence[ListMember], *, at: datetime) -> Counts:
    """Tell the partners of those of the changes that are still due, each by one sender.

    A constant number of queries for each list and kind of change. What a partner refused stands on the row; what is not
    known is tried again, after some attempts one address in a call.
    Must not be called inside a transaction: it talks to a network.
    """
    limit, sender, done = TimeLimit(), new_sender(), 0
    ours = _claim([each.pk for each in members], sender=sender, at=at)
    calls: dict[tuple[object, ...], list[ListMember]] = defaultdict(list)
    for each in ours:
        alone = each.pk if each.attempts > ONE_BY_ONE else None
        calls[each.marketing_list, each.status, alone].append(each)
    silent: set[int] = set()
    for rows in calls.values():
        marketing_list = rows[0].marketing_list
        if limit.is_over or marketing_list.pk in silent:
            _release(rows, sender=sender, at=at)
            continue
        try:
            refused = _tell(marketing_list, rows)
        except (NoAnswer, Denied) as failure:
            if rows[0].attempts <= ONE_BY_ONE:
                silent.add(marketing_list.pk)
            _note_failure(marketing_list, rows, failure, sender=sender, at=at)
            continue
        done += _note(marketing_list, rows, refused, sender=sender, at=at)
    return Counts(done=done, passed_over=len(members) - done)


def _claim(keys: Collection[int], *, sender: str, at: datetime) -> list[ListMember]:
    with transaction.atomic(durable=True):
        free = ListMember.objects.filter(pk__in=keys, status__in=ListMember.OPEN, next_attempt_at__lte=at)
        locked = [row.pk for row in claims.lock_due(free)]
        due = ListMember.objects.to_send(at).filter(pk__in=locked).select_related("marketing_list").order_by("pk")
        rows = list(due)
        claims.claim(rows, sender=sender, at=at)
    return rows


def _tell(marketing_list: MarketingList, rows: Sequence[ListMember]) -> Mapping[str, str]:
    partner: ListPartner = client(marketing_list)
    addresses = [each.email for each in rows]
    try:
        if rows[0].status == Status.ADDING:
            return partner.add(addresses, back=[each.email for each in rows if each.was_on_list])
        if rows[0].status == Status.LEAVING:
            return partner.remove(addresses)
        return partner.erase(addresses)
    finally:
        partner.close()


def _mine(rows: Sequence[ListMember], *, sender: str) -> list[ListMember]:
    """Those whose claim was not lost meanwhile: an erasure, or the next plan, takes a row over."""
    same = ListMember.objects.filter(pk__in=[row.pk for row in rows], status=rows[0].status)
    mine = claims.still_claimed(same, sender=sender)
    return [row for row in rows if row.pk in mine]


def _note(
    marketing_list: MarketingList, rows: Sequence[ListMember], refused: Mapping[str, str], *, sender: str, at: datetime
) -> int:
    with transaction.atomic(durable=True):
        mine, status = _mine(rows, sender=sender), rows[0].status
        if status == Status.ERASING:  # the partner cannot delete an address that it never took: there is nothing of it
            refused = {row.email: refused[row.email] for row in mine if row.was_on_list and row.email in refused}
        taken = [row for row in mine if row.email not in refused]
        stamps = {"changed_at": at, "next_attempt_at": None, "claimed_by": "", "attempts": 0}
        if status == Status.ERASING:
            ListMember.objects.filter(pk__in=[row.pk for row in taken]).delete()
        elif status == Status.ADDING:
            transition(taken, Status.ON_LIST, was_on_list=True, answer="", **stamps)
        else:
            transition(taken, Status.LEFT, answer="", **stamps)
        for answer in {refused[row.email] for row in mine if row.email in refused}:
            those = [row for row in mine if refused.get(row.email) == answer]
            if status == Status.ADDING:
                transition(those, Status.REFUSED, answer=answer[:200], **stamps)
            else:
                keys = [row.pk for row in those]
                again = at + BACKOFF[-1]
                ListMember.objects.filter(pk__in=keys).update(claimed_by="", next_attempt_at=again, answer=answer[:200])
        MarketingList.objects.filter(pk=marketing_list.pk).update(succeeded_at=at, error="")
    return len(taken)


def _note_failure(
    marketing_list: MarketingList, rows: Sequence[ListMember], failure: Exception, *, sender: str, at: datetime
) -> None:
    text = f"{type(failure).__name__} {failure}".strip()[:200]
    with transaction.atomic(durable=True):
        keys = [row.pk for row in _mine(rows, sender=sender)]
        for attempts in {row.attempts for row in rows}:
            wait = BACKOFF.after(attempts) or BACKOFF[-1]
            same = ListMember.objects.filter(pk__in=keys, attempts=attempts)
            same.update(claimed_by="", next_attempt_at=at + wait, answer=text)
        MarketingList.objects.filter(pk=marketing_list.pk).update(error=text)


def _release(rows: Sequence[ListMember], *, sender: str, at: datetime) -> None:
    with transaction.atomic(durable=True):
        keys = [row.pk for row in _mine(rows, sender=sender)]
        ListMember.objects.filter(pk__in=keys).update(claimed_by="", next_attempt_at=at + BACKOFF[0])


# --- What the partners say


def read_unsubscribed(lists: Sequence[MarketingList], *, at: datetime) -> Counts:
    """Read who has unsubscribed at the partners, and withdraw their consents. Daily, or when a partner hints at it.

    A constant number of queries for each list. Must not be called inside a transaction: it talks to a network.
    """
    sender, done = new_sender(), 0
    with transaction.atomic(durable=True):
        free = MarketingList.objects.filter(pk__in=[each.pk for each in lists], next_attempt_at__lte=at)
        locked = [row.pk for row in claims.lock_due(free)]
        ours = list(MarketingList.objects.to_read(at).filter(pk__in=locked).order_by("pk"))
        claims.claim(ours, sender=sender, at=at)
    for each in ours:
        partner = client(each)
        try:
            since = each.read_at - DAY if each.read_at else None
            found = {address.lower() for address in partner.unsubscribed(since)}
        except (NoAnswer, Denied) as failure:
            text = f"{type(failure).__name__} {failure}".strip()[:200]
            _read(each, sender=sender, error=text, next_attempt_at=at + (BACKOFF.after(each.attempts) or DAY))
            continue
        finally:
            partner.close()
        with transaction.atomic(durable=True):
            _withdraw(each, found, at=at)
            _read(each, sender=sender, error="", succeeded_at=at, read_at=at, next_attempt_at=at + DAY, attempts=0)
        done += 1
    return Counts(done=done, passed_over=len(lists) - done)


def _read(marketing_list: MarketingList, *, sender: str, **stamps: object) -> None:
    MarketingList.objects.filter(pk=marketing_list.pk, claimed_by=sender).update(claimed_by="", **stamps)


def _withdraw(marketing_list: MarketingList, addresses: Collection[str], *, at: datetime) -> None:
    """Of each address once: who agrees again here later has agreed, though never to this list."""
    known = marketing_list.members.filter(email__in=addresses)
    new = set(addresses) - set(known.filter(status=Status.UNSUBSCRIBED).values_list("email", flat=True))
    members: QuerySet[ListMember] = marketing_list.members.filter(email__in=new)
    stamps = {"changed_at": at, "next_attempt_at": None, "claimed_by": "", "answer": ""}
    transition_matching(members, Status.UNSUBSCRIBED, **stamps)
    withdraw_elsewhere(new, channel=Channel.EMAIL, at=at)


def hint(uid: UUID, *, at: datetime) -> bool:
    """A partner says that there is news of this list: the next pass reads it. Whether there is such a list. Owns its
    transaction.
    """
    rows = MarketingList.objects.filter(uid=uid)
    rows.filter(claimed_by="", next_attempt_at__gt=at).update(next_attempt_at=at)
    return rows.exists()
