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
        found = cinemas_of_person(request.user)
        request._own_cinemas = found  # type: ignore[attr-defined]
    found = request._own_cinemas  # type: ignore[attr-defined]
    return found


def cinemas_of_person(person: Any) -> Cinemas:
    """The cinemas of a user; None means all. One query, unless the user may see all."""
    if not person.is_authenticated:
        return frozenset()
    return None if person.all_cinemas else frozenset(person.cinemas.values_list("pk", flat=True))


def within(rows: QuerySet[Any], path: str, cinemas: Cinemas) -> QuerySet[Any]:
    """The rows whose cinema, reached by the lookup `path`, is one of `cinemas`."""
    return rows if cinemas is None else rows.filter(**{f"{path}__in": cinemas})


def own_rows(rows: QuerySet[Any], path: str, request: HttpRequest) -> QuerySet[Any]:
    """The rows `within` the cinemas of the user of this request; of cinemas themselves (`pk`) in the same query."""
    person: Any = request.user
    is_known = hasattr(request, "_own_cinemas")
    if path == "pk" and person.is_authenticated and not (is_known or person.all_cinemas):
        return rows.filter(pk__in=person.cinemas.order_by().values("pk"))
    return within(rows, path, cinemas_of(request))
