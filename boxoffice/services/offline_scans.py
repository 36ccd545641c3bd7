"""Scans that devices judged by their own list while the network was away: stored when they are uploaded, each once.

What happened at the door is a fact: whoever was let in is checked in, however late the upload, also when the order was
completed in between and the ticket counted as a no-show. But the device's word alone is no proof: the scan must have
been judged by a list of ours while that was good, at its halls, and in the ticket's admission time. Where this or the
books say otherwise, the scan is stored as a conflict that people look at. Money never moves.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from accounts.models import Device, User
from boxoffice.models import OfflineScan
from boxoffice.services.offline_list import Seal, place_of, proof_of, read_seal
from cinema.keyboards import readings
from cinema.status import transition
from orders.locks import lock_orders_with_sessions
from orders.models import Order, Scan, Ticket
from orders.services import UnknownCode, is_admission_time, ticket_of
from orders.services.closing.summaries import recount
from orders.services.visits.ticket_codes import TICKET_CODE
from reports.models import BusinessDay
from screenings.models import Cinema, Session

logger = logging.getLogger(__name__)

Decision, Outcome = OfflineScan.Decision, OfflineScan.Outcome
SAME_SCAN = timedelta(minutes=2)  # between a scan whose answer was lost, and its second one on the same device
OLDEST = timedelta(days=1)  # before the upload, where the list is not known
SHOWN = timedelta(days=7)  # conflicts


@dataclass(frozen=True)
class Waiting:
    """A scan as the device kept it. `at` is by its own clock; `listed` is what the list said of the place, and `proof`
    what it said beside the code."""

    uuid: UUID
    code: str
    decision: str
    at: datetime
    seal: str
    listed: str = ""
    proof: str = ""


def store(scans: Iterable[Waiting], *, device: Device, actor: User, sent_at: datetime, at: datetime) -> list[UUID]:
    """Store what a device uploads, each in a transaction; returns what is stored now, which the device then forgets.

    `sent_at` is the time of the upload by the device's clock, which tells how wrong it is. A scan that cannot be stored
    now is logged, stays on the device, and does not stop the others. Owns its transaction.
    """
    stored = []
    for scan in scans:
        try:
            _store(scan, device=device, actor=actor, late_by=at - sent_at, at=at)
        except OperationalError:  # the database is away, so the others would fail too
            raise
        except Exception:
            if not OfflineScan.objects.filter(uuid=scan.uuid).exists():
                logger.exception("off-line scan not stored")
                continue
        stored.append(scan.uuid)
    return stored


def conflicts(cinema: Cinema, *, at: datetime) -> QuerySet[OfflineScan]:
    """The scans of the last days at which a guest was let in and the books say otherwise, the latest first.

    Reads only.
    """
    found = OfflineScan.objects.filter(
        device__cinema=cinema,
        received_at__gt=at - SHOWN,
        decision__in=OfflineScan.LET_IN,
        outcome__in=OfflineScan.CONFLICTS,
    )
    related = ("ticket__order", "ticket__session__film", "ticket__session__hall__cinema", "ticket__seat")
    return found.select_related(*related, "device", "actor")


def other_scans(found: Iterable[OfflineScan]) -> dict[int, Scan]:
    """The scan of each of these tickets (primary keys) that counts, with its device. One query. Reads only."""
    tickets = [each.ticket_id for each in found if each.ticket_id is not None]
    scans = Scan.objects.filter(ticket__in=tickets, undone=False).select_related("device").order_by("pk")
    return {scan.ticket_id: scan for scan in scans}


def _store(scan: Waiting, *, device: Device, actor: User, late_by: timedelta, at: datetime) -> None:
    seal = _seal_of_cinema(scan.seal, device.cinema_id)
    happened = _bounded(scan.at + late_by, seal, at=at)
    seal = seal if seal and happened <= seal.until else None
    ticket, is_valid = _ticket(scan, cinema=device.cinema_id)
    with transaction.atomic():
        if ticket is not None:
            lock_orders_with_sessions([ticket.order_id])
            ticket = _fresh(ticket.pk)
        if OfflineScan.objects.filter(uuid=scan.uuid).exists():
            return
        row = OfflineScan(
            uuid=scan.uuid,
            ticket=ticket,
            decision=scan.decision,
            listed=scan.listed,
            device=device,
            actor=_person(seal, device) or actor,
            at=happened,
            device_at=scan.at,
            received_at=at,
        )
        row.outcome = _outcome(row, seal, is_valid=is_valid)
        row.save(force_insert=True)
        lets_in = row.outcome in {Outcome.CHECKED_IN, Outcome.MOVED} and is_valid
        if ticket is not None and lets_in and _unproven(ticket, seal, at=happened) is None:
            _check_in(ticket, row)


def _check_in(ticket: Ticket, row: OfflineScan) -> None:
    """Check the guest in at the time of the scan. Figures of a closed day are corrected with the day that is open."""
    was_no_show = ticket.status == Ticket.Status.EXPIRED
    transition([ticket], Ticket.Status.USED, used_at=row.at)
    Scan.objects.create(ticket=ticket, at=row.at, actor=row.actor, device=row.device)
    if not was_no_show:
        return
    start, cinema = ticket.session.start_datetime, ticket.session.hall.cinema_id
    closed = BusinessDay.objects.closed().filter(cinema=cinema, starts_at__lte=start, ends_at__gt=start)
    closed.update(recount=True)
    if ticket.session.archived_at is not None:
        recount([ticket.session_id])


def _outcome(row: OfflineScan, seal: Seal | None, *, is_valid: bool) -> OfflineScan.Outcome:
    ticket = row.ticket
    if row.decision not in OfflineScan.LET_IN:
        return Outcome.NOTED
    if ticket is None:
        return Outcome.UNKNOWN
    if ticket.order.status not in {*Order.SOLD, Order.Status.REFUNDED}:
        return Outcome.NOT_PAID
    if ticket.order.status == Order.Status.REFUNDED or ticket.status == Ticket.Status.AVAILABLE:
        return Outcome.REFUNDED
    if ticket.status == Ticket.Status.USED:
        last = Scan.objects.filter(ticket=ticket, undone=False).order_by("-pk").first()
        same = is_valid and last and last.device_id == row.device_id and abs(last.at - row.at) <= SAME_SCAN
        return Outcome.KNOWN if same else Outcome.USED_TWICE
    if not is_valid:  # the guest got another code, with another seat or link
        return Outcome.MOVED
    if ticket.session.status == Session.Status.CANCELLED:
        return Outcome.CANCELLED
    if row.listed and row.listed != place_of(ticket):
        return Outcome.MOVED
    return _unproven(ticket, seal, at=row.at) or Outcome.CHECKED_IN


def _unproven(ticket: Ticket, seal: Seal | None, *, at: datetime) -> OfflineScan.Outcome | None:
    """Why a scan at that time does not prove that its ticket was used; None if it does. At most one query."""
    if seal is None:
        return Outcome.NO_LIST
    session = ticket.session
    return None if seal.has_hall(session.hall_id) and is_admission_time(session, at) else Outcome.NOT_HERE


def _ticket(scan: Waiting, *, cinema: int) -> tuple[Ticket | None, bool]:
    """The ticket of this cinema, and whether the code is its code now: it may have been on a list, as its proof tells,
    and replaced since, with the seat or with the order's link. At most two queries.
    """
    try:
        ticket: Ticket | None = ticket_of(scan.code)
    except UnknownCode:
        listed = [each for each in readings(scan.code) if constant_time_compare(scan.proof, proof_of(each))]
        keys = [int(found[1]) for each in listed if (found := TICKET_CODE.fullmatch(each))]
        replaced = Ticket.objects.filter(pk__in=keys, order__cinema=cinema)
        return (replaced.first(), False) if scan.decision == Decision.LET_IN and keys else (None, False)
    return (ticket, True) if ticket and ticket.order.cinema_id == cinema else (None, False)


def _fresh(key: int) -> Ticket:
    return Ticket.objects.select_related("order", "session__hall__cinema", "session__film", "seat").get(pk=key)


def _seal_of_cinema(sealed: str, cinema: int) -> Seal | None:
    """The seal, also of another device of the cinema: the browser may have been enrolled again since."""
    seal = read_seal(sealed)
    return seal if seal and seal.cinema == cinema else None


def _person(seal: Seal | None, device: Device) -> User | None:
    """The person whose list this device had."""
    return User.objects.filter(pk=seal.actor).first() if seal and seal.device == device.pk else None


def _bounded(happened: datetime, seal: Seal | None, *, at: datetime) -> datetime:
    """The time of a scan, not before its list was made and not after its upload."""
    return min(max(happened, seal.made_at if seal else at - OLDEST), at)
