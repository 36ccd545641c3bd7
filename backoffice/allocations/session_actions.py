"""What staff set aside of a screening: seats kept for the house."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from allocations.services import keep
from backoffice.framework.actions import ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.fields import ReasonField
from backoffice.screenings.forms import date_time_field
from backoffice.screenings.hall_forms import SeatsForm
from cinema import clock
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
