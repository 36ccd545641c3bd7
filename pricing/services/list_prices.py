"""Price lists: publishing a version, what it changes, and new versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.history import BASELINE
from cinema.validators import clean_reason
from orders.models import Ticket
from pricing.errors import PriceListRefused
from pricing.models import PriceFreeze
from pricing.services.quoting import end_quotes
from screenings.models import PriceList, PriceRow, RowSurcharge, Session, TicketTypeTerm
from screenings.price_lists import rows_for

LONGEST_NOTE = 100  # of a record of a row's history


@dataclass(frozen=True)
class Change:
    """A session that a price list gives another price or row. `is_sold`: it has live tickets."""

    session: Session
    row: PriceRow
    is_sold: bool


def list_changes(price_list: PriceList, *, at: datetime) -> list[Change]:
    """What the version, as if it were published, changes for sessions on sale from its first day on. Those whose price
    is frozen are left out. Reads only."""
    sessions = _sessions(price_list, at=at)
    return _changes(price_list, list(sessions))


def publish(price_list: PriceList, *, at: datetime, actor: User | None = None) -> list[Session]:
    """Put the version in force, and give its prices to the sessions without live tickets. Returns these.

    Sessions with live tickets keep their price: see `apply_to_sold`. Raises `PriceListRefused`. A constant number of
    queries. Owns its transaction.
    """
    with transaction.atomic():
        row = PriceList.objects.select_for_update(of=("self",)).select_related("cinema").get(pk=price_list.pk)
        if row.is_published:
            raise PriceListRefused.published()
        if not row.rows.exists():
            raise PriceListRefused(_("Add a row first: a price list without rows gives no price."))
        if row.valid_from < row.cinema.business_date(at):
            raise PriceListRefused(_("The first day has passed. Choose today or a later day."))
        row.published_at, row.published_by = at, actor
        row.save(update_fields=["published_at", "published_by"])
        changes = [each for each in _locked_changes(row, at=at) if not each.is_sold]
        _apply(changes, note=_("Price list"), at=at, actor=actor)
    return [each.session for each in changes]


def apply_to_sold(price_list: PriceList, *, reason: str, at: datetime, actor: User | None = None) -> list[Session]:
    """Give the published version's prices to the sessions with live tickets too. Sold tickets keep their price.

    Raises `PriceListRefused` or `ReasonNeeded`. A constant number of queries. Owns its transaction.
    """
    reason = clean_reason(reason)
    if not price_list.is_published:
        raise PriceListRefused(_("Publish this price list first."))
    with transaction.atomic():
        changes = _locked_changes(price_list, at=at)
        _apply(changes, note=reason, at=at, actor=actor)
    return [each.session for each in changes]


def new_version(price_list: PriceList, *, valid_from: date) -> PriceList:
    """A draft with the same rows, valid from another day. Raises `PriceListRefused`. Owns its transaction."""
    with transaction.atomic():
        if PriceList.objects.filter(cinema=price_list.cinema_id, valid_from=valid_from).exists():
            raise PriceListRefused(_("This cinema already has a price list from this day."))
        draft = PriceList.objects.create(cinema=price_list.cinema, valid_from=valid_from)
        for row in price_list.rows.prefetch_related("ticket_types", "surcharges"):
            terms, surcharges = list(row.ticket_types.all()), list(row.surcharges.all())
            row.pk, row.price_list, row._state.adding = None, draft, True
            row.save()
            TicketTypeTerm.objects.bulk_create(
                _copied(each, row, "ticket_type_id", "channel", "percent", "fixed_price") for each in terms
            )
            RowSurcharge.objects.bulk_create(_copied(each, row, "kind", "amount") for each in surcharges)
    return draft


def _copied(part: Any, row: PriceRow, *columns: str) -> Any:
    return type(part)(row=row, **{column: getattr(part, column) for column in columns})


def _sessions(price_list: PriceList, *, at: datetime) -> "QuerySet[Session]":
    begins, _ends = price_list.cinema.day_bounds(price_list.valid_from)
    frozen = PriceFreeze.objects.filter(session=OuterRef("pk"), ended_at=None)
    return (
        Session.objects.on_sale(at)
        .filter(~Exists(frozen), hall__cinema=price_list.cinema_id, start_datetime__gte=begins)
        .select_related("film", "hall__cinema", "price_row")
        .order_by("start_datetime", "pk")
    )


def _locked_changes(price_list: PriceList, *, at: datetime) -> list[Change]:
    keys = _sessions(price_list, at=at).order_by().values("pk")
    # A full lock: it keeps tickets from being sold until the prices have changed.
    locked = list(Session.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    return _changes(price_list, list(_sessions(price_list, at=at).filter(pk__in=locked)))


def _changes(price_list: PriceList, sessions: Sequence[Session]) -> list[Change]:
    sold = set(Ticket.objects.live().filter(session__in=sessions).order_by().values_list("session", flat=True))
    return [
        Change(session, row, session.pk in sold)
        for session, row in zip(sessions, rows_for(sessions, draft=price_list), strict=True)
        if row is not None and row.price_list_id == price_list.pk and _differs(session, row)
    ]


def _differs(session: Session, row: PriceRow) -> bool:
    return session.price_row_id != row.pk or session.ticket_price != row.price


def _apply(changes: Sequence[Change], *, note: str, at: datetime, actor: User | None) -> None:
    sessions = [each.session for each in changes]
    recorded = set(
        Session.history.filter(id__in=[each.pk for each in sessions]).order_by().values_list("id", flat=True)
    )
    Session.history.bulk_history_create(
        [each for each in sessions if each.pk not in recorded],
        update=True,
        default_change_reason=BASELINE,
        default_date=at,
        batch_size=500,
    )
    for each in changes:
        each.session.ticket_price, each.session.price_row = each.row.price, each.row
    end_quotes(sessions, code="LIST_CHANGED", at=at)
    Session.objects.bulk_update(sessions, ["ticket_price", "price_row"], batch_size=500)
    Session.history.bulk_history_create(
        sessions,
        update=True,
        default_user=actor,
        default_change_reason=note[:LONGEST_NOTE],
        default_date=at,
        batch_size=500,
    )
