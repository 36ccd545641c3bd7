"""What staff set aside of a screening: seats kept for the house, and seats of groups."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import User
from accounts.phones import PhoneFormField
from allocations.models import GroupBooking
from allocations.services import Agreed, book, keep, open_to_public
from backoffice.allocations.group_forms import people_field
from backoffice.framework.actions import ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.fields import ReasonField
from backoffice.screenings.forms import PreviewedForm, date_time_field
from backoffice.screenings.hall_forms import SeatsForm
from cinema import clock
from cinema.money import format_money
from cinema.validators import TextFormField
from house_rules.languages import offered_languages
from orders.models import Order
from orders.queries import taken_tickets
from screenings.models import Hall, Session


class KeepSeatsForm(SeatsForm):
    """Seats of the screening, and why and how long they are kept; shows first which of them are taken."""

    until = date_time_field(
        label=_("Keep until"),
        required=False,
        help_text=_("Leave empty to keep them until shortly before the start. You can release them at any time."),
    )
    reason = ReasonField()

    @property
    def hall(self) -> Hall:
        hall: Hall = self.row.hall
        return hall

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        yield gettext("seats"), len(self.seats)
        taken = taken_tickets(self.at).filter(session=self.row, seat__in=self.seats).select_related("seat")
        yield gettext("already taken"), "; ".join(str(each.seat) for each in taken) or gettext("none")


class BookGroupForm(PreviewedForm):
    contact = TextFormField(label=_("Contact person"), max_length=120, widget=UnfoldAdminTextInputWidget())
    email = forms.EmailField(label=_("Email"), max_length=254, required=False, widget=UnfoldAdminEmailInputWidget())
    phone = PhoneFormField(label=_("Phone"), required=False, widget=UnfoldAdminTextInputWidget())
    language = forms.ChoiceField(label=_("Language"), widget=UnfoldAdminSelectWidget())
    payer = TextFormField(
        label=_("Payer"),
        max_length=250,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Name and details of whoever pays, for the invoice."),
    )
    people = people_field()
    price = forms.DecimalField(
        label=_("Price a head"), min_value=1, max_digits=10, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget()
    )
    one_free_per = forms.IntegerField(
        label=_("One free person for every"),
        min_value=1,
        max_value=300,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("people who pay. Leave empty if everybody pays."),
    )
    until = date_time_field(label=_("Reserved until"))
    private = forms.BooleanField(
        label=_("The whole screening for this group alone"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=_("Nobody else sees it or buys seats. Nobody may have seats of it yet."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = offered_languages()  # type: ignore[attr-defined]
        self.initial.setdefault("language", settings.LANGUAGE_CODE)

    def summary(self) -> Iterable[SummaryItem]:
        if not (self.is_bound and self.is_valid()):
            return
        data = self.cleaned_data
        free = GroupBooking(one_free_per=data["one_free_per"]).free_of(data["people"])
        yield gettext("people who pay"), data["people"] - free
        yield gettext("free people"), free
        yield gettext("to pay"), format_money((data["people"] - free) * data["price"])


class SeatsKeptActions(ActionsMixin):
    @confirmed_action(
        permission="allocations.keep_seats",
        title=_("Keep seats for the house"),
        text=_("They are not sold until you release them, and go back on sale by themselves before the start."),
        form=KeepSeatsForm,
        when=lambda session: session.is_on_sale(clock.now()),
        icon="chair",
    )
    def keep_seats(self, session: Session, *, at: datetime, actor: User, **data: Any) -> str:
        wanted = {name: data[name] for name in ("seats", "until", "reason")}
        kept = keep(session, **wanted, at=at, actor=actor)
        message = ngettext(
            "%(session)s: %(count)d seat kept, under the number %(order)s.",
            "%(session)s: %(count)d seats kept, under the number %(order)s.",
            len(data["seats"]),
        )
        return message % {"session": session, "count": len(data["seats"]), "order": kept.order}

    @confirmed_action(
        permission="allocations.book_group",
        title=_("Book a group"),
        text=_("The best free seats are reserved at the price a head, and go back on sale if nobody pays by then."),
        form=BookGroupForm,
        when=lambda session: session.is_on_sale(clock.now()),
        icon="group",
    )
    def book_group(
        self,
        session: Session,
        *,
        at: datetime,
        actor: User,
        people: int,
        until: datetime,
        private: bool,
        previewed: str,
        **agreed: Any,
    ) -> str:
        booking = book(session, Agreed(**agreed), people=people, until=until, private=private, at=at, actor=actor)
        message = ngettext(
            "%(booking)s: %(count)d seat reserved, under the number %(order)s.",
            "%(booking)s: %(count)d seats reserved, under the number %(order)s.",
            people,
        )
        order = booking.group_orders.get().order
        return message % {"booking": booking, "count": people, "order": order}

    @confirmed_action(
        permission="allocations.book_group",
        title=_("Open to everybody"),
        text=_("The screening is advertised and sold again. The group keeps the seats that it has."),
        when=lambda session: session.is_private and session.is_on_sale(clock.now(), Order.Channel.GROUP),
        icon="public",
    )
    def open_to_public(self, session: Session, *, at: datetime, actor: User) -> str:
        open_to_public(session)
        return gettext("%(session)s is on sale for everybody.") % {"session": session}
