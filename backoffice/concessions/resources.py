"""Import and export of bar items. The stock is exported but never imported: only stock services change it."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.scope import cinemas_of_person, within
from backoffice.concessions.parts_column import NamedPart, PartsWidget
from backoffice.framework.import_export.columns import column
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import Cells, ImportedRow
from backoffice.framework.import_export.widgets import (
    BooleanWidget,
    ChoiceWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
    in_every_language,
)
from concessions.models import ConcessionItem, ItemPart
from concessions.models.parts import NOT_ALLOWED

NUMBERS = ["price", "max_stock_quantity", "low_stock_percent"]


class ConcessionItemResource(Resource):
    """A row without a number is matched by cinema and name; if there is no match, it is a new item.

    Items are locked in the order of their ids, as sales do, so that the two cannot deadlock. What portions and combos
    are made of may be in the file too, at any place of the same `BATCH` or before it.
    """

    columns = {
        **dict.fromkeys(["cinema", "name", "kind", "unit", *NUMBERS, "made_to_order", "is_active"]),
        "parts": _("Made of"),
        "stock_quantity": None,
    }
    ignored_on_import = frozenset({"stock_quantity"})
    name_column = "name"
    names_are_unique = True
    permissions = ("concessions.add_concessionitem", "concessions.change_concessionitem")

    cinema = Field("cinema", "cinema", TextWidget())
    name = Field("name", "name", TextWidget())
    kind = column(ConcessionItem, "kind", ChoiceWidget)
    unit = column(ConcessionItem, "unit", ChoiceWidget)
    price = column(ConcessionItem, "price", NumberWidget)
    max_stock_quantity = column(ConcessionItem, "max_stock_quantity", NumberWidget)
    low_stock_percent = column(ConcessionItem, "low_stock_percent", NumberWidget)
    made_to_order = Field("made_to_order", "made_to_order", BooleanWidget())
    is_active = Field("is_active", "is_active", BooleanWidget())
    parts = Field("parts", "parts", PartsWidget())
    stock_quantity = column(ConcessionItem, "stock_quantity", NumberWidget, readonly=True)

    class Meta:
        model = ConcessionItem

    def __init__(self, *, cinemas: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["cinema"].widget = RelatedWidget(NameLookup(cinemas, name="name"))
        self._known: dict[int, tuple[str, str]] = {}  # the name and the kind of each item, also of new ones
        self._new: dict[int, ConcessionItem] = {}

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "ConcessionItemResource":
        own = cinemas_of_person(person)
        cinemas = ConcessionItem._meta.get_field("cinema").related_model._default_manager
        return cls(
            rows=within(ConcessionItem.objects.select_related("cinema").prefetch_related("parts__part"), "cinema", own),
            cinemas=within(cinemas.all(), "pk", own),
            person=person,
            at=at,
        )

    def export(self, queryset: Any = None, **kwargs: Any) -> Any:
        if queryset:
            prefetch_related_objects(queryset, "parts__part")
        return super().export(queryset, **kwargs)

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        rows = self.rows.prefetch_related(None).order_by("pk").values_list("pk", "cinema", "name", "kind")
        for pk, cinema, name, kind in rows:
            self._known[pk] = name, kind
            yield pk, (cinema, name_key(name))

    def remember(self, key: int, row: ConcessionItem) -> None:
        super().remember(key, row)
        self._known[key] = row.name, row.kind
        if key < 0:
            self._new[key] = row

    def look_at(self, lines: Sequence[tuple[int, Cells]], *, lock: bool = False) -> list[ImportedRow]:
        """Portions after what they are made of, and combos last, wherever they stand in the file."""
        combos = {name_key(each) for each in in_every_language(ConcessionItem.Kind.COMBO.label)} | {"combo"}

        def depth(line: tuple[int, Cells]) -> int:
            _number, cells = line
            return bool(cells.get("parts")) + (name_key(cells.get("kind", "")) in combos)

        found = super().look_at(sorted(lines, key=depth), lock=lock)
        return sorted(found, key=lambda each: each.number)

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

    def is_unchanged(self, name: str, instance: Any, row: Cells) -> bool:
        if name == "parts" and instance._state.adding:
            return not row[name]
        return super().is_unchanged(name, instance, row)

    def import_instance(self, instance: ConcessionItem, row: Cells, **kwargs: Any) -> None:
        before = {name: getattr(instance, name) for name in ("cinema_id", "kind", "unit")}
        super().import_instance(instance, row, **kwargs)
        if not instance._state.adding:
            if instance.cinema_id != before["cinema_id"]:
                raise ValidationError(
                    {"cinema": gettext("An item can’t move to another cinema. Add a new item there.")}
                )
            for name in ("kind", "unit"):
                if getattr(instance, name) != before[name]:
                    told = gettext("An item keeps it, since its stock rests on it. Add a new item.")
                    raise ValidationError({name: told})
        if "parts" in self._related and instance.cinema_id is not None:
            self._related["parts"] = [self._part_of(instance, each) for each in self._related["parts"]]

    def _part_of(self, whole: ConcessionItem, part: NamedPart) -> NamedPart:
        """The part, with the item of the same cinema that it names."""
        found = self.index.find((whole.cinema_id, name_key(part.name)))
        if len(found) != 1:
            told = gettext("“%(name)s” was not found. Check the spelling.") % {"name": part.name}
            raise ValidationError({"parts": self.unclear(found) if found else told})
        name, kind = self._known[found[0]]
        if kind not in ItemPart.ALLOWED.get(ConcessionItem.Kind(whole.kind), set()):
            raise ValidationError({"parts": NOT_ALLOWED})
        return part._replace(name=name, key=found[0])

    def store_together(self, found: Sequence[ImportedRow]) -> None:
        super().store_together([replace(each, related={}) for each in found])
        parts = {each.row: each.related["parts"] for each in found if "parts" in each.related}
        ItemPart.objects.filter(whole__in=parts).delete()
        ItemPart.objects.bulk_create(
            ItemPart(whole=whole, part_id=each.key if each.key > 0 else self._new[each.key].pk, units=each.units)
            for whole, rows in parts.items()
            for each in rows
        )
