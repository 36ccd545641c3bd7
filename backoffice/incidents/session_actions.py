"""Guarded actions on a screening with sales: move it, or swap its hall with another one's."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.incidents.move_forms import MoveForm, SwapForm
from cinema.local_time import format_local
from incidents.models import Incident
from incidents.services import move, swapped
from screenings.models import Hall, Session
from screenings.services.relocation import Place

PERMISSION = "incidents.change_sold_session"


def is_coming(session: Session) -> bool:
    return session.status in Session.COMING


class SessionChangeActions(ActionsMixin):
    @confirmed_action(
        permission=PERMISSION,
        title=_("Move to another hall or time"),
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
        reason: str,
        previewed: str,
        at: datetime,
        actor: User,
    ) -> str:
        now = session.start_datetime
        place = Place(hall, now if start == now.replace(second=0, microsecond=0) else start)
        move([session], {session.pk: place}, reason=reason, digest=previewed, at=at, actor=actor)
        session.refresh_from_db()
        where = {"hall": hall.name, "start": format_local(place.start, hall.cinema.zone)}
        return gettext("%(film)s: now in %(hall)s, %(start)s.") % {"film": session.film, **where}

    @confirmed_action(
        permission=PERMISSION,
        title=_("Swap halls with another screening"),
        text=_("Both keep their times, and all tickets stay valid: guests get the nearest equal seats and are told."),
        form=SwapForm,
        when=is_coming,
        icon="swap_vert",
    )
    def swap(self, session: Session, *, other: Session, reason: str, previewed: str, at: datetime, actor: User) -> str:
        places: dict[int, Any] = swapped(session, other)
        kind = Incident.Kind.SWAPPED
        move([session, other], places, kind=kind, reason=reason, digest=previewed, at=at, actor=actor)
        return gettext("%(one)s and %(other)s have swapped halls.") % {"one": session, "other": other}
