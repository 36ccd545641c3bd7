"""Import and export of sessions."""

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.scope import cinemas_of_person, within
from backoffice.framework.import_export.columns import column
from backoffice.framework.import_export.resources import Resource
from backoffice.framework.import_export.rows import Cells, ImportedRow, RowChange
from backoffice.framework.import_export.widgets import (
    ChoiceWidget,
    DateWidget,
    NameLookup,
    NumberWidget,
    RelatedWidget,
    TextWidget,
)
from backoffice.screenings.taken_times import TakenTimes
from cinema.status import Refused
from screenings.errors import AmbiguousTime, HallBusy
from screenings.models import Cinema, Film, Hall, Session
from screenings.services import check_certificates, hall_conflicts, plan, schedule_planned
from screenings.times import as_instant

Slot = tuple[int, datetime]  # a hall and a start

TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?:[:.]00)?(?:\s*(?P<half>[AP])\.?M\.?)?"
    r"(?:\s*(?:UTC)?(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?",
    re.IGNORECASE,
)


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
        "no_certificate_reason": None,
        "status": None,
    }
    ignored_on_import = frozenset({"status"})
    name_column = "film"
    permissions = ("screenings.schedule_session", "screenings.view_session")

    cinema = Field("hall__cinema", "cinema", TextWidget())
    hall = Field("hall", "hall", TextWidget())
    day = Field("start_datetime", "day", DateWidget())
    time = Field("start_datetime", "time", TextWidget())
    film = Field("film", "film", TextWidget())
    ticket_price = column(Session, "ticket_price", NumberWidget)
    format = column(Session, "format", ChoiceWidget)
    language = Field("language", "language", TextWidget())
    subtitles = Field("subtitles", "subtitles", TextWidget())
    no_certificate_reason = Field("no_certificate_reason", "no_certificate_reason", TextWidget())
    status = column(Session, "status", ChoiceWidget, readonly=True)

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
        self._slots: dict[Slot, list[tuple[int, int]]] = {}  # the sessions of each: (key, film)
        self._planned = TakenTimes()  # by earlier lines of the file

    @classmethod
    def for_person(cls, person: Any, *, at: datetime) -> "SessionResource":
        own = cinemas_of_person(person)
        rows = within(Session.objects.select_related("film", "hall__cinema"), "hall__cinema", own)
        return cls(rows=rows, cinemas=within(Cinema.objects.all(), "pk", own), person=person, at=at)

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

    def prepare(self, lines: Sequence[Cells], *, lock: bool) -> None:
        """Read the sessions in the slots of the lines. Lock all halls at once, so that two imports cannot deadlock."""
        slots = {slot for each in lines if (slot := self._slot(each)) is not None}
        halls, starts = {hall for hall, _start in slots}, {start for _hall, start in slots}
        if lock:
            hall_conflicts.lock_halls(halls)
        stored = self.rows.filter(hall__in=halls, start_datetime__in=starts).exclude(status=Session.Status.CANCELLED)
        self._slots = defaultdict(list)
        for pk, hall, start, film in stored.values_list("pk", "hall", "start_datetime", "film") if slots else ():
            self._slots[hall, start].append((pk, film))

    def _slot(self, row: Cells) -> Slot | None:
        try:
            hall, start = self._parse_slot(row)
        except ValidationError:
            return None  # `import_instance` reports it
        return hall.pk, start

    def match(self, row: Cells) -> int | None:
        slot = self._slot(row)
        try:
            film = self.fields["film"].clean({"film": row.get("film", "")})
        except ValueError:
            film = None  # `import_instance` reports it
        if slot is None or film is None:
            return None
        stored = [key for key, other in self._slots.get(slot, ()) if other == film.pk]
        return next(iter([*stored, *self.index.find((*slot, film.pk))]), None)

    def key_of(self, instance: Session) -> Hashable:
        return instance.hall_id, instance.start_datetime, instance.film_id

    def finish(self, found: Sequence[ImportedRow]) -> None:
        """Refuse sessions without a certificate, and those that meet a stored one, or one of an earlier line."""
        new = [each for each in found if each.kind == RowChange.NEW]
        stored = hall_conflicts.sessions_between([each.row for each in new]) if new else []
        for each, refusal in zip(new, check_certificates([each.row for each in new]), strict=True):
            if refusal is not None:
                each.refuse([str(refusal)])
            elif busy := hall_conflicts.conflicts_of(each.row, stored):
                each.refuse([str(HallBusy(busy))])
            elif (other := self._planned.meeting(each.row)) is not None:
                each.refuse(
                    [gettext("Row %(row)d is in this hall at that time. Change one of the two.") % {"row": other}]
                )
            else:
                self._planned.add(each.row, number=each.number)

    def import_instance(self, instance: Session, row: Cells, **kwargs: Any) -> None:
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

    def _parse_slot(self, row: Cells) -> tuple[Hall, datetime]:
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

        try:
            planned = plan(
                film=instance.film,
                hall=instance.hall,
                start=instance.start_datetime,
                ticket_price=instance.ticket_price,
                at=self.at,
                format=instance.format,
                language=instance.language,
                subtitles=instance.subtitles,
                no_certificate_reason=instance.no_certificate_reason,
            )
        except Refused as refused:
            raise ValidationError(str(refused)) from refused
        instance.end_datetime, instance.free_from = planned.end_datetime, planned.free_from

    def store_together(self, found: Sequence[ImportedRow]) -> None:
        schedule_planned([each.row for each in found], actor=self.person)


def _parse_start(day: Any, text: str, cinema: Cinema) -> datetime:
    """Reads local time such as `19:30`, `19.30` or `7:30 PM`, or `01:30 UTC+0200` if that time happens twice on that
    day."""
    match = TIME.fullmatch(text)
    hour = _hour(int(match["hour"]), match["half"]) if match else None
    if match is None or hour is None or int(match["minute"]) > 59:
        raise ValueError(gettext("“%(value)s” is not a time. Write it like 19:30.") % {"value": text})
    wall_clock = datetime(day.year, day.month, day.day, hour, int(match["minute"]))  # noqa: DTZ001 (a wall clock)
    try:
        return as_instant(wall_clock, cinema.zone)
    except AmbiguousTime as refused:
        if match["sign"]:
            offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
            offset *= -1 if match["sign"] == "-" else 1
            for choice in refused.choices:
                if choice.utcoffset() == offset:
                    return choice.astimezone(UTC)
        raise


def _hour(number: int, half: str | None) -> int | None:
    """The hour from 0 to 23, of the clock of twelve hours with `half` ("A" or "P"); None if there is none."""
    if half is None:
        return number if number < 24 else None
    return number % 12 + 12 * (half.upper() == "P") if 1 <= number <= 12 else None
