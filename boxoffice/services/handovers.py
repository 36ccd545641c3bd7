"""Cash that was handed in, counted by somebody else: whoever handed it in is told if there is more or less of it."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from notifications.models import MessageKind
from notifications.services import Message, queue
from payments.models import CashMovement, Handover
from payments.services import confirm_handover


def confirm(handover: Handover, *, found: Decimal, at: datetime, actor: User) -> None:
    """Confirm it as `confirm_handover`. Another sum than was entered is told at once, by e-mail, to whoever moved it
    and to the cashier of the shift, since it is theirs that is short. Owns its transaction.
    """
    with transaction.atomic():
        confirm_handover(handover, found=found, at=at, actor=actor)
        related = ("place__cinema", "shift__cashier", "actor")
        moved = CashMovement.objects.select_related(*related).get(handover=handover)
        if moved.amount == found:
            return
        cinema = moved.place.cinema
        context = {
            "cinema": cinema.name,
            "handed_in_at": cinema.local(moved.at).isoformat(),
            "amount": str(moved.amount),
            "found": str(found),
            "by": actor.get_full_name() or actor.email,
        }
        people = {moved.actor, moved.shift.cashier if moved.shift else None} - {None}
        told = [
            Message(
                kind=MessageKind.CASH_FOUND,
                recipient=person.email,
                occasion=f"handover {handover.pk}",
                language=person.preferred_language,
                context=context,
                cinema=cinema.pk,
            )
            for person in sorted(filter(None, people), key=lambda each: each.pk)
        ]
        queue(told, at=at)
