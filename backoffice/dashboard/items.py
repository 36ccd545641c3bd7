"""Items of the dashboard, and the helpers that read them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse

from accounts.scope import cinemas_of, within

NAMES_SHOWN = 3  # names per item, the one that has waited longest first


@dataclass(frozen=True)
class DashboardItem:
    """Something that needs attention: `text` with a count, `names` of the first rows, and a `link` to their list."""

    text: str
    link: str
    icon: str
    names: list[str] = field(default_factory=list)
    more: int = 0  # rows that are not in `names`
    urgent: bool = False


class DashboardSection:
    """A group of dashboard items for one person at one instant."""

    def __init__(self, request: HttpRequest, at: datetime) -> None:
        self.request, self.at = request, at

    def may(self, app: str, *verbs: str) -> bool:
        """Whether the person has any of these permissions of the app."""
        return any(self.request.user.has_perm(f"{app}.{verb}") for verb in verbs)

    def own_rows(self, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        return within(rows, path, cinemas_of(self.request))


def count_and_first(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """The number of rows, and the first of them. One query."""
    first = list(rows.annotate(total=Window(Count(F("pk"))))[:NAMES_SHOWN])
    return (first[0].total if first else 0), first


def names_and_more(total: int, names: list[str]) -> tuple[list[str], int]:
    return names[:NAMES_SHOWN], max(total - NAMES_SHOWN, 0)


def list_link(page: str, **filters: object) -> str:
    return reverse(f"admin:{page}_changelist") + (f"?{urlencode(filters)}" if filters else "")
