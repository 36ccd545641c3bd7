"""The action of a hall or a cinema that cancels all its screenings of a day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, SummaryItem, confirmed_action
from backoffice.incidents.explained import CancellationForm
from backoffice.incidents.guarded import GuardedForm
from backoffice.screenings.forms import day_field
from cinema.money import format_money
from incidents.services import CancellationPreview, Explanation, cancel, preview_cancellation, sessions_of_day
from screenings.models import Cinema, Hall


class CancelDayForm(CancellationForm, GuardedForm):
    day = day_field(label=_("Day"), help_text=_("Up to the end of the business day, after midnight too."))
    field_order = ["day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cinema = self.row.cinema if isinstance(self.row, Hall) else self.row
        self.initial.setdefault("day", cinema.business_date(self.at))

    def preview(self) -> CancellationPreview:
        sessions = sessions_of_day(self.row, day=self.cleaned_data["day"], at=self.at)
        return preview_cancellation(sessions, at=self.at, actor=self.actor)

    def summary(self) -> Iterable[SummaryItem]:
        if (shown := self.shown) is None:
            return
        lines = (f"{session}, {session.hall.name}" for session in shown.sessions)
        yield gettext("will be cancelled"), format_html_join("", "{}<br>", ((line,) for line in lines))
        yield from cancellation_facts(shown)


def cancellation_facts(shown: CancellationPreview) -> Iterable[SummaryItem]:
    yield gettext("tickets sold or reserved"), shown.tickets
    yield gettext("orders"), shown.orders
    yield gettext("guests without an address"), shown.unreachable
    yield gettext("money refunded"), format_money(shown.money)
    if shown.waits:
        yield gettext("approval"), gettext("the refunds are above your limit and will wait for a colleague")


class CancelDayActions(ActionsMixin):
    @confirmed_action(
        permission="screenings.cancel_session",
        title=_("Cancel a day’s screenings"),
        text=_(
            "All screenings of the day that have not ended go off sale at once. Guests are told and refunded "
            "automatically within a couple of minutes."
        ),
        form=CancelDayForm,
        icon="event_busy",
        danger=True,
    )
    def cancel_day(
        self,
        row: Cinema | Hall,
        *,
        day: date,
        told: Explanation,
        vouchers: bool,
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        sessions = sessions_of_day(row, day=day, at=at)
        _incident, asked = cancel(
            sessions, reason=reason, told=told, digest=previewed, vouchers=vouchers, at=at, actor=actor
        )
        count = len(sessions)
        done = ngettext("%(count)d screening cancelled.", "%(count)d screenings cancelled.", count) % {"count": count}
        if asked is None:
            return done
        return f"{done} " + gettext(
            "Guests are being told. The refunds are above your limit, so they wait for a colleague’s approval."
        )
