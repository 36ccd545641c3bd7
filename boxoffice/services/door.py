"""Admission at the door: one scan, the people of an order, undoing, coming back, and turning away."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Device, User
from boxoffice.models import DoorEvent
from cinema.keyboards import readings
from cinema.status import Refused
from house_rules.rules import rules
from orders.errors import (
    NotAdmitted,
    OrderNotPaid,
    ScanNotUndoable,
    SessionNotHeld,
    TicketNotValid,
    TicketUsed,
    TooEarly,
    TooLate,
)
from orders.models import Order, Scan, Ticket
from orders.models.tickets import UNDO_OWN_SCAN
from orders.services import UnknownCode, check_in, is_admission_time, ticket_of, undo_check_in
from screenings.models import Session

ADULT_YEARS = 18
SHOWN = ("order", "session__film", "session__hall__cinema", "seat", "ticket_type")  # with a ticket, on the screen


class OtherHall(NotAdmitted, code="ticket_other_hall"):
    """The ticket is for a hall that is not behind this door."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(_("This ticket is for %(hall)s.") % {"hall": ticket.session.hall})


@dataclass
class Verdict:
    """What the screen shows after a scan: green, amber (admitted, but check something) or red."""

    colour: str
    word: str
    text: str = ""
    ticket: Ticket | None = None
    checks: list[str] = field(default_factory=list)
    may_return: bool = False


def scan(code: str, *, device: Device, actor: User, at: datetime) -> Verdict:
    """Admit the guest whose ticket has this code, or say why not. Never raises a refusal. Owns its transaction."""
    try:
        ticket = ticket_of(code)
        if ticket.order.cinema_id != device.cinema_id:
            raise UnknownCode
    except UnknownCode as refused:
        return _refused(None, refused, device=device, actor=actor, at=at)
    return admit(ticket, device=device, actor=actor, at=at)


def admit(ticket: Ticket, *, device: Device, actor: User, at: datetime) -> Verdict:
    """Check in one ticket of this cinema. Never raises a refusal. Owns its transaction."""
    try:
        if device.hall_keys and ticket.session.hall_id not in device.hall_keys:
            raise OtherHall(ticket)
        admitted = check_in(ticket, at=at, actor=actor, device=device)
    except NotAdmitted as refused:
        return _refused(ticket, refused, device=device, actor=actor, at=at)
    checks = checks_due(admitted)
    if checks:
        return Verdict("amber", _("Check, then admit"), ticket=admitted, checks=checks)
    return Verdict("green", _("Admit"), ticket=admitted)


def checks_due(ticket: Ticket) -> list[str]:
    """What the usher looks at before letting this guest in. Reads only."""
    checks = []
    film, kind = ticket.session.film, ticket.ticket_type
    if film.age_rating == f"{ADULT_YEARS}+":
        checks.append(_("Age: the film is %(rating)s. Ask for an identity document.") % {"rating": film.age_rating})
    if 0 < kind.price_percent < 100:
        checks.append(_("Reduced ticket “%(type)s”: ask for the document.") % {"type": kind})
    return checks


def undo(ticket: Ticket, *, device: Device, actor: User, at: datetime) -> None:
    """Take back a check-in: ushers their own of the last minutes on this device, others with the permission.

    Raises `ScanNotUndoable`. Owns its transaction.
    """
    if not actor.has_perm("orders.undo_check_in_ticket"):
        last = Scan.objects.filter(ticket=ticket).order_by("-pk").first()
        own = last and (last.actor_id, last.device_id) == (actor.pk, device.pk) and at - last.at < UNDO_OWN_SCAN
        if not own:
            raise ScanNotUndoable(_("Ask your floor manager: you can only undo your own scans of the last 5 minutes."))
    undo_check_in(ticket, at=at, actor=actor)


def let_in_again(ticket: Ticket, *, device: Device, actor: User, at: datetime) -> Verdict:
    """Record that a guest who had left came back with a used ticket. Owns its transaction."""
    row = Ticket.objects.select_related("session__film", "session__hall", "seat", "ticket_type").get(pk=ticket.pk)
    if row.status != Ticket.Status.USED or not is_admission_time(row.session, at):
        return Verdict("red", _("Not valid"), ticket=row)
    DoorEvent.objects.create(kind=DoorEvent.Kind.RE_ENTRY, ticket=row, device=device, actor=actor, at=at)
    return Verdict("green", _("Let in again"), ticket=row)


