"""Guarded actions on a screening with sales: move it, swap halls, start it late, correct it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.incidents.move_forms import CorrectForm, DelayForm, MoveForm, PriceForm, SwapForm
from cinema.local_time import format_local
from cinema.money import format_money
from incidents.models import Incident
from incidents.services import Explanation, Version, correct, delayed_places, move, record_delay, sessions_at, swapped
from pricing.services.changing_price import change_price
from screenings.models import Film, Hall, Session
from screenings.services.relocation import Place

PERMISSION = "incidents.change_sold_session"


def is_coming(session: Session) -> bool:
    return session.status in Session.COMING


class SessionChangeActions(ActionsMixin):
    @confirmed_action(
        permission=PERMISSION,
        title=_("Move the screening"),
        text=_(
            "Tickets stay valid: they get the nearest equal seats. All guests are told, with a link to return them. "
            "You will see the seats, and who finds none, before you confirm."
        ),
        form=MoveForm,
        when=is_coming,
        icon="swap_horiz",
    )
    def move(
        self,
        session: Session,
        *,
        hall: Hall,
        start: datetime,
        told: Explanation,
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        now = session.start_datetime
        place = Place(hall, now if start == now.replace(second=0, microsecond=0) else start)
        move([session], {session.pk: place}, reason=reason, told=told, digest=previewed, at=at, actor=actor)
        session.refresh_from_db()
        where = {"hall": hall.name, "start": format_local(place.start, hall.cinema.zone)}
        return gettext("%(film)s: now in %(hall)s, %(start)s.") % {"film": session.film, **where}

    @confirmed_action(
        permission=PERMISSION,
        title=_("Swap halls"),
        text=_("Both keep their times, and all tickets stay valid: guests get the nearest equal seats and are told."),
        form=SwapForm,
        when=is_coming,
        icon="swap_vert",
    )
    def swap(
        self,
        session: Session,
        *,
        other: Session,
        told: Explanation,
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        facts: dict[str, Any] = {"reason": reason, "told": told, "digest": previewed, "at": at, "actor": actor}
        move([session, other], swapped(session, other), kind=Incident.Kind.SWAPPED, **facts)
        return gettext("%(one)s and %(other)s have swapped halls.") % {"one": session, "other": other}

    @confirmed_action(
        permission=PERMISSION,
        title=_("Starts late"),
        text=_(
            "All guests are told, and may return their tickets until the new start. Snacks are kept as much longer."
        ),
        form=DelayForm,
        when=is_coming,
        icon="alarm",
    )
    def delay(
        self,
        session: Session,
        *,
        minutes: int,
        follow: str,
        told: Explanation,
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        facts: dict[str, Any] = {"reason": reason, "told": told, "digest": previewed, "at": at, "actor": actor}
        if follow == DelayForm.Follow.RECORD:
            record_delay(session, minutes=minutes, **facts)
        else:
            cut = follow == DelayForm.Follow.ADVERTS
            places = delayed_places(session, minutes=minutes, cut_adverts=cut)
            move(sessions_at(places), places, kind=Incident.Kind.DELAYED, **facts)
        return ngettext(
            "%(session)s: starts %(count)d minute late, and guests are being told.",
            "%(session)s: starts %(count)d minutes late, and guests are being told.",
            minutes,
        ) % {"session": session, "count": minutes}

    @confirmed_action(
        permission=PERMISSION,
        title=_("Correct film or version"),
        text=_("All guests are told, and may return their tickets until the start. Prices stay."),
        form=CorrectForm,
        when=is_coming,
        icon="movie",
    )
    def correct(
        self,
        session: Session,
        *,
        film: Film,
        format: str,  # noqa: A002 (the field's name)
        language: str,
        subtitles: str,
        told: Explanation,
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        version = Version(film=film, format=format, language=language, subtitles=subtitles)
        correct(session, version, reason=reason, told=told, digest=previewed, at=at, actor=actor)
        return gettext("%(session)s: corrected, and guests are being told.") % {"session": session}

    @confirmed_action(
        permission=PERMISSION,
        title=_("Change the price"),
        text=_("Tickets that are sold or held keep their price. Further ones cost the new one."),
        form=PriceForm,
        when=is_coming,
        reauthenticate=True,
        icon="payments",
    )
    def change_price(
        self, session: Session, *, price: Decimal, reason: str, previewed: str, at: datetime, actor: User
    ) -> str:
        change_price(session, price=price, reason=reason, digest=previewed, at=at, actor=actor)
        return gettext("%(session)s: tickets now cost %(price)s.") % {
            "session": session,
            "price": format_money(price),
        }
