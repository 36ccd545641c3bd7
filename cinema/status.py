"""Changes statuses by the allowed transitions that a model lists, and defines the errors of refused requests."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class Refused(Exception):
    """A request that the rules do not allow: nothing was changed.

    The text is for people, and translated. `code` is for programs: it names the kind of refusal, is unique among all
    kinds, and never changes. Every subclass has to name its own: `class SeatTaken(Refused, code="seat_taken")`.
    docs/errors.md lists them.
    """

    code: ClassVar[str] = "refused"

    def __init_subclass__(cls, *, code: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = code


class ForbiddenMove(Refused, code="status_not_allowed"):
    """The status cannot change in this way, or already has this value."""


class ConcurrentChange(Refused, code="changed_meanwhile"):
    """Someone else changed the row between the read and the write."""


def transition(rows: Iterable[models.Model], to: str, **fields: Any) -> None:
    """Set the status of all rows to `to`, and their `fields` with it, in the database and on the instances.

    The model lists the allowed transitions in `TRANSITIONS`, a dict from each status to the set of next ones. Raises
    `ForbiddenMove`, before anything is written, if it does not list this one for some row, and `ConcurrentChange` if a
    row's status in the database is no longer the one it was read with. Must be called inside a transaction, which an
    exception rolls back. Costs one query per status that the rows have had.
    """
    rows = list(rows)
    by_status: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_status[row.status].append(row)  # type: ignore[attr-defined]
    for status, group in by_status.items():
        if to not in group[0].TRANSITIONS[status]:
            raise _forbidden(group[0], to)
    for status, group in by_status.items():
        updated = (
            type(group[0])
            ._base_manager.filter(pk__in=[row.pk for row in group], status=status)
            .update(status=to, **fields)
        )
        if updated != len(group):
            raise ConcurrentChange(
                _("%(rows)s: someone else has just changed the status of %(count)d. Check and try again.")
                % {"rows": capfirst(group[0]._meta.verbose_name_plural), "count": len(group) - updated}
            )
    for row in rows:
        for name, value in {"status": to, **fields}.items():
            setattr(row, name, value)


def start_as(rows: Iterable[models.Model], status: str, **fields: Any) -> None:
    """Give new rows a later status, and `fields`. `TRANSITIONS` has to allow it after their first."""
    for row in rows:
        if not row._state.adding or status not in row.TRANSITIONS[row.status]:  # type: ignore[attr-defined]
            raise ForbiddenMove(f"{row._meta.label} cannot start as {status}.")
        for name, value in {"status": status, **fields}.items():
            setattr(row, name, value)


def _forbidden(row: Any, to: str) -> ForbiddenMove:
    text = _("%(kind)s %(row)s: the status can’t change from “%(source)s” to “%(target)s”.")
    if to == row.status:
        text = _("%(kind)s %(row)s: the status is already “%(target)s”. Someone else has just done this.")
    kind, source, target = capfirst(row._meta.verbose_name), _label(row, row.status), _label(row, to)
    return ForbiddenMove(text % {"kind": kind, "row": row, "source": source, "target": target})


def _label(row: models.Model, status: str) -> Any:
    return dict(row._meta.get_field("status").flatchoices).get(status, status)  # type: ignore[union-attr]


def transition_matching(rows: models.QuerySet[Any], to: str, **fields: Any) -> int:
    """Set the status of those rows of the queryset that may go to `to`, and return their number; others stay the same.

    Costs one query, and checks for no concurrent change: use it for rows that nobody else can change, such as the
    tickets of an order whose row is locked.
    """
    sources = [status for status, targets in rows.model.TRANSITIONS.items() if to in targets]
    return rows.filter(status__in=sources).update(status=to, **fields)