def turn_away(ticket: Ticket, *, reason: str, device: Device, actor: User, at: datetime) -> None:
    """Record that a guest is not let in, and take the check-in back if there was one. Raises `ScanNotUndoable`.

    Owns its transaction.
    """
    with transaction.atomic():
        if Ticket.objects.filter(pk=ticket.pk, status=Ticket.Status.USED).exists():
            undo(ticket, device=device, actor=actor, at=at)
        DoorEvent.objects.create(
            kind=DoorEvent.Kind.TURNED_AWAY,
            reason=DoorEvent.TurnedAway(reason),
            ticket=ticket,
            device=device,
            actor=actor,
            at=at,
        )


def people_of_order(number: str, *, device: Device, at: datetime) -> list[Ticket]:
    """The paid and used tickets of an order of this cinema for screenings that admit now. Two queries. Reads only."""
    found = Order.objects.filter(number__in=readings(number), cinema=device.cinema_id).values("pk")
    tickets = Ticket.objects.filter(
        order__in=found,
        status__in=[Ticket.Status.PAID, Ticket.Status.USED],
        session__in=_admitting(device, at=at).values("pk"),
    )
    return list(tickets.select_related(*SHOWN).order_by("session", "seat"))


@dataclass(frozen=True)
class Entered:
    session: Session
    entered: int
    sold: int


def counts(device: Device, *, at: datetime) -> list[Entered]:
    """How many of how many guests have entered each screening that admits now. Two queries. Reads only."""
    sold = Q(tickets__status__in=[Ticket.Status.PAID, Ticket.Status.USED])
    rows = _admitting(device, at=at).select_related("film", "hall__cinema").order_by("start_datetime", "hall")
    rows = rows.annotate(
        sold=Count("tickets", filter=sold), entered=Count("tickets", filter=Q(tickets__status=Ticket.Status.USED))
    )
    return [Entered(row, row.entered, row.sold) for row in rows]


def _admitting(device: Device, *, at: datetime) -> QuerySet[Session]:
    rows = Session.objects.filter(
        hall__cinema=device.cinema_id,
        archived_at=None,
        start_datetime__lte=at + rules().doors_open,
        end_datetime__gte=at,
    ).exclude(status=Session.Status.CANCELLED)
    return rows.filter(hall__in=device.hall_keys) if device.hall_keys else rows


def _refused(ticket: Ticket | None, refused: Refused, *, device: Device, actor: User, at: datetime) -> Verdict:
    DoorEvent.objects.create(
        kind=DoorEvent.Kind.REFUSED, reason=refused.code, ticket=ticket, device=device, actor=actor, at=at
    )
    ticket = ticket and Ticket.objects.select_related(*SHOWN).get(pk=ticket.pk)
    verdict = Verdict("red", _word(ticket, refused, at=at), str(refused), ticket)
    if isinstance(refused, TicketUsed) and ticket is not None:
        last = Scan.objects.filter(ticket=ticket, undone=False).select_related("device").order_by("-pk").first()
        if last is not None:
            when = f"{device.cinema.local(last.at):%H:%M}"
            verdict.text = (
                _("Used %(time)s at %(door)s.") % {"time": when, "door": last.device}
                if last.device
                else _("Used %(time)s.") % {"time": when}
            )
        verdict.may_return = True
    return verdict


def _word(ticket: Ticket | None, refused: Refused, *, at: datetime) -> str:
    if ticket is None:
        return _("Unknown code")
    refunded = ticket.order.status == Order.Status.REFUNDED or ticket.status == Ticket.Status.AVAILABLE
    zone = ticket.session.hall.cinema
    same_day = zone.business_date(ticket.session.start_datetime) == zone.business_date(at)
    words = {
        TicketUsed: _("Already used"),
        OtherHall: _("Other hall"),
        OrderNotPaid: _("Refunded") if refunded else _("Not paid"),
        TicketNotValid: _("Refunded") if refunded else _("Not valid"),
        SessionNotHeld: _("Screening cancelled"),
        TooEarly: _("Too early") if same_day else _("Other screening"),
        TooLate: _("Other screening"),
    }
    return words.get(type(refused), _("Not valid"))
