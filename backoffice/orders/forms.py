"""Forms of the actions on orders, and the summaries shown before an action is confirmed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.fields import ReasonField
from backoffice.orders.order_timeline import line_name
from backoffice.payments.forms import DisputeConfirmationForm
from bonuses.services import points_held, points_of, points_spent
from boxoffice.services.refunds import preview_parts
from cinema.local_time import format_local, validate_year
from cinema.money import format_money
from cinema.validators import TextFormField
from concessions.models import ConcessionPreorder
from orders.approvals import CONSUMED
from orders.availability.seat_map import taken_seats
from orders.models import Order, OrderChange, OrderLine, Ticket
from orders.services import RefundPreview, left_to_pay, preview_refund
from orders.services.refunds.effects import remaining_lines
from payments.models import AT_COUNTER, Gateway
from screenings.models import Seat, Session
from screenings.ticket_price import costs_the_same, terms_of


class CancelOrderForm(ActionForm):
    reason = ReasonField(required=False, help_text=_("If left empty, the reason is “Cancelled by staff”."))

    def summary(self) -> Iterable[SummaryItem]:
        order: Order = self.row
        yield _("seats released"), order.tickets.live().count()
        yield _("snacks returned to stock"), sum(order.preorders.values_list("quantity", flat=True))
        yield _("points returned"), points_held(order.pk)
        yield _("message goes to"), order.recipient or _("no one: there are no contact details")


class ExtendForm(ActionForm):
    until = forms.DateTimeField(
        label=_("Pay by"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        validators=[validate_year],
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_("No later than the start of the screening."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = max(self.at, *(order.payment_deadline for order in self.rows)) + timedelta(days=1)
        self.fields["until"].initial = format_local(until, form="Y-m-d\\TH:i")

    def summary(self) -> Iterable[SummaryItem]:
        yield _("pay by"), format_local(self.row.payment_deadline)
        yield _("booked until"), format_local(self.row.expires_at)


class PaymentForm(ActionForm):
    gateway = forms.ChoiceField(
        label=_("Payment method"),
        choices=[(gateway.value, gateway.label) for gateway in Gateway if gateway in AT_COUNTER],
        initial=Gateway.CASH,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    rrn = TextFormField(
        label=_("RRN"),
        required=False,
        max_length=12,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Of a card payment: the number of the operation on the slip."),
    )
    terminal = TextFormField(
        label=_("Terminal"),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Of a card payment: the number of the terminal on the slip."),
    )
    unsure = forms.BooleanField(
        label=_("Terminal disconnected; result unknown"),
        help_text=_(
            "The order will be kept a little longer. Check the terminal’s log, then confirm the result "
            "on the payment’s page."
        ),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    def summary(self) -> Iterable[SummaryItem]:
        yield _("amount to take"), format_money(left_to_pay(self.row))


class RemindForm(ActionForm):
    def summary(self) -> Iterable[SummaryItem]:
        yield _("message goes to"), self.row.recipient or _("no one: there are no contact details")


class BaseRefundForm(DisputeConfirmationForm):
    """`at_fault` is asked where a ticket was scanned."""

    at_fault = forms.BooleanField(
        label=_("The cinema is at fault"),
        help_text=_("Scanned tickets are refunded only then; it stands in the reason."),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fault = self.fields.pop("at_fault")
        if Ticket.objects.filter(order=self.order).admitted().exists():
            self.fields["at_fault"] = fault  # below the others

    @property
    def order(self) -> int:
        return int(self.row.pk)


class RefundForm(BaseRefundForm):
    """Refunds everything not refunded yet, except snacks that were collected or have expired."""

    reason = ReasonField()

    def summary(self) -> Iterable[SummaryItem]:
        yield from super().summary()
        yield from refund_summary(preview_refund(self.row, at=self.at))


class RefundLinesForm(BaseRefundForm):
    """Refunds chosen lines, in two steps: choose the lines, then confirm the exact money and points.

    A line of several snacks also asks how many of them. `previewed` sends back the amounts shown; if they have changed
    since, the form is shown again with the new ones.
    """

    lines = forms.MultipleChoiceField(
        label=_("What to refund"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"invalid_choice": _("Part of this has already been refunded. Choose from what is left.")},
    )
    reason = ReasonField()
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = remaining_lines([self.row.pk])[self.row.pk]
        offered = lines.unrefunded if self.actor.has_perm(CONSUMED) else lines.refundable
        self.offered: dict[str, OrderLine] = {f"{line._meta.model_name}-{line.pk}": line for line in offered}
        spent = points_spent(self.row.pk)
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (key, _choice_label(line, spent, self.row)) for key, line in self.offered.items()
        ]
        several = [line for line in offered if isinstance(line, ConcessionPreorder) and line.is_divisible]
        self.divisible = {f"quantity-{line.pk}": line for line in several}
        for name, line in self.divisible.items():
            self.fields[name] = forms.IntegerField(
                label=gettext("How many to refund: %(item)s") % {"item": line.concession_item},
                required=False,
                initial=line.quantity,
                min_value=1,
                max_value=line.quantity,
                widget=UnfoldAdminIntegerFieldWidget(),
            )
        self.order_fields(["lines", *self.divisible, "reason"])
        self.preview: RefundPreview | None = None
        self.is_confirmed = False

    def clean_lines(self) -> list[OrderLine]:
        return [self.offered[key] for key in self.cleaned_data["lines"]]

    def clean(self) -> dict[str, Any]:
        """With `quantities`: of the chosen lines, by primary key, those of which only a part is refunded."""
        cleaned = super().clean() or self.cleaned_data
        chosen, typed = cleaned.get("lines", ()), {name: cleaned.pop(name, None) for name in self.divisible}
        parts = {line: typed[name] for name, line in self.divisible.items() if line in chosen and typed[name]}
        self.parts = {line: wanted for line, wanted in parts.items() if wanted < line.quantity}
        return {**cleaned, "quantities": {line.pk: wanted for line, wanted in self.parts.items()}}

    def needs_confirmation(self) -> bool:
        wanted = {name: self.cleaned_data[name] for name in ("lines", "quantities")}
        self.preview = preview = preview_parts(self.row, **wanted, at=self.at)
        seen = f"{preview.money} {preview.returned.amount} {preview.points_back} {preview.points_taken}"
        self.is_confirmed = self.cleaned_data.pop("previewed") == seen
        if self.is_confirmed:
            return False
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["previewed"] = seen  # type: ignore[index]
        return True

    def summary(self) -> Iterable[SummaryItem]:
        yield from super().summary()
        if self.preview is not None:
            for line, wanted in self.parts.items():
                yield _("only a part"), gettext("%(wanted)d of %(line)s") % {"wanted": wanted, "line": line}
            yield from refund_summary(self.preview)
        if self.preview is not None and not self.is_confirmed:
            yield _("check before confirming"), _("nothing has been refunded yet. Confirm to refund exactly this.")


def refund_summary(preview: RefundPreview) -> Iterable[SummaryItem]:
    if preview.along:
        yield _("refunded along with it, free of charge"), ", ".join(line_name(line) for line in preview.along)
    yield _("money refunded"), format_money(preview.returned.amount)
    if ways := [(str(Gateway(part.way).label), format_money(part.amount)) for part in preview.returned.parts]:
        yield _("refunded by"), ", ".join(map(": ".join, ways)) if len(ways) > 1 else ways[0][0]
    if preview.returned.before:
        yield _("returned with the provider before"), format_money(preview.returned.before)
    if preview.missed is not None:
        yield _("promo code"), below_code_sum(preview.missed)
    yield _("points returned"), preview.points_back
    yield _("earned points deducted"), preview.points_taken
    yield _("order after the refund"), _("fully refunded") if preview.last else _("the rest stays valid")


def below_code_sum(least: Decimal) -> str:
    """What staff are told before they leave a customer with less than the promo code asks for."""
    text = gettext("for orders from %(least)s, and less is left, at the reduced price")
    return text % {"least": format_money(least)}


def _choice_label(line: OrderLine, spent: int, order: Order) -> str:
    """The line with its price and status. `spent` is all points spent on the order: they give the value of a point."""
    paid_with_points = points_of(line.bonus_share, spent=spent, bonus_amount=order.bonus_amount)
    with_points = ngettext(" and %(count)d point", " and %(count)d points", paid_with_points)
    text = f"{line_name(line)} – {format_money(line.paid)}"
    if paid_with_points:
        text += with_points % {"count": paid_with_points}
    return gettext("%(line)s (%(status)s)") % {"line": text, "status": line.get_status_display()}


def changed_lately(order: Order, kind: str, *, at: datetime) -> bool:
    """Whether the order was changed in this way a moment ago, so that a form that comes again is a second press."""
    return order.changes.filter(kind=kind, at__gt=at - timedelta(minutes=10)).exists()


class CorrectAddressForm(ActionForm):
    email = forms.EmailField(label=_("New email"), max_length=254, widget=UnfoldAdminEmailInputWidget())
    reason = ReasonField()

    def summary(self) -> Iterable[SummaryItem]:
        yield _("e-mail"), self.row.email or "–"


class OtherSeatsForm(ActionForm):
    """A choice of seats for each ticket that is not used: free ones, and those of the order's other tickets. The first
    choice is the seat that it has.
    """

    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tickets = self.row.tickets.for_visits().filter(status=Ticket.Status.PAID, session__end_datetime__gt=self.at)
        self.tickets = list(tickets.select_related("session__film", "session__hall__cinema", "seat", "ticket_type"))
        self.tickets.sort(key=lambda ticket: ticket.pk)
        self.seats = {session: self._seats(session) for session in {each.session for each in self.tickets}}
        terms = terms_of(self.seats)
        for ticket in self.tickets:
            asked = {"ticket_type": ticket.ticket_type, "terms": terms[ticket.session_id]}
            same = [
                seat
                for seat in self.seats[ticket.session]
                if seat == ticket.seat or costs_the_same(ticket.seat, seat, **asked)
            ]
            self.fields[f"seat-{ticket.pk}"] = forms.ChoiceField(
                label=str(ticket.seat),
                help_text=str(ticket.session),
                required=False,
                widget=UnfoldAdminSelectWidget(),
                choices=[(seat.pk, seat) for seat in same],
                initial=ticket.seat_id,
                error_messages={"invalid_choice": _("This seat has just been taken. Choose another one.")},
            )
        self.order_fields([*(f"seat-{ticket.pk}" for ticket in self.tickets), "reason"])

    def summary(self) -> Iterable[SummaryItem]:
        yield _("tickets sent to"), self.row.recipient or _("nobody: the order has no email or phone")

    def _seats(self, session: Session) -> list[Seat]:
        """The seats of the hall that are free, or the order's own."""
        taken, _mine = taken_seats(session, at=self.at)
        own = {ticket.seat_id for ticket in self.tickets if ticket.session == session}
        seats = Seat.objects.filter(hall=session.hall_id).order_by("row", "place", "number")
        return [seat for seat in seats if seat.pk not in taken or seat.pk in own]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        moves = []
        for ticket in self.tickets:
            if key := cleaned.get(f"seat-{ticket.pk}"):
                moves.append((ticket, next(seat for seat in self.seats[ticket.session] if seat.pk == int(key))))
        if len({(ticket.session_id, seat.pk) for ticket, seat in moves}) < len(moves):
            raise forms.ValidationError(gettext("Choose a different seat for each ticket."))
        moved = any(seat != ticket.seat for ticket, seat in moves)
        if not moved and not self.errors and not changed_lately(self.row, OrderChange.Kind.SEATS, at=self.at):
            raise forms.ValidationError(gettext("Choose another seat for at least one ticket."))
        return {"seats": moves, "reason": cleaned.get("reason", "")}


class CheckInForm(ActionForm):
    """Shows what the door compares with the guest: screening, hall, seat, ticket type, and the film's age rating."""

    def summary(self) -> Iterable[SummaryItem]:
        ticket = self.row
        yield _("screening"), ticket.session
        yield _("hall"), ticket.session.hall.name
        yield _("seat"), ticket.seat
        yield _("ticket type"), ticket.ticket_type
        yield _("age rating"), ticket.session.film.age_rating


class OverrideCheckInForm(CheckInForm):
    reason = ReasonField()


class UndoCheckInForm(ActionForm):
    reason = ReasonField()
