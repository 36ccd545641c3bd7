"""Search on lists: by words within texts, or by exact codes."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.phones import stored_form

MOST_WORDS = 50  # of a search: the others do not count; SQLite cannot look for many hundreds at once
MOST_ROWS = 1_000  # of one code: the others are not listed


class SearchMixin:
    """Fields that begin with "=" hold codes, which Django would compare in capitals, without an index.

    A page whose fields are all of this kind finds the rows that have the whole text in one of them, as it is typed, in
    capitals or in small letters. What people search for most, such as an order's number, comes first and has an index,
    so that it is found at once, however many rows there are.
    """

    searches_phones: ClassVar[bool] = False  # a number is searched for as it is stored, however it is typed

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        text = search_term.replace("\x00", "")  # NUL is an error on PostgreSQL
        if self.searches_phones:
            text = stored_form(text)
        fields: Any = self.get_search_fields(request)  # type: ignore[attr-defined]
        if fields and text.strip() and all(field.startswith("=") for field in fields):
            return with_code(queryset, [field.removeprefix("=") for field in fields], text.strip()), False
        words = " ".join(text.split(" ")[:MOST_WORDS])
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, words)  # type: ignore[misc]
        return found


def with_code(rows: QuerySet[Any], fields: list[str], code: str) -> QuerySet[Any]:
    """The rows that have the code in the first of these fields in which one has it. A query for each field until then:
    no index serves two at once, and some of the fields that come after the order's number have none.
    """
    spelled = {code, code.upper(), code.lower()}
    keys: list[Any] = []
    for field in fields:
        found = rows.filter(**{f"{field}__in": spelled}).order_by().values_list("pk", flat=True)
        if keys := list(found[:MOST_ROWS]):
            break
    return rows.filter(pk__in=keys)
