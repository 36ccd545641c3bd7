"""Shifts at a cash drawer: opened with a float, ended, and counted before anybody is told what should be there."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import ZERO
from cinema.status import transition
from cinema.validators import clean_reason, clean_text
from payments.errors import DrawerBusy, NoReceiptPrinter, ShiftNotOpen, TerminalTotalNeeded
from payments.fiscal import is_printed_at_till
from payments.models import CashMovement, CashPlace, Gateway, GiftCardMovement, Payment, Refund, Shift
from payments.services import cash

Status = Shift.Status
OF_COUNT = [CashMovement.Kind.COUNT, CashMovement.Kind.HANDED_IN]  # posted by `count_and_close`


def open_shift(
    drawer: CashPlace, *, opening_float: Decimal, at: datetime, actor: User, cashier: User | None = None
) -> Shift:
    """Open a shift at a drawer for the actor, or another `cashier`, with what is in the drawer at its begin.

    The float comes from the change fund as far as that has so much; the rest counts as brought in. Raises `DrawerBusy`
    while an earlier shift of the drawer is open or not counted, or the cashier has another open one, `WrongCashAmount`,
    and `NoReceiptPrinter` where receipts are required and nothing prints them. Owns its transaction.
    """
    cash.check_amount(opening_float, lowest=ZERO)
    check_printer(drawer.cinema, at=at)
    shift = Shift(
        cinema_id=drawer.cinema_id,
        drawer=drawer,
        cashier=cashier or actor,
        opened_at=at,
        opening_float=opening_float,
    )
    try:
        with transaction.atomic():
            shift.save(force_insert=True)
            _fill_drawer(shift, at=at, actor=actor)
    except IntegrityError as error:
        if not Shift.objects.not_counted().filter(drawer=drawer).exists() and not _is_working(shift.cashier):
            raise
        raise DrawerBusy(
            _("%(drawer)s has a shift that is not counted yet, or you have another open shift. Count that one first.")
            % {"drawer": drawer}
        ) from error
    return shift


def check_printer(cinema: Any, *, at: datetime) -> None:
    """Raise `NoReceiptPrinter` where receipts of money taken by hand are required and nothing prints them.

    At most one query. Reads only.
    """
    if not is_printed_at_till(cinema, at=at):
        raise NoReceiptPrinter


def open_shift_of(person: User | None, cinema: int, *, shared: int | None = None) -> Shift | None:
    """The open shift in which this person works at the cinema: their own, or else that of the `shared` drawer (its
    primary key). At most two queries. Reads only."""
    rows = Shift.objects.open().filter(cinema=cinema).select_related("drawer", "cinema", "cashier")
    own = rows.filter(cashier=person).first()
    return rows.filter(drawer=shared).first() if own is None and shared is not None else own


def _is_working(cashier: User) -> bool:
    return Shift.objects.open().filter(cashier=cashier).exists()


def _fill_drawer(shift: Shift, *, at: datetime, actor: User) -> None:
    if not shift.opening_float:
        return
    fund = cash.place_of(shift.cinema_id, CashPlace.Kind.CHANGE_FUND)
    fund = CashPlace.objects.select_for_update(of=("self",), no_key=True).get(pk=fund.pk)
    from_fund = min(fund.cash, shift.opening_float)
    kind = CashMovement.Kind.FLOAT
    stamps = {"shift": shift, "at": at, "actor": actor}
    if from_fund:
        cash.transfer(fund, shift.drawer, kind=kind, amount=from_fund, **stamps)
    if brought := shift.opening_float - from_fund:
        cash.book(shift.drawer, kind=kind, amount=brought, **stamps)


def end_shift(shift: Shift, *, at: datetime) -> Shift:
    """End a shift whose drawer is counted later: nothing more is sold in it, and it is “not counted”.

    Raises `ShiftNotOpen`. Owns its transaction.
    """
    with transaction.atomic():
        row = cash.lock_open_shift(shift)
        transition([row], Status.NOT_COUNTED, ended_at=at)
    return row


@dataclass(frozen=True)
class Totals:
    """What a shift took and gave out. `expected_cash` is what its movements say should be in the drawer."""

    opening_float: Decimal
    by_kind: dict[str, Decimal]
    card_sales: Decimal
    card_refunds: Decimal

    @property
    def expected_cash(self) -> Decimal:
        return sum(self.by_kind.values(), ZERO)

    @property
    def expected_card(self) -> Decimal:
        return self.card_sales - self.card_refunds


def totals_of(shift: Shift) -> Totals:
    """The sums of a shift's drawer and terminal, without what its count posted. Four queries. Reads only."""
    moved = CashMovement.objects.filter(shift=shift, place=shift.drawer_id).exclude(kind__in=OF_COUNT).order_by()
    by_kind = dict(moved.values_list("kind").annotate(Sum("amount")))
    sold, back, of_gift_cards = _on_terminal(shift)
    cards = of_gift_cards.aggregate(
        sold=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
        back=Sum("amount", filter=Q(amount__lt=0), default=ZERO),
    )
    return Totals(
        opening_float=shift.opening_float,
        by_kind=by_kind,
        card_sales=sold.aggregate(sum=Sum("amount", default=ZERO))["sum"] + cards["sold"],
        card_refunds=back.aggregate(sum=Sum("amount", default=ZERO))["sum"] - cards["back"],
    )


