"""Forms that move a screening with sales, or let two of them swap halls. Times are the cinema's."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.framework.actions import SummaryItem
from backoffice.framework.fields import ReasonField
from backoffice.incidents.guarded import GuardedForm
from backoffice.screenings.forms import date_time_field
from cinema.local_time import format_local
from cinema.money import format_money
from incidents.services import MovePreview, preview_move, swapped
from screenings.models import Hall, Session
from screenings.services.relocation import Place

NAMED = 30  # lines of a list, at most


class MovedForm(GuardedForm):
    """Shows where the sessions go, which seats change, and who is left over."""

    reason = ReasonField(help_text=_("Customers won’t see this."))

    def places(self) -> dict[int, Place]:
        raise NotImplementedError

    def sessions(self) -> list[Session]:
        return [self.row]

    def preview(self) -> MovePreview:
        return preview_move(self.sessions(), self.places(), at=self.at)

    def summary(self) -> Iterable[SummaryItem]:
        if self.shown is not None:
            yield from move_facts(self.shown)


def move_facts(shown: MovePreview) -> Iterable[SummaryItem]:
    for before, after in shown.sessions:
        yield str(before.film), f"{_where(before)} → {_where(after)}"
    yield gettext("tickets sold or reserved"), len(shown.tickets) + len(shown.left)
    yield gettext("orders that are told"), shown.orders
    yield gettext("guests without an address"), shown.unreachable
    if changed := shown.changed_seats:
        yield gettext("seats that change"), _lines([f"{old} → {new}" for old, new in changed])
    if shown.left:
        yield gettext("no seat for"), _lines([f"{each.seat} ({each.order})" for each in shown.left])
        yield gettext("money refunded"), format_money(shown.money)


def _where(session: Session) -> str:
    return f"{session.hall.name}, {format_local(session.start_datetime, session.hall.cinema.zone)}"


def _lines(texts: Sequence[str]) -> Any:
    shown = list(islice(texts, NAMED))
    if more := len(texts) - len(shown):
        shown.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    return format_html_join("", "{}<br>", ((text,) for text in shown))


class MoveForm(MovedForm):
    hall = forms.ModelChoiceField(Hall.objects.none(), label=_("Hall"), widget=UnfoldAdminSelectWidget())
    start = date_time_field(label=_("Start"))
    field_order = ["hall", "start", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cinema = self.row.hall.cinema
        self.fields["hall"].queryset = cinema.halls.select_related("cinema").order_by("name")  # type: ignore[attr-defined]
        self.fields["hall"].label_from_instance = lambda hall: hall.name  # type: ignore[attr-defined]
        self.initial.setdefault("hall", self.row.hall_id)
        self.initial.setdefault("start", cinema.local(self.row.start_datetime))

    def places(self) -> dict[int, Place]:
        return {self.row.pk: Place(self.cleaned_data["hall"], self.start_of(self.cleaned_data["start"]))}

    def start_of(self, entered: datetime) -> datetime:
        """The field knows minutes only: a start that was not touched stays as it is to the second."""
        now = self.row.start_datetime
        return now if entered == now.replace(second=0, microsecond=0) else entered


class SwapForm(MovedForm):
    other = forms.ModelChoiceField(Session.objects.none(), label=_("With"), widget=UnfoldAdminSelectWidget())
    field_order = ["other", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = timedelta(hours=12)
        around = (self.row.start_datetime - near, self.row.start_datetime + near)
        others = Session.objects.filter(
            hall__cinema=self.row.hall.cinema_id, status__in=Session.COMING, start_datetime__range=around
        )
        choices = others.exclude(hall=self.row.hall_id).select_related("film", "hall__cinema")
        self.fields["other"].queryset = choices.order_by("start_datetime", "pk")  # type: ignore[attr-defined]
        self.fields["other"].label_from_instance = lambda each: f"{each}, {each.hall.name}"  # type: ignore[attr-defined]

    def sessions(self) -> list[Session]:
        return [self.row, self.cleaned_data["other"]]

    def places(self) -> dict[int, Place]:
        return swapped(self.row, self.cleaned_data["other"])
