"""The page of a row that asks for it several times, and reads it once."""

from typing import Any

from django.http import HttpRequest


class ReadOnceMixin:
    """Only for requests that show a page: whoever changes a row reads it again. Goes before the other classes."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        page: Any = super()
        if request.method != "GET":
            return page.get_object(request, object_id, from_field)
        rows: dict[Any, Any] = request.__dict__.setdefault("_rows_read", {})
        key = (type(self), str(object_id), from_field)
        if key not in rows:
            rows[key] = page.get_object(request, object_id, from_field)
        return rows[key]
