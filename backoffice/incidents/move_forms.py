"""Forms of guarded actions on a screening with sales. Times are the cinema's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.framework.actions import SummaryItem
from backoffice.framework.badges import language_name
from backoffice.framework.fields import ReasonField
from backoffice.incidents.explained import ExplainedForm
from backoffice.incidents.guarded import GuardedForm
from backoffice.screenings.forms import date_time_field
from cinema.local_time import format_local
from cinema.money import format_money
from incidents.services import (
    CorrectionPreview,
    MovePreview,
    Version,
    check_record,
    delayed_places,
    digest_of_record,
    preview_correction,
    preview_move,
    sessions_at,
    swapped,
)
from pricing.services.changing_price import PricePreview, lowest_price, preview_price
from screenings.models import Film, Hall, Session
from screenings.services.relocation import Place

NAMED = 30  # lines of a list, at most


class MovedForm(ExplainedForm, GuardedForm):
    """Shows where the sessions go, which seats change, and who is left over."""

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
    if shown.counted > shown.money:
        yield gettext("counts towards your limit, as guests may return it"), format_money(shown.counted)


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
    field_order = ["hall", "start"]

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
    field_order = ["other"]

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


class DelayForm(ExplainedForm, GuardedForm):
    """How late, and what becomes of the screenings that follow in the hall."""

    class Follow(TextChoices):
        SHIFT = "SHIFT", _("Move this one, and those that follow as far as needed")
        ADVERTS = "ADVERTS", _("The same, with fewer adverts before this film")
        RECORD = "RECORD", _("Only record the actual start; the programme stays")

    minutes = forms.IntegerField(
        label=_("Minutes late"), min_value=1, max_value=240, widget=UnfoldAdminIntegerFieldWidget()
    )
    follow = forms.ChoiceField(label=_("Programme"), choices=Follow, widget=UnfoldAdminSelectWidget())
    field_order = ["minutes", "follow"]

    def preview(self) -> Any:
        minutes, follow = self.cleaned_data["minutes"], self.cleaned_data["follow"]
        if follow == self.Follow.RECORD:
            check_record(self.row, minutes=minutes, at=self.at)
            return RecordedDelay(self.row, minutes)
        places = delayed_places(self.row, minutes=minutes, cut_adverts=follow == self.Follow.ADVERTS)
        return preview_move(sessions_at(places), places, at=self.at)

    def summary(self) -> Iterable[SummaryItem]:
        if isinstance(self.shown, RecordedDelay):
            late = timedelta(minutes=self.shown.minutes)
            yield gettext("actual start"), format_local(self.row.start_datetime + late, self.row.hall.cinema.zone)
        elif self.shown is not None:
            yield from move_facts(self.shown)


@dataclass(frozen=True)
class RecordedDelay:
    session: Session
    minutes: int

    @property
    def digest(self) -> str:
        return digest_of_record(self.session, minutes=self.minutes)


class CorrectForm(ExplainedForm, GuardedForm):
    film = forms.ModelChoiceField(Film.objects.order_by("title"), label=_("Film"), widget=UnfoldAdminSelectWidget())
    format = forms.ChoiceField(choices=Session.Format, label=_("Format"), widget=UnfoldAdminSelectWidget())
    language = forms.CharField(label=_("Language"), max_length=8, widget=UnfoldAdminTextInputWidget())
    subtitles = forms.CharField(label=_("Subtitles"), max_length=8, required=False, widget=UnfoldAdminTextInputWidget())
    field_order = ["film", "format", "language", "subtitles"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("film", "format", "language", "subtitles"):
            self.initial.setdefault(name, getattr(self.row, name))

    @property
    def version(self) -> Version:
        return Version(**{name: self.cleaned_data[name] for name in ("film", "format", "language", "subtitles")})

    def preview(self) -> CorrectionPreview:
        return preview_correction(self.row, self.version, at=self.at)

    def summary(self) -> Iterable[SummaryItem]:
        if (shown := self.shown) is None:
            return
        for label, session in ((gettext("it was"), shown.before), (gettext("it will be"), shown.after)):
            words = [session.film.title, session.format, language_name(session.language)]
            words += [gettext("subtitles: %(language)s") % {"language": language_name(session.subtitles)}] * bool(
                session.subtitles
            )
            yield label, ", ".join(words)
        yield gettext("end"), format_local(shown.after.end_datetime, self.row.hall.cinema.zone)
        yield gettext("tickets sold or reserved"), shown.tickets
        yield gettext("orders that are told"), shown.orders
        yield gettext("guests without an address"), shown.unreachable


class PriceForm(GuardedForm):
    price = forms.DecimalField(
        label=_("Ticket price"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    reason = ReasonField()
    field_order = ["price", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lowest := lowest_price(self.row, actor=self.actor):
            self.fields["price"].help_text = gettext("At least %(least)s") % {"least": format_money(lowest)}

    def preview(self) -> PricePreview:
        return preview_price(self.row, price=self.cleaned_data["price"], at=self.at, actor=self.actor)

    def summary(self) -> Iterable[SummaryItem]:
        if self.shown is not None:
            former, price = self.shown.session.ticket_price, self.shown.price
            yield gettext("ticket price"), f"{format_money(former)} → {format_money(price)}"
            yield gettext("tickets that keep their price"), self.shown.tickets
