"""Explain differences between the checks of a closed day."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import are_independent
from cinema.validators import clean_reason
from reports.errors import DifferenceSettled, OwnTransfer
from reports.models import DayCheck
from reports.services.checks import recorded_deposits, recorded_transfers


def settle(check: DayCheck, *, note: str, actor: User, at: datetime) -> DayCheck:
    """Record why the two sides of a check differ. The figures stay as they are.

    Raises `ReasonNeeded` without a note, `DifferenceSettled`, and `OwnTransfer` for whoever recorded one of the bank
    transfers or deposits and does not work for all cinemas, also by a second account. Owns its transaction.
    """
    note = clean_reason(note)
    with transaction.atomic():
        row = DayCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
        if row.settled_at is not None or not row.difference:
            raise DifferenceSettled(_("There is no open difference here. Reload the page to see what was recorded."))
        if row.name == DayCheck.Name.TRANSFER and not actor.all_cinemas:
            transfers, deposits = recorded_transfers(row.day), recorded_deposits(row.day)
            recorders = Q(pk__in=transfers.values("actor")) | Q(pk__in=deposits.values("actor"))
            if not all(are_independent(each, actor, at=at) for each in User.objects.filter(recorders)):
                raise OwnTransfer
        row.settled_at, row.settled_by, row.note = at, actor, note
        row.save(update_fields=["settled_at", "settled_by", "note"])
        return row
