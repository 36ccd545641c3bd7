"""Films and the timetable as files."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from tablib import Dataset

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
    """A film without a number is the one of its title, or new."""

    columns = {"title": None, "duration_minutes": None, "age_rating": None, "genres": None}
    name_column = "title"

    title = Field("title", "title", TextWidget())
    duration_minutes = Field(
        "duration_minutes", "duration_minutes", NumberWidget(Film._meta.get_field("duration_minutes"))
    )
    age_rating = Field("age_rating", "age_rating", ChoiceWidget(Film._meta.get_field("age_rating")))
    genres = Field("genres", "genres", TextWidget())

    class Meta:
        model = Film

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["genres"].widget = ManyRelatedWidget(Genre, NameLookup(Genre.objects.all(), name="name"))

    def match(self, row: dict[str, str]) -> Any:
        title = row.get("title", "")
        same = list(self.rows.filter(title__iexact=title)[:6]) if title else []
        if len(same) > 1:
            numbers = ", ".join(str(film.pk) for film in same)
            raise ValidationError(
                gettext("Several films have this title. Write the number of the one you mean: %(numbers)s.")
                % {"numbers": numbers}
            )
        return same[0] if same else None


class TimetableResource(Resource):
    """Sessions. A file adds them, by `schedule`; those on the programme are only recognised.

    A session without a number is the one that is not cancelled and starts then in that hall, with that film; or new.
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

    PLACE = ("cinema", "hall", "day", "time")
    NEEDED = (*PLACE, "film", "ticket_price")

    class Meta:
        model = Session

    def __init__(self, *, cinemas: QuerySet[Cinema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cinemas = NameLookup(cinemas, name="name")
        halls = Hall.objects.filter(cinema__in=cinemas).select_related("cinema")
        self.halls = {
            cinema.pk: NameLookup([hall for hall in halls if hall.cinema_id == cinema.pk], name="name")
            for same in self.cinemas.by_name.values()
            for cinema in same
        }
        self.fields["film"].widget = RelatedWidget(NameLookup(Film.objects.all(), name="title"))

    # --- What a row shows

    def dehydrate_cinema(self, session: Session) -> str:
        return self.cinemas.name_of(session.hall.cinema)

    def dehydrate_hall(self, session: Session) -> str:
        return session.hall.name

    def dehydrate_day(self, session: Session) -> Any:
        return session.hall.cinema.local(session.start_datetime).date()

    def dehydrate_time(self, session: Session) -> str:
        """By the cinema's clocks; which of the two is said where they show it twice."""
        local = session.hall.cinema.local(session.start_datetime)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{local:%H:%M UTC%z}" if twice else f"{local:%H:%M}"

    # --- What a row says

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """All halls at once and in their order, so that two files wait for each other and never in a circle."""
        said = {row.get("hall", "").casefold() for row in dataset.dict}
        named = [hall.pk for names in self.halls.values() for name in said for hall in names.by_name.get(name, [])]
        hall_conflicts.lock_halls(named)

    def match(self, row: dict[str, str]) -> Any:
        try:
            hall, start = self._place(row)
        except ValidationError:
            return None  # said when the row is read
        there = self.rows.filter(hall=hall, start_datetime=start).exclude(status=Session.Status.CANCELLED)
        return next(
            (each for each in there if row.get("film", "").casefold() == self.cell_text("film", each).casefold()), None
        )

    def import_instance(self, instance: Session, row: dict[str, str], **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, {name: row[name] for name in row if name not in self.PLACE}, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        is_new = instance._state.adding
        if is_new or any(row[name] != self._before[name] for name in self.PLACE if name in row):
            complete = row if is_new else {**self._before, **row}
            missing = [name for name in self.NEEDED if not complete.get(name)]
            errors |= {name: ValidationError(gettext("This is required.")) for name in missing}
            if not {*missing} & {*self.PLACE}:
                try:
                    instance.hall, instance.start_datetime = self._place(complete)
                except ValidationError as error:
                    errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _place(self, row: dict[str, str]) -> tuple[Hall, datetime]:
        """The hall and the instant, or a `ValidationError` that says what is wrong in which column."""
        name = "cinema"
        try:
            cinema = self.cinemas.find(row.get("cinema", ""))
            name = "hall"
            hall = self.halls[cinema.pk].find(row.get("hall", ""))
            name = "day"
            day = self.fields["day"].clean({"day": row.get("day", "")})
            name = "time"
            return hall, _instant(day, row.get("time", ""), cinema)
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
            made = schedule(
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
        vars(instance).update(vars(made))


def _instant(day: Any, said: str, cinema: Cinema) -> datetime:
    """`19:30` by the cinema's clocks; with an offset, `01:30 UTC+0200`, where they show it twice."""
    found = TIME.fullmatch(said)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(gettext("“%(value)s” is not a time. Write it like 19:30.") % {"value": said})
    wall_clock = datetime(day.year, day.month, day.day, int(found[1]), int(found[2]))  # noqa: DTZ001 (a wall clock)
    try:
        return as_instant(wall_clock, cinema.zone)
    except AmbiguousTime as refused:
        if found[3]:
            offset = timedelta(hours=int(found[4]), minutes=int(found[5])) * (-1 if found[3] == "-" else 1)
            for choice in refused.choices:
                if choice.utcoffset() == offset:
                    return choice.astimezone(UTC)
        raise
