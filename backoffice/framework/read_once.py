"""The page of a row that asks for it several times, and reads it once."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Any]
else:
    Base = object


class ReadOnceMixin(Base):
    """Only for requests that show a page: whoever changes a row reads it anew. Goes before the other classes."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        rows: dict[Any, Any] = request.__dict__.setdefault("_rows_read", {})
        key = (self.model, str(object_id), from_field)
        if key not in rows:
            rows[key] = super().get_object(request, object_id, from_field)
        return rows[key]
