"""Limits what staff see to the rows of the cinemas they are assigned to."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

Cinemas = frozenset[int] | None  # primary keys of cinemas; None means all cinemas


def cinemas_of(request: HttpRequest) -> Cinemas:
    """The cinemas of the user of this request; None means all. Empty for anonymous users.

    Superusers are treated like everyone else. The result is kept on the request, so it costs one query per request.
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
    """The rows whose cinema, reached by the lookup `path`, is one of `cinemas`."""
    return rows if cinemas is None else rows.filter(**{f"{path}__in": cinemas})
