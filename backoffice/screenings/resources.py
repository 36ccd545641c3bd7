"""Import and export of films and of ticket types."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from import_export.fields import Field

from backoffice.framework.import_export.columns import column
from backoffice.framework.import_export.names import KeyIndex, name_key
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import Cells
from backoffice.framework.import_export.widgets import (
    BooleanWidget,
    ChoiceWidget,
    DateWidget,
    LinesWidget,
    ManyRelatedWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
)
from screenings.models import Distributor, Film, Genre, TicketType


class FilmResource(Resource):
    """A row without a number is matched by its external number, then by title and year; otherwise it is a new film.

    A row without a year is the only film of its title, and a row with one may give it to a film that has none. A film
    with another external number is another film. Films of one title are not always told apart by that, so each change
    of an existing film has to be ticked.
    """

    columns = {
        "title": None,
        "year": None,
        "external_id": None,
        "duration_minutes": None,
        "age_rating": None,
        "genres": None,
        "original_title": None,
        "country": None,
        "distributor": None,
        "release_date": None,
        "certificate_number": None,
        "description": None,
        "director": None,
        "starring": None,
        "content_warnings": None,
        "trailer_url": None,
        "featured": None,
        "is_announced": None,
        **dict.fromkeys(Film.CATALOGUES),
    }
    name_column = "title"
    permissions = ("screenings.add_film", "screenings.change_film")
    ticks_changes = True

    title = Field("title", "title", TextWidget())
    year = column(Film, "year", NumberWidget)
    external_id = Field("external_id", "external_id", TextWidget())
    duration_minutes = column(Film, "duration_minutes", NumberWidget)
    age_rating = column(Film, "age_rating", ChoiceWidget)
    genres = Field("genres", "genres", TextWidget())
    original_title = Field("original_title", "original_title", TextWidget())
    country = Field("country", "country", TextWidget())
    distributor = Field("distributor", "distributor", TextWidget())
    release_date = Field("release_date", "release_date", DateWidget(is_optional=True))
    certificate_number = Field("certificate_number", "certificate_number", TextWidget())
    description = Field("description", "description", LinesWidget())
    director = Field("director", "director", TextWidget())
    starring = Field("starring", "starring", TextWidget())
    content_warnings = Field("content_warnings", "content_warnings", TextWidget())
    trailer_url = Field("trailer_url", "trailer_url", TextWidget())
    featured = column(Film, "featured", NumberWidget)
    is_announced = Field("is_announced", "is_announced", BooleanWidget())
    imdb_id = Field("imdb_id", "imdb_id", TextWidget())
    tmdb_id = Field("tmdb_id", "tmdb_id", TextWidget())
    wikidata_id = Field("wikidata_id", "wikidata_id", TextWidget())
    kinopoisk_id = Field("kinopoisk_id", "kinopoisk_id", TextWidget())
    eais_id = Field("eais_id", "eais_id", TextWidget())
    culture_id = Field("culture_id", "culture_id", TextWidget())

    NUMBERS = ("external_id", *Film.CATALOGUES)  # each of one film only

    class Meta:
        model = Film

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._by_title = KeyIndex()
        self._numbers = {name: KeyIndex() for name in self.NUMBERS}
        self._external = self._numbers["external_id"]
        self.fields["distributor"].widget = RelatedWidget(NameLookup(Distributor.objects.all(), name="name"))
        self.fields["genres"].widget = ManyRelatedWidget(Genre, NameLookup(Genre.objects.all(), name="name"))

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "FilmResource":
        return cls(rows=Film.objects.select_related("distributor").prefetch_related("genres"), person=person, at=at)

    def set_defaults(self, row: Film) -> None:
        row.age_rating = ""  # a file that says nothing of it makes no film that everybody may see

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        rows = self.rows.prefetch_related(None).order_by("pk").values_list("pk", "title", "year", *self.NUMBERS)
        for pk, title, year, *numbers in rows.iterator():
            key = name_key(title)
            self._by_title.put(pk, key)
            self._put_numbers(pk, numbers)
            yield pk, (key, year)

    def remember(self, key: int, row: Film) -> None:
        super().remember(key, row)
        self._by_title.put(key, name_key(row.title))
        self._put_numbers(key, [getattr(row, name) for name in self.NUMBERS])

    def _put_numbers(self, key: int, numbers: Iterable[str]) -> None:
        for index, number in zip(self._numbers.values(), numbers, strict=True):
            if number:
                index.put(key, number)
            else:
                index.remove(key)

    def key_of(self, instance: Film) -> Hashable:
        return name_key(instance.title), instance.year

    def match(self, row: Cells) -> int | None:
        index, external_id = self.index, row.get("external_id", "")  # the index reads the external numbers, too
        if external_id and (known := self._external.find(external_id)):
            return known[0]
        if not row.get("title"):
            return None
        title = name_key(row["title"])
        try:
            year = self.fields["year"].clean({"year": row.get("year", "")})
        except ValueError:
            year = None  # `import_instance` reports it
        of_title = self._by_title.find(title)
        candidates = [of_title] if year is None else [index.find((title, year)), index.find((title, None))]
        for found in candidates:
            if external_id:  # films that have another one are others
                found = [pk for pk in found if pk not in self._external]
            if len(found) > 1:
                raise self.unclear(found)
            if found:
                return found[0]
        return None

    def other_with_same_key(self, instance: Film) -> str:
        _index = self.index  # reads the external numbers, too
        if instance.external_id and set(self._external.find(instance.external_id)) - {instance.pk}:
            return gettext("Another film has this external number. Check which one is right.")
        for name in Film.CATALOGUES:
            if (number := getattr(instance, name)) and set(self._numbers[name].find(number)) - {instance.pk}:
                return gettext("Another film has this number of a catalogue. Check which one is right.")
        return ""


class TicketTypeResource(Resource):
    """A row without a number is matched by name; if there is no match, it is a new ticket type."""

    columns = dict.fromkeys(["name", "price_percent", "highest_rating", "sold_to", "is_active"])
    name_column = "name"
    names_are_unique = True
    permissions = ("screenings.add_tickettype", "screenings.change_tickettype")
    of_chain = True

    name = Field("name", "name", TextWidget())
    price_percent = column(TicketType, "price_percent", NumberWidget)
    highest_rating = column(TicketType, "highest_rating", ChoiceWidget)
    sold_to = column(TicketType, "sold_to", ChoiceWidget)
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

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "TicketTypeResource":
        return cls(rows=TicketType.objects.all(), person=person, at=at)
