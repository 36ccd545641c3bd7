"""Page of ticket types, such as adult and child."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export.fields import Field

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import Cells
from backoffice.framework.import_export.widgets import BooleanWidget, ChoiceWidget, NumberWidget, TextWidget
from cinema import clock
from screenings.models import TicketType


class TicketTypeResource(Resource):
    """A row without a number is matched by name; if there is no match, it is a new ticket type."""

    columns = dict.fromkeys(["name", "price_percent", "highest_rating", "sold_to", "is_active"])
    name_column = "name"
    permissions = ("screenings.add_tickettype", "screenings.change_tickettype")

    name = Field("name", "name", TextWidget())
    price_percent = Field("price_percent", "price_percent", NumberWidget(TicketType._meta.get_field("price_percent")))
    highest_rating = Field(
        "highest_rating", "highest_rating", ChoiceWidget(TicketType._meta.get_field("highest_rating"))
    )
    sold_to = Field("sold_to", "sold_to", ChoiceWidget(TicketType._meta.get_field("sold_to")))
    is_active = Field("is_active", "is_active", BooleanWidget())

    class Meta:
        model = TicketType

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        for pk, name in self.rows.order_by("pk").values_list("pk", "name"):
            yield pk, name_key(name)

    def key_of(self, instance: TicketType) -> Hashable:
        return name_key(instance.name)

    def match(self, row: Cells) -> int | None:
        return self.find_by_key(name_key(row["name"])) if row.get("name") else None

    def other_with_same_key(self, instance: TicketType) -> str:
        return self.other_with_same_name(instance)

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "TicketTypeResource":
        return cls(rows=TicketType.objects.all(), person=person, at=at)


@admin.register(TicketType)
class TicketTypeAdmin(ImportExportMixin, NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "price_percent", "highest_rating", "sold_to", "is_active"]

    def resource_for(self, request: HttpRequest) -> TicketTypeResource:
        return TicketTypeResource(rows=self.get_queryset(request), person=request.user, at=clock.now())
