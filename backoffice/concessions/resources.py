"""Import and export of bar items. The stock is exported but never imported: only stock services change it."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from import_export.fields import Field

from accounts.scope import cinemas_of_person, within
from backoffice.framework.import_export.columns import column
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import Cells
from backoffice.framework.import_export.widgets import (
    BooleanWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
)
from concessions.models import ConcessionItem

NUMBERS = ["price", "max_stock_quantity", "low_stock_percent"]


class ConcessionItemResource(Resource):
    """A row without a number is matched by cinema and name; if there is no match, it is a new item.

    Items are locked in the order of their ids, as sales do, so that the two cannot deadlock.
    """

    columns = dict.fromkeys(["cinema", "name", *NUMBERS, "made_to_order", "is_active", "stock_quantity"])
    ignored_on_import = frozenset({"stock_quantity"})
    name_column = "name"
    names_are_unique = True
    permissions = ("concessions.add_concessionitem", "concessions.change_concessionitem")

    cinema = Field("cinema", "cinema", TextWidget())
    name = Field("name", "name", TextWidget())
    price = column(ConcessionItem, "price", NumberWidget)
    max_stock_quantity = column(ConcessionItem, "max_stock_quantity", NumberWidget)
    low_stock_percent = column(ConcessionItem, "low_stock_percent", NumberWidget)
    made_to_order = Field("made_to_order", "made_to_order", BooleanWidget())
    is_active = Field("is_active", "is_active", BooleanWidget())
    stock_quantity = column(ConcessionItem, "stock_quantity", NumberWidget, readonly=True)

    class Meta:
        model = ConcessionItem

    def __init__(self, *, cinemas: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["cinema"].widget = RelatedWidget(NameLookup(cinemas, name="name"))

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "ConcessionItemResource":
        own = cinemas_of_person(person)
        cinemas = ConcessionItem._meta.get_field("cinema").related_model._default_manager
        return cls(
            rows=within(ConcessionItem.objects.select_related("cinema"), "cinema", own),
            cinemas=within(cinemas.all(), "pk", own),
            person=person,
            at=at,
        )

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        rows = self.rows.order_by("pk").values_list("pk", "cinema", "name")
        return ((pk, (cinema, name_key(name))) for pk, cinema, name in rows)

    def key_of(self, instance: ConcessionItem) -> Hashable:
        return instance.cinema_id, name_key(instance.name)

    def _key(self, row: Cells) -> Hashable:
        """The key of the item that the line means, or None if it names no cinema."""
        try:
            cinema = self.fields["cinema"].clean({"cinema": row.get("cinema", "")})
        except ValueError:
            return None  # `import_instance` reports it
        return (cinema.pk, name_key(row.get("name", ""))) if cinema else None

    def match(self, row: Cells) -> int | None:
        key = self._key(row)
        return None if key is None else self.find_by_key(key)

    def import_instance(self, instance: ConcessionItem, row: Cells, **kwargs: Any) -> None:
        cinema = instance.cinema_id
        super().import_instance(instance, row, **kwargs)
        if cinema is not None and instance.cinema_id != cinema:
            raise ValidationError({"cinema": gettext("An item can’t move to another cinema. Add a new item there.")})
