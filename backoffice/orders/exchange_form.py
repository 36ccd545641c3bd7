"""The form that exchanges tickets of an order: what to exchange, for which screening, and then seats and money."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from backoffice.framework.actions import ActionForm, SummaryItem
from backoffice.framework.fields import ReasonField
from backoffice.orders.forms import below_code_sum
from backoffice.orders.order_timeline import line_name
from boxoffice.services.exchanges import Choice, choose, given_away, offered_sessions
from boxoffice.services.sales import Places
from boxoffice.services.seats import TillSeats
from cinema.money import ZERO, format_money
from orders.services.refunds.sold_together import missed_code_sum
from payments.models import AT_COUNTER, Gateway


class ExchangeForm(ActionForm):
    """Two steps: tickets and screening; then the seats, the best at first, and the exact money.

    `previewed` sends back what was shown; if it has changed since, the form is shown again.
    """

    tickets = forms.MultipleChoiceField(
        label=_("Tickets to exchange"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"invalid_choice": _("Part of this has already been refunded. Choose from what is left.")},
    )
    session = forms.ChoiceField(label=_("New screening"), widget=UnfoldAdminSelectWidget())
    way = forms.ChoiceField(
        label=_("If the new tickets cost more, the difference was taken"),
        choices=[(gateway.value, gateway.label) for gateway in Gateway if gateway in AT_COUNTER],
        initial=Gateway.CASH,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    at_fault = forms.BooleanField(
        label=_("The cinema is at fault: also after the start"), required=False, widget=UnfoldBooleanWidget()
    )
    reason = ReasonField()
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = self.row.tickets.live().select_related("session__film", "session__hall__cinema", "seat", "ticket_type")
        self.offered = {str(ticket.pk): ticket for ticket in live.order_by("pk")}
        self.sessions = {str(each.pk): each for each in offered_sessions(self.row.cinema, at=self.at)}
        labels = [(key, f"{line_name(each)} – {format_money(each.paid)}") for key, each in self.offered.items()]
        self.fields["tickets"].choices = labels  # type: ignore[attr-defined]
        self.fields["session"].choices = [  # type: ignore[attr-defined]
            (key, f"{each}, {each.hall.name}") for key, each in self.sessions.items()
        ]
        self.choices: list[Choice] = []
        self.places: Places = []
        self.is_confirmed = False
        chosen = self.sessions.get(self.data.get("session", "")) if self.is_bound else None
        self.seats = TillSeats(chosen, at=self.at) if chosen else None
        if self.seats is not None:
            self._offer_seats(self.seats)

    def _offer_seats(self, seats: TillSeats) -> None:
        """A choice of seat for each ticked ticket; what was chosen in another screening is forgotten."""
        free = [(str(seat.pk), str(seat)) for seat in seats.seats if seat.pk not in seats.taken]
        self.data = self.data.copy()  # type: ignore[attr-defined]
        for key in self.data.getlist("tickets"):  # type: ignore[attr-defined]
            if key not in self.offered:
                continue
            name = f"seat-{key}"
            if self.data.get(name) not in dict(free):
                self.data[name] = ""  # type: ignore[index]
            self.fields[name] = forms.ChoiceField(
                label=gettext("New seat instead of %(seat)s") % {"seat": self.offered[key].seat},
                choices=[("", gettext("the best one")), *free],
                required=False,
                widget=UnfoldAdminSelectWidget(),
            )
        self.order_fields(["tickets", "session", *(name for name in self.fields if name.startswith("seat-"))])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or self.seats is None:
            return cleaned
        tickets = [self.offered[key] for key in cleaned["tickets"]]
        wanted = [cleaned.pop(f"seat-{ticket.pk}", "") for ticket in tickets]
        self.choices = choose(self.seats, tickets, wanted=wanted)
        if not self.choices:
            raise forms.ValidationError(gettext("There are not so many free seats at this screening. Choose another."))
        self.places = [(self.seats.session, each.seat, each.ticket_type) for each in self.choices]
        return {
            "tickets": tickets,
            "places": self.places,
            "expected_total": sum((each.price for each in self.choices), ZERO),
            **{name: cleaned[name] for name in ("way", "at_fault", "reason", "previewed")},
        }

    def needs_confirmation(self) -> bool:
        seats = " ".join(str(each.seat.pk) for each in self.choices)
        seen = f"{self.data['session']} {seats} {self._value} {self.cleaned_data['expected_total']} {self._given_away}"
        self.is_confirmed = self.cleaned_data.pop("previewed") == seen
        if self.is_confirmed:
            return False
        self.data["previewed"] = seen  # type: ignore[index]
        for each in self.choices:
            self.data[f"seat-{each.ticket.pk}"] = str(each.seat.pk)  # type: ignore[index]
        return True

    @property
    def _value(self) -> Any:
        return sum((each.ticket.paid for each in self.choices), ZERO)

    @property
    def _given_away(self) -> Decimal:
        return given_away([each.ticket for each in self.choices], self.places)

    def summary(self) -> Iterable[SummaryItem]:
        if not self.choices:
            return
        price = sum((each.price for each in self.choices), ZERO)
        yield _("new screening"), dict(self.fields["session"].choices)[self.data["session"]]  # type: ignore[attr-defined]
        yield _("new seats"), "; ".join(str(each.seat) for each in self.choices)
        yield _("paid for the old tickets"), format_money(self._value)
        yield _("price of the new tickets"), format_money(price)
        if given := self._given_away:
            yield _("given away: what the new free seats would cost more than the old ones"), format_money(given)
        if (least := missed_code_sum(self.row, without=[each.ticket for each in self.choices])) is not None:
            yield _("promo code"), below_code_sum(least)
        yield _("to take"), format_money(max(price - self._value, ZERO))
        yield _("goes back as the old tickets were paid"), format_money(max(self._value - price, ZERO))
        if not self.is_confirmed:
            yield _("check before confirming"), _("nothing has been exchanged yet. Confirm to exchange exactly this.")
