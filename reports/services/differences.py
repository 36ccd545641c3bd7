"""Explain differences between the checks of a closed day."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_reason
from reports.errors import DifferenceSettled
from reports.models import DayCheck


def settle(check: DayCheck, *, note: str, actor: User, at: datetime) -> DayCheck:
    """Record why the two sides of a check differ. The figures stay as they are.

    Raises `ReasonNeeded` without a note, and `DifferenceSettled`. Owns its transaction.
    """
    note = clean_reason(note)
    with transaction.atomic():
        row = DayCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
        if row.settled_at is not None or not row.difference:
            raise DifferenceSettled(_("There is no open difference here. Reload the page to see what was recorded."))
        row.settled_at, row.settled_by, row.note = at, actor, note
        row.save(update_fields=["settled_at", "settled_by", "note"])
        return row
