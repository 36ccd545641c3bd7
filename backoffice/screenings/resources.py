"""Import and export of films and of sessions."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from tablib import Dataset

from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.widgets import (
    ChoiceWidget,
    DateWidget,
    ManyRelatedWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
)
from cinema.status import Refused
from screenings.errors import AmbiguousTime
from screenings.models import Cinema, Film, Genre, Hall, Session
from screenings.services import hall_conflicts, schedule
from screenings.times import as_instant

TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?(?:\s*(?:UTC)?([+-])(\d{2}):?(\d{2}))?", re.ASCII)


class FilmResource(Resource):
    """A row without a number is matched by title and year; if there is no match, it is a new film.

    A row without a year is the only film of its title, and a row with one may give it to a film that has none. Films of
    one title are not always told apart by that, so each change of an existing film has to be ticked.
    """

    columns = {"title": None, "year": None, "duration_minutes": None, "age_rating": None, "genres": None}
    name_column = "title"

    ticks_changes = True

    title = Field("title", "title", TextWidget())
    year = Field("year", "year", NumberWidget(Film._meta.get_field("year")))
    duration_minutes = Field(
        "duration_minutes", "duration_minutes", NumberWidget(Film._meta.get_field("duration_minutes"))
    )
    age_rating = Field("age_rating", "age_rating", ChoiceWidget(Film._meta.get_field("age_rating")))
    genres = Field("genres", "genres", TextWidget())

    class Meta:
        model = Film

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._years: dict[str, set[int | None]] = defaultdict(set)  # by the key of the title
        self.fields["genres"].widget = ManyRelatedWidget(Genre, NameLookup(Genre.objects.all(), name="name"))

    def after_init_instance(self, instance: Film, new: bool, row: Any, **kwargs: Any) -> None:
        if new:
            instance.age_rating = ""  # a file that says nothing of it makes no film that everybody may see
        super().after_init_instance(instance, new, row, **kwargs)

    def keys(self) -> Iterable[tuple[int, Hashable]]:
        rows = self.rows.order_by("pk").values_list("pk", "title", "year")
        for pk, title, year in rows:
            self._years[name_key(title)].add(year)
            yield pk, (name_key(title), year)

    def key_of(self, instance: Film) -> Hashable:
        self._years[name_key(instance.title)].add(instance.year)
        return name_key(instance.title), instance.year

    def match(self, row: dict[str, str]) -> Any:
        if not row.get("title"):
            return None
        title = name_key(row["title"])
        try:
            year = self.fields["year"].clean({"year": row.get("year", "")})
        except ValueError:
            year = None  # `import_instance` reports it
        if year is not None:
            return self.find_by_key((title, year)) or self.find_by_key((title, None))
        index = self.index  # reads the years, too
        found = [pk for each in self._years[title] for pk in index.find((title, each))]
        if len(found) > 1:
            raise self.unclear(found)
        return self.rows.filter(pk__in=found).first()


class SessionResource(Resource):
    """An import adds sessions, through the service `schedule`, and does not change existing ones.

    A row without a number is matched by hall, start and film among sessions that are not cancelled; if there is no
    match, it is a new session.
    """

    columns = {
        "cinema": _("Cinema"),
        "hall": _("Hall"),
        "day": _("Day"),
        "time": _("Time"),
        "film": None,
        "ticket_price": None,
        "format": None,
        "language": None,
        "subtitles": None,
        "status": None,
    }
    ignored_on_import = frozenset({"status"})
    name_column = "film"

    cinema = Field("hall__cinema", "cinema", TextWidget())
    hall = Field("hall", "hall", TextWidget())
    day = Field("start_datetime", "day", DateWidget())
    time = Field("start_datetime", "time", TextWidget())
    film = Field("film", "film", TextWidget())
    ticket_price = Field("ticket_price", "ticket_price", NumberWidget(Session._meta.get_field("ticket_price")))
    format = Field("format", "format", ChoiceWidget(Session._meta.get_field("format")))
    language = Field("language", "language", TextWidget())
    subtitles = Field("subtitles", "subtitles", TextWidget())
    status = Field("status", "status", ChoiceWidget(Session._meta.get_field("status")), readonly=True)

    SLOT = ("cinema", "hall", "day", "time")
    REQUIRED = (*SLOT, "film", "ticket_price")

    class Meta:
        model = Session

    def __init__(self, *, cinemas: QuerySet[Cinema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cinemas = NameLookup(cinemas, name="name")
        halls = Hall.objects.filter(cinema__in=cinemas).select_related("cinema")
        self.halls = {
            cinema.pk: NameLookup([hall for hall in halls if hall.cinema_id == cinema.pk], name="name")
            for namesakes in self.cinemas.by_name.values()
            for cinema in namesakes
        }
        self.fields["film"].widget = RelatedWidget(NameLookup(Film.objects.all(), name="title"))

    # --- Export

    def dehydrate_cinema(self, session: Session) -> str:
        return self.cinemas.name_of(session.hall.cinema)

    def dehydrate_hall(self, session: Session) -> str:
        return session.hall.name

    def dehydrate_day(self, session: Session) -> Any:
        return session.hall.cinema.local(session.start_datetime).date()

    def dehydrate_time(self, session: Session) -> str:
        """Local time, with the UTC offset if that time happens twice on that day."""
        local = session.hall.cinema.local(session.start_datetime)
        happens_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{local:%H:%M UTC%z}" if happens_twice else f"{local:%H:%M}"

    # --- Import

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Lock all halls of the file at once, in a fixed order, so that two imports cannot deadlock."""
        typed = {name_key(row.get("hall", "")) for row in dataset.dict}
        ids = [hall.pk for names in self.halls.values() for name in typed for hall in names.by_name.get(name, [])]
        hall_conflicts.lock_halls(ids)

    def match(self, row: dict[str, str]) -> Any:
        try:
            hall, start = self._parse_slot(row)
        except ValidationError:
            return None  # `import_instance` reports it
        same_slot = self.rows.filter(hall=hall, start_datetime=start).exclude(status=Session.Status.CANCELLED)
        return next(
            (each for each in same_slot if name_key(row.get("film", "")) == name_key(self.cell_text("film", each))),
            None,
        )

    def import_instance(self, instance: Session, row: dict[str, str], **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, {name: row[name] for name in row if name not in self.SLOT}, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        is_new = instance._state.adding
        if is_new or any(row[name] != self._before[name] for name in self.SLOT if name in row):
            complete = row if is_new else {**self._before, **row}
            missing = [name for name in self.REQUIRED if not complete.get(name)]
            errors |= {name: ValidationError(gettext("This is required.")) for name in missing}
            if not {*missing} & {*self.SLOT}:
                try:
                    instance.hall, instance.start_datetime = self._parse_slot(complete)
                except ValidationError as error:
                    errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _parse_slot(self, row: dict[str, str]) -> tuple[Hall, datetime]:
        """The hall and the start. Raises `ValidationError` with the column that is wrong."""
        name = "cinema"
        try:
            cinema = self.cinemas.find(row.get("cinema", ""))
            name = "hall"
            hall = self.halls[cinema.pk].find(row.get("hall", ""))
            name = "day"
            day = self.fields["day"].clean({"day": row.get("day", "")})
            name = "time"
            return hall, _parse_start(day, row.get("time", ""), cinema)
        except (ValueError, Refused) as error:
            raise ValidationError({name: str(error)}) from error

    def validate_instance(
        self, instance: Session, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        if not instance._state.adding:
            differs = [
                self.label(name) for name in self.columns if self.cell_text(name, instance) != self._before[name]
            ]
            raise ValidationError(
                gettext("A scheduled screening can’t be changed by import (%(columns)s). Cancel it and add a new one.")
                % {"columns": ", ".join(differs)}
            )

    def do_instance_save(self, instance: Session, is_create: bool) -> None:
        try:
            session = schedule(
                film=instance.film,
                hall=instance.hall,
                start=instance.start_datetime,
                ticket_price=instance.ticket_price,
                at=self.at,
                format=instance.format,
                language=instance.language,
                subtitles=instance.subtitles,
                actor=self.person,
            )
        except Refused as refused:
            raise ValidationError(str(refused)) from refused
        vars(instance).update(vars(session))


def _parse_start(day: Any, text: str, cinema: Cinema) -> datetime:
    """Reads local time such as `19:30`, or `01:30 UTC+0200` if that time happens twice on that day."""
    match = TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(gettext("“%(value)s” is not a time. Write it like 19:30.") % {"value": text})
    wall_clock = datetime(day.year, day.month, day.day, int(match[1]), int(match[2]))  # noqa: DTZ001 (a wall clock)
    try:
        return as_instant(wall_clock, cinema.zone)
    except AmbiguousTime as refused:
        if match[3]:
            offset = timedelta(hours=int(match[4]), minutes=int(match[5])) * (-1 if match[3] == "-" else 1)
            for choice in refused.choices:
                if choice.utcoffset() == offset:
                    return choice.astimezone(UTC)
        raise
