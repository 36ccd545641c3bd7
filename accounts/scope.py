"""Whose rows a member of staff sees: those of the cinemas that they are assigned to."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

Cinemas = frozenset[int] | None  # keys of cinemas; None: all of them


def cinemas_of(request: HttpRequest) -> Cinemas:
    """The cinemas of the person who asks. None means all; nobody, or a person without any, has none.

    A superuser is no exception. Read once a request.
    """
    found: Cinemas
    if not hasattr(request, "_own_cinemas"):
        person: Any = request.user
        if not person.is_authenticated:
            found = frozenset()
        elif person.all_cinemas:
            found = None
        else:
            found = frozenset(person.cinemas.values_list("pk", flat=True))
        request._own_cinemas = found  # type: ignore[attr-defined]
    found = request._own_cinemas  # type: ignore[attr-defined]
    return found


def within(rows: QuerySet[Any], path: str, cinemas: Cinemas) -> QuerySet[Any]:
    """Those of the rows whose cinema, at the end of `path`, is one of `cinemas`."""
    return rows if cinemas is None else rows.filter(**{f"{path}__in": cinemas})
