"""Send statements, and the gross of each day, to the addresses of their distributors."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import ZERO, format_money
from cinema.status import transition
from film_hire.errors import NoAddresses, StatementOutdated
from film_hire.files import render, render_gross
from film_hire.models import Dispatch, GrossReturn, Statement, StatementAddress
from film_hire.tables import gross_by_distributor, subtitle
from notifications.models import MessageKind
from notifications.services import Message, queue
from reports.files import FORMATS
from reports.models import BusinessDay, TicketFigures
from reports.reading import Period
from screenings.models import Distributor

FROZEN = Statement.Status.SENT
REPORTED = timedelta(days=3)  # for how long a day that was closed late, or while the job stood still, is reported


def send(statement: Statement, *, at: datetime, actor: User | None = None) -> int:
    """Send a statement, or send it again, to all addresses of its distributor. Returns how many there are.

    From then on it never changes. Raises `StatementOutdated` or `NoAddresses`. Owns its transaction.
    """
    with transaction.atomic():
        locked = Statement.objects.select_for_update(of=("self",)).select_related("distributor", "cinema")
        row = locked.get(pk=statement.pk)
        if not row.is_latest:
            raise StatementOutdated(_("There is a newer version of this statement. Open that one."))
        addresses = _addresses(row)
        if not addresses:
            raise NoAddresses(
                _("%(distributor)s has no address for statements of this cinema. Enter one on its page.")
                % {"distributor": row.distributor}
            )
        _send(row, addresses, at=at, actor=actor)
        return len(addresses)


def send_locked(statements: Iterable[Statement], *, at: datetime) -> None:
    """Send statements to the addresses that get them without anybody's press. Must be called inside a transaction (the
    statements are locked).
    """
    for statement in statements:
        if addresses := _addresses(statement, is_automatic=True):
            _send(statement, addresses, at=at, actor=None)
        else:
            Statement.objects.filter(pk=statement.pk).update(sends_itself=False)


# --- The gross of each day


def days_to_report(at: datetime) -> QuerySet[BusinessDay]:
    """The days closed lately whose gross a distributor wants every morning and has not got. Reads only."""
    days = BusinessDay.objects.closed().filter(date__gte=(at - REPORTED).date(), closed_at__lte=at)
    return days.filter(Exists(_unreported(cinema=OuterRef("cinema"), about=OuterRef("date"))))


def report_locked(day: BusinessDay, *, at: datetime) -> None:
    """Send the gross of the day to each distributor that wants it and has not got it.

    Must be called inside a transaction (the day is locked).
    """
    wanted = _unreported(cinema=day.cinema_id, about=day.date).values("film__distributor")
    for distributor in Distributor.objects.filter(pk__in=wanted):
        gross = GrossReturn(distributor=distributor, cinema=day.cinema, date=day.date)
        _send_gross(gross, _addresses(gross, gets_gross=True), at=at, actor=None)


def send_gross(gross: GrossReturn, *, at: datetime, actor: User | None = None) -> int:
    """Send the gross of a day again, with what is known now. Returns to how many addresses.

    Raises `NoAddresses`. Owns its transaction.
    """
    with transaction.atomic():
        locked = GrossReturn.objects.select_for_update(of=("self",)).select_related("distributor", "cinema")
        row = locked.get(pk=gross.pk)
        addresses = _addresses(row, gets_gross=True)
        if not addresses:
            raise NoAddresses(
                _("%(distributor)s has no address that gets the gross of this cinema. Choose one on its page.")
                % {"distributor": row.distributor}
            )
        _send_gross(row, addresses, at=at, actor=actor)
        return len(addresses)


def _unreported(**of: Any) -> QuerySet[TicketFigures]:
    """Figures of films whose distributors want the gross of that cinema and day, and have not got it."""
    distributor, cinema = OuterRef("film__distributor"), OuterRef("cinema")
    wants = StatementAddress.objects.filter(
        Q(cinema=cinema) | Q(cinema__isnull=True), distributor=distributor, gets_gross=True
    )
    has = GrossReturn.objects.filter(cinema=cinema, date=OuterRef("about"), distributor=distributor)
    return TicketFigures.objects.filter(Exists(wants), ~Exists(has), **of)


def _send_gross(gross: GrossReturn, addresses: Sequence[StatementAddress], *, at: datetime, actor: User | None) -> None:
    rows: list[Any] = list(
        gross_by_distributor(Period([gross.cinema], gross.date, gross.date, at), gross.distributor).rows
    )
    gross.made_at = at
    gross.admissions, gross.box_office = (
        sum(row["admissions"] for row in rows),
        sum((row["box_office"] for row in rows), ZERO),
    )
    gross.save()
    for address in addresses:
        file = render_gross(gross, address.format, language=address.language, at=at)
        with translation.override(address.language):
            says = {
                "about": f"{gross.cinema}, {date_format(gross.date, 'SHORT_DATE_FORMAT')}",
                "admissions": gross.admissions,
                "box_office": format_money(gross.box_office),
            }
        _dispatch(address, file, MessageKind.FILM_GROSS, says, at=at, actor=actor, gross=gross)


# --- Both


def _addresses(statement: Statement | GrossReturn, **only: Any) -> list[StatementAddress]:
    of_cinema = Q(cinema=statement.cinema_id) | Q(cinema__isnull=True)
    return list(StatementAddress.objects.filter(of_cinema, distributor=statement.distributor_id, **only).order_by("pk"))


def _send(statement: Statement, addresses: Sequence[StatementAddress], *, at: datetime, actor: User | None) -> None:
    for address in addresses:
        file = render(statement, address.format, language=address.language)
        with translation.override(address.language):
            says = {
                "about": subtitle(statement),
                "base": format_money(statement.base),
                "hire": format_money(statement.hire),
                "version": statement.version,
            }
        _dispatch(address, file, MessageKind.FILM_HIRE_STATEMENT, says, at=at, actor=actor, statement=statement)
    if statement.status != FROZEN:
        transition([statement], FROZEN)


def _dispatch(
    address: StatementAddress,
    file: tuple[str, bytes],
    kind: MessageKind,
    says: dict[str, Any],
    *,
    at: datetime,
    actor: User | None,
    **what: Statement | GrossReturn,
) -> None:
    """Keep the file that is sent, and queue the e-mail to which it is attached."""
    name, content = file
    sent = Dispatch.objects.create(
        **what,
        email=address.email,
        format=address.format,
        language=address.language,
        sent_at=at,
        actor=actor,
        content=content,
        filename=name,
    )
    attachment = {
        "storage": "statements",
        "name": f"dispatch-{sent.pk}",
        "filename": name,
        "content_type": FORMATS[sent.format].content_type.partition(";")[0],
    }
    message = Message(
        kind=kind,
        recipient=sent.email,
        occasion=f"statement {sent.pk}",
        language=sent.language,
        context={**says, "distributor": str(sent.about.distributor), "attachment": attachment},
        cinema=sent.about.cinema_id,
    )
    queue([message], at=at)
