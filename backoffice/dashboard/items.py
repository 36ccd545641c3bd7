"""Items of the dashboard, and the helpers that read them."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse

from accounts.scope import cinemas_of, within
from backoffice.dashboard.together import NAMES_SHOWN, First, Together
from backoffice.framework.chosen_cinema import EVERY, KEY

NAME = ("first_name", "last_name", "email")  # what the name of a person is made of


@dataclass(frozen=True)
class DashboardItem:
    """Something that needs attention: `text` with a count, `names` of the first rows, and a `link` to their list."""

    text: str
    link: str
    icon: str
    names: list[str] = field(default_factory=list)
    more: int = 0  # rows that are not in `names`
    urgent: bool = False


#: Yields which rows it is about, gets their number and the first of them if there are any, and yields what to show, or
#: nothing if it finds on a closer look that there is nothing. One that reads its rows itself yields only what to show.
Asking = Generator[Any, tuple[int, list[Any]], None]


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
    first = list(rows.annotate(rows_in_all=Window(Count(F("pk"))))[:NAMES_SHOWN])
    return (first[0].rows_in_all if first else 0), first


def first_of(rows: QuerySet[Any], *columns: str) -> First:
    """The first rows, with these columns: all that the text of an item is made of."""
    return First(rows, columns)


def answered(asking: Iterable[Asking], together: Together) -> Iterator[DashboardItem]:
    """What is to be shown. The questions are added to `together` at once; what reads its rows itself costs more."""
    begun = [(each, next(each, None)) for each in asking]
    keys = [together.add_first(first) if isinstance(first, First) else -1 for _each, first in begun]
    return _answered(zip(keys, begun, strict=True), together)


def _answered(begun: Iterable[tuple[int, tuple[Asking, Any]]], together: Together) -> Iterator[DashboardItem]:
    for key, (each, first) in begun:
        if not isinstance(first, First):
            yield from (first, *each) if first else ()
            continue
        total, rows = together.first(key)
        if total or first.or_none:
            with suppress(StopIteration):
                yield each.send((total, rows))
            yield from each


def names_and_more(total: int, names: list[str]) -> tuple[list[str], int]:
    return names[:NAMES_SHOWN], max(total - NAMES_SHOWN, 0)


def list_link(page: str, **filters: object) -> str:
    """The list that an item was counted in: that of all cinemas, whichever the person has chosen."""
    return f"{reverse(f'admin:{page}_changelist')}?{urlencode({**filters, KEY: EVERY})}"
