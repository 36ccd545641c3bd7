"""Send distributors what their films took in a cinema on a day, on the morning after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import ZERO, format_money
from film_hire.errors import NoAddresses
from film_hire.files import render_gross
from film_hire.models import GrossReturn, StatementAddress
from film_hire.services.sending import addresses_of, dispatch
from film_hire.tables import gross_by_distributor
from notifications.models import MessageKind
from reports.models import BusinessDay, TicketFigures
from reports.reading import Period
from screenings.models import Distributor

REPORTED = timedelta(days=3)  # for how long a day that was closed late, or while the job stood still, is reported


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
        _send_gross(gross, addresses_of(gross, gets_gross=True), at=at, actor=None)


def send_gross(gross: GrossReturn, *, at: datetime, actor: User | None = None) -> int:
    """Send the gross of a day again, with what is known now. Returns to how many addresses.

    Raises `NoAddresses`. Owns its transaction.
    """
    with transaction.atomic():
        locked = GrossReturn.objects.select_for_update(of=("self",)).select_related("distributor", "cinema")
        row = locked.get(pk=gross.pk)
        addresses = addresses_of(row, gets_gross=True)
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
        dispatch(address, file, MessageKind.FILM_GROSS, says, at=at, actor=actor, gross=gross)
