"""Takes sessions without sales off sale again, back into the week planner."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import transition
from orders.models import Ticket
from pricing.errors import NothingToTakeBack
from screenings.errors import SessionOver, SessionSold
from screenings.models import PlannedSession, Session
from screenings.services.planning import plan_again


def take_back(sessions: Iterable[Session], *, at: datetime, actor: User | None = None) -> list[PlannedSession]:
    """Cancel these sessions, and plan each as a draft; all or none. Their tables keep what was published.

    Raises `NothingToTakeBack`, `SessionSold` where a ticket is sold or reserved, `SessionOver` or `ForbiddenMove`. A
    constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        keys = [session.pk for session in sessions]
        if not keys:
            raise NothingToTakeBack
        # A full lock: what is being sold now is committed before, and found, or after. The job that refunds cancelled
        # sessions gives the latter back, as when a session is cancelled.
        locked = list(
            Session.objects.select_for_update(of=("self",))
            .filter(pk__in=keys)
            .select_related("film", "hall__cinema", "price_row")
            .order_by("pk")
        )
        sold = set(Ticket.objects.live().filter(session__in=locked).order_by().values_list("session", flat=True))
        if sold:
            raise SessionSold([session for session in locked if session.pk in sold])
        if over := [each for each in locked if each.status != Session.Status.CANCELLED and not each.is_on_sale(at)]:
            raise SessionOver(over[0])
        reason = _("Taken back into the week planner")
        transition(locked, Session.Status.CANCELLED, cancelled_at=at, cancel_reason=reason, cancelled_by=actor)
        return plan_again(locked, actor=actor)