def _on_terminal(shift: Shift) -> tuple[QuerySet[Payment], QuerySet[Refund], QuerySet[GiftCardMovement]]:
    """What the card terminal took in a shift and gave back, and what it moved for gift cards."""
    terminal = Gateway.CARD_TERMINAL
    return (
        Payment.objects.filter(shift=shift, status=Payment.Status.SUCCEEDED, gateway=terminal),
        Refund.objects.filter(shift=shift, status=Refund.Status.SUCCEEDED, payment__gateway=terminal),
        GiftCardMovement.objects.filter(shift=shift, tender=terminal),
    )


@dataclass(frozen=True)
class OfPerson:
    """What one person took from guests in a shift, less what they gave out."""

    person: User
    cash: Decimal
    cards: Decimal


def by_person(shift: Shift) -> list[OfPerson]:
    """Who took how much, in a drawer that several people share. Five queries. Reads only."""
    of_guests = Q(payment__isnull=False) | Q(refund__isnull=False) | Q(gift_card_movement__isnull=False)
    sold, back, of_gift_cards = _on_terminal(shift)
    parts: list[tuple[str, str, int, QuerySet[Any]]] = [
        ("cash", "actor", 1, CashMovement.objects.filter(of_guests, shift=shift)),
        ("cards", "actor", 1, sold),
        ("cards", "paid_out_by", -1, back),
        ("cards", "actor", 1, of_gift_cards),
    ]
    sums: dict[str, defaultdict[int, Decimal]] = {"cash": defaultdict(Decimal), "cards": defaultdict(Decimal)}
    for tender, person, sign, rows in parts:
        for key, amount in rows.order_by().values_list(person).annotate(Sum("amount")):
            sums[tender][key] += sign * amount
    people = User.objects.filter(pk__in=sums["cash"] | sums["cards"]).order_by("last_name", "first_name", "pk")
    return [OfPerson(each, sums["cash"][each.pk], sums["cards"][each.pk]) for each in people]


def count_and_close(
    shift: Shift,
    *,
    counted_cash: Decimal,
    counted_card: Decimal | None = None,
    note: str = "",
    at: datetime,
    actor: User,
) -> Shift:
    """Close a shift with what was counted in its drawer, before anybody was told what should be there.

    What is over or short is posted; then the float returns to the change fund and the rest goes to the safe, see
    `hand_in`. `counted_card` is the total of the terminal's own report. An open shift ends; one that ended without a
    count is counted now. Raises `ShiftNotOpen` if it was counted before, `WrongCashAmount`, and `TerminalTotalNeeded`
    without `counted_card` where cards were taken. Owns its transaction.
    """
    cash.check_amount(counted_cash, lowest=ZERO)
    note = clean_reason(note) if clean_text(note) else ""
    with transaction.atomic():
        rows = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("drawer")
        row = rows.get(pk=shift.pk)
        if row.status == Status.COUNTED:
            raise ShiftNotOpen
        totals = totals_of(row)
        if counted_card is None and (totals.card_sales or totals.card_refunds):
            raise TerminalTotalNeeded
        stamps = {"shift": row, "at": at, "actor": actor}
        if difference := counted_cash - totals.expected_cash:
            cash.book(row.drawer, kind=CashMovement.Kind.COUNT, amount=difference, **stamps)
        _empty_drawer(row, counted_cash, at=at, actor=actor)
        transition(
            [row],
            Status.COUNTED,
            ended_at=row.ended_at or at,
            counted_at=at,
            counted_by=actor,
            counted_cash=counted_cash,
            expected_cash=totals.expected_cash,
            counted_card=counted_card,
            expected_card=totals.expected_card,
            note=note,
        )
    return row


def _empty_drawer(shift: Shift, counted: Decimal, *, at: datetime, actor: User) -> None:
    to_fund = min(counted, shift.opening_float)
    parts = {CashPlace.Kind.CHANGE_FUND: to_fund, CashPlace.Kind.SAFE: counted - to_fund}
    places = [(cash.place_of(shift.cinema_id, kind), amount) for kind, amount in parts.items() if amount]
    for place, amount in sorted(places, key=lambda each: each[0].pk):  # in the order in which places are locked
        movement: dict[str, Any] = {"kind": CashMovement.Kind.HANDED_IN, "amount": amount}
        cash.hand_in(shift.drawer, place, **movement, shift=shift, at=at, actor=actor)
