"""Import and export of bar items. The stock is exported but never imported: only stock services change it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from import_export.fields import Field
from tablib import Dataset

from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.widgets import Names, Number, One, Text, YesNo
from cinema.ids import keys_among
from concessions.models import ConcessionItem

NUMBERS = ["price", "max_stock_quantity", "low_stock_percent"]


class ConcessionItemResource(Resource):
    """A row without a number is matched by cinema and name; if there is no match, it is a new item."""

    columns = dict.fromkeys(["cinema", "name", *NUMBERS, "made_to_order", "is_active", "stock_quantity"])
    shown_only = frozenset({"stock_quantity"})
    called = "name"

    cinema = Field("cinema", "cinema", Text())
    name = Field("name", "name", Text())
    price = Field("price", "price", Number(ConcessionItem._meta.get_field("price")))
    max_stock_quantity = Field(
        "max_stock_quantity", "max_stock_quantity", Number(ConcessionItem._meta.get_field("max_stock_quantity"))
    )
    low_stock_percent = Field(
        "low_stock_percent", "low_stock_percent", Number(ConcessionItem._meta.get_field("low_stock_percent"))
    )
    made_to_order = Field("made_to_order", "made_to_order", YesNo())
    is_active = Field("is_active", "is_active", YesNo())
    stock_quantity = Field(
        "stock_quantity", "stock_quantity", Number(ConcessionItem._meta.get_field("stock_quantity")), readonly=True
    )

    class Meta:
        model = ConcessionItem

    def __init__(self, *, cinemas: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["cinema"].widget = One(Names(cinemas, name="name"))

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Lock the items in the order of their ids, as sales do, so that the two cannot deadlock."""
        ids = keys_among(row["id"] for row in dataset.dict)
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
