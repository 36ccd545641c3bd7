"""Items of the dashboard, and the helpers that read them."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
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


#: Yields the rows it is about, gets their number and the first of them if there are any, and yields what to show, or
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


class Existing:
    """Which of the querysets that were added have rows at all, as most have none: one query for all of them."""

    def __init__(self, request: HttpRequest) -> None:
        self._person = User.objects.filter(pk=request.user.pk or 0)
        self._added: dict[str, Any] = {}

    def add(self, rows: QuerySet[Any]) -> str:
        """The key with which to ask for the answer, once all are added."""
        key = f"has_{len(self._added)}"
        self._added[key] = Exists(rows)
        return key

    def __getitem__(self, key: str) -> bool:
        return bool(self._found[key])

    @cached_property
    def _found(self) -> Mapping[str, object]:
        return self._person.values(**self._added).get()


def answered(asking: Iterable[Asking], existing: Existing) -> Iterator[DashboardItem]:
    """What is to be shown. What has rows costs one query, and the rest together that of `existing`, to which the
    questions are added at once.
    """
    begun = [(each, next(each, None)) for each in asking]
    keys = [existing.add(first) if isinstance(first, QuerySet) else "" for _each, first in begun]
    return _answered(zip(keys, begun, strict=True), existing)


def _answered(begun: Iterable[tuple[str, tuple[Asking, Any]]], existing: Existing) -> Iterator[DashboardItem]:
    for key, (each, first) in begun:
        if not isinstance(first, QuerySet):
            yield from (first, *each) if first else ()
        elif existing[key]:
            total, shown = count_and_first(first)
            if total:
                with suppress(StopIteration):
                    yield each.send((total, shown))
                yield from each


def names_and_more(total: int, names: list[str]) -> tuple[list[str], int]:
    return names[:NAMES_SHOWN], max(total - NAMES_SHOWN, 0)


def list_link(page: str, **filters: object) -> str:
    return reverse(f"admin:{page}_changelist") + (f"?{urlencode(filters)}" if filters else "")
