"""Page of segments: saved filters of customers, with how many there are and how many may be written to."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import User
from accounts.scope import cinemas_of
from accounts.services.consents import offered_channels
from backoffice.framework.actions import ActionForm, ActionsMixin, SummaryItem, confirmed_action
from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.read_once import ReadOnceMixin
from cinema import clock
from reports.models import ReportFile, Segment
from reports.services import ask
from reports.tables import Kind, cell_text
from screenings.models import Cinema

FORMATS = (ReportFile.Format.XLSX, ReportFile.Format.CSV)


def count_text(number: int) -> str:
    return cell_text(number, Kind.INTEGER)


class ExportForm(ActionForm):
    channel = forms.ChoiceField(label=_("Contact by"), widget=UnfoldAdminSelectWidget())
    format = forms.ChoiceField(
        label=_("Format"), choices=[(each.value, each.label) for each in FORMATS], widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [(each.value, each.label) for each in offered_channels()]  # type: ignore[attr-defined]

    def summary(self) -> Iterable[SummaryItem]:
        return counts_of(self.row, self.at)


def counts_of(segment: Segment, at: datetime) -> list[tuple[Any, str]]:
    """The customers of a segment, and those who agreed by each channel. A query for each."""
    today = timezone.localdate(at)
    counts: list[tuple[Any, str]] = [(_("Customers of the segment"), count_text(segment.customers(today).count()))]
    for channel in offered_channels():
        label = gettext("Agreed to news and offers: %(channel)s") % {"channel": channel.label}
        counts.append((label, count_text(segment.reachable(channel, today).values("address").distinct().count())))
    return counts


def _number_who_agreed(segment: Segment, channel: Any, today: date) -> int:
    return segment.reachable(channel, today).values("address").distinct().count()


def _once(segment: Segment, name: str, count: Callable[[date], int]) -> int:
    """What a count gave for this row; its page asks for each several times."""
    counts: dict[str, int] = segment.__dict__.setdefault("_counts", {})
    if name not in counts:
        counts[name] = count(timezone.localdate(clock.now()))
    return counts[name]


@admin.register(Segment)
class SegmentAdmin(ReadOnceMixin, ActionsMixin, CinemaScopedAdmin):
    """The counts are those of now. Nobody sees from them who the customers are."""

    cinema_path = "cinema"
    list_display = ["name", "cinema"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "cinema", "customers", "agreed"]}),
        (
            _("Conditions"),
            {
                "fields": [
                    "customer_group",
                    *("visited_within", "not_visited_for", "new_within"),
                    *("min_visits", "max_visits", "min_spent", "min_no_shows"),
                    *("favourite_cinema", "genre", "daypart"),
                ]
            },
        ),
    ]
    readonly_fields = ["customers", "agreed"]
    actions_detail = ["export_addresses"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new segment has no counts before it is saved."""
        (title, options), *others = super().get_fieldsets(request, obj)
        fields = options["fields"] if obj else [each for each in options["fields"] if each not in self.readonly_fields]
        return [(title, {**options, "fields": fields}), *others]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Who works for some cinemas has segments of these: nobody else’s customers are counted for them."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "cinema" and field is not None and cinemas_of(request) is not None:
            field.required = True
        return field

    @admin.display(description=_("customers"))
    def customers(self, segment: Segment) -> str:
        return count_text(_once(segment, "customers", lambda today: segment.customers(today).count()))

    @admin.display(description=_("agreed to news and offers"))
    def agreed(self, segment: Segment) -> str:
        counts = {each: _once(segment, each, partial(_number_who_agreed, segment, each)) for each in offered_channels()}
        return ", ".join(f"{channel.label}: {count_text(count)}" for channel, count in counts.items())

    @confirmed_action(
        permission="reports.export_segment",
        reauthenticate=True,
        title=_("Export the addresses"),
        text=_(
            "A file with the addresses of those who agreed to news and offers by the channel, and nobody else. Only "
            "you can download it, for seven days at most."
        ),
        form=ExportForm,
    )
    def export_addresses(self, segment: Segment, *, at: datetime, actor: User, channel: str, format: str) -> str:  # noqa: A002
        cinemas = [segment.cinema] if segment.cinema else list(Cinema.objects.order_by("pk"))
        today = timezone.localdate(at)
        ask(
            "segment",
            cinemas=cinemas,
            first=today,
            last=today,
            parameters={"segment": str(segment.pk), "channel": channel},
            format=format,
            language=get_language() or "en",
            person=actor,
            at=at,
        )
        return gettext("The file will be ready within a minute or two. It is listed under “Files”.")
