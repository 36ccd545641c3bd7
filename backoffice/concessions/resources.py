"""Import and export of bar items. The stock is exported but never imported: only stock services change it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from import_export.fields import Field
from tablib import Dataset

from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.widgets import (
    BooleanWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
)
from cinema.ids import valid_ids
from concessions.models import ConcessionItem

NUMBERS = ["price", "max_stock_quantity", "low_stock_percent"]


class ConcessionItemResource(Resource):
    """A row without a number is matched by cinema and name; if there is no match, it is a new item."""

    columns = dict.fromkeys(["cinema", "name", *NUMBERS, "made_to_order", "is_active", "stock_quantity"])
    ignored_on_import = frozenset({"stock_quantity"})
    name_column = "name"

    cinema = Field("cinema", "cinema", TextWidget())
    name = Field("name", "name", TextWidget())
    price = Field("price", "price", NumberWidget(ConcessionItem._meta.get_field("price")))
    max_stock_quantity = Field(
        "max_stock_quantity", "max_stock_quantity", NumberWidget(ConcessionItem._meta.get_field("max_stock_quantity"))
    )
    low_stock_percent = Field(
        "low_stock_percent", "low_stock_percent", NumberWidget(ConcessionItem._meta.get_field("low_stock_percent"))
    )
    made_to_order = Field("made_to_order", "made_to_order", BooleanWidget())
    is_active = Field("is_active", "is_active", BooleanWidget())
    stock_quantity = Field(
        "stock_quantity",
        "stock_quantity",
        NumberWidget(ConcessionItem._meta.get_field("stock_quantity")),
        readonly=True,
    )

    class Meta:
        model = ConcessionItem

    def __init__(self, *, cinemas: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["cinema"].widget = RelatedWidget(NameLookup(cinemas, name="name"))

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Lock the items in the order of their ids, as sales do, so that the two cannot deadlock."""
        ids = valid_ids(row["id"] for row in dataset.dict)
        names = [row["name"] for row in dataset.dict if row.get("name")]
        items = self.rows.filter(Q(pk__in=ids) | Q(name__in=names)).order_by("pk")
        list(items.select_for_update(of=("self",), no_key=True).values_list("pk"))

    def match(self, row: dict[str, str]) -> Any:
        try:
            cinema = self.fields["cinema"].clean({"cinema": row.get("cinema", "")})
        except ValueError:
            return None  # `import_instance` reports it
        return self.rows.filter(cinema=cinema, name=row.get("name", "")).first() if cinema else None

    def import_instance(self, instance: ConcessionItem, row: dict[str, str], **kwargs: Any) -> None:
        cinema = instance.cinema_id
        super().import_instance(instance, row, **kwargs)
        if cinema is not None and instance.cinema_id != cinema:
            raise ValidationError({"cinema": gettext("An item can’t move to another cinema. Add a new item there.")})
