"""A paginator whose cost does not grow with the size of the table."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

COUNTED = 10_000


class ListPaginator(Paginator):
    """Counts and shows at most `COUNTED` rows; to find others, users filter or search.

    If a filtered list is ordered by primary key, the keys are read without an order and sorted here. With ORDER BY, the
    database might scan the table from its newest row until it has found enough rows of a small cinema.
    """

    @cached_property
    def count(self) -> int:
        return min(self._found, COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than `count`."""
        return self._found > COUNTED

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        rows: Any = self.object_list
        first = (number - 1) * self.per_page
        last = min(first + self.per_page, self.count)
        if self._is_read_by_key and not self.has_more:
            return Page(rows.filter(pk__in=self._keys[first:last]), number, self)
        return Page(rows[first:last], number, self)

    @cached_property
    def _found(self) -> int:
        """The number of rows, up to one more than `COUNTED`."""
        rows: Any = self.object_list
        return len(self._keys) if self._is_read_by_key else rows.order_by()[: COUNTED + 1].count()

    @property
    def _is_read_by_key(self) -> bool:
        rows: Any = self.object_list
        return bool(rows.query.where) and {*rows.query.order_by} == {"-pk"}

    @cached_property
    def _keys(self) -> list[Any]:
        """The keys of these rows, the newest first."""
        rows: Any = self.object_list
        return sorted(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1], reverse=True)
