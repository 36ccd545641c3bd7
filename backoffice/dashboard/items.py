"""What a line of the first page is, and how one is read: see `backoffice.dashboard.dashboard`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse

from accounts.scope import cinemas_of, within

SHOWN = 3  # so many of the rows are named, the one that waits longest first


@dataclass(frozen=True)
class DashboardItem:
    """One kind of thing that waits. `text` counts it, `names` are some of it; `link` leads to where it is settled."""

    text: str
    link: str
    icon: str
    names: list[str] = field(default_factory=list)
    more: int = 0  # that are not named
    urgent: bool = False


class DashboardSection:
    """What waits, as one person sees it at one instant."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        self.request, self.at = request, at

    def may(self, app: str, *verbs: str) -> bool:
        return any(self.request.user.has_perm(f"{app}.{verb}") for verb in verbs)

    def own(self, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        return within(rows, path, cinemas_of(self.request))


def counted(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """How many there are, and the first of them. One query."""
    first = list(rows.annotate(of=Window(Count(F("pk"))))[:SHOWN])
    return (first[0].of if first else 0), first


def named(total: int, names: list[str]) -> tuple[list[str], int]:
    return names[:SHOWN], max(total - SHOWN, 0)


def list_of(page: str, **filters: object) -> str:
    return reverse(f"admin:{page}_changelist") + (f"?{urlencode(filters)}" if filters else "")
